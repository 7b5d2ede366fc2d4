"""A chat gets another time zone: the hours of its digests move with it."""

from datetime import datetime

from handlers.zones import zone_of
from storage import subscribers, subscriptions
from storage.database import Transaction
from storage.schedules import Every


async def rezone(transaction: Transaction, subscriber: int, zone: str, now: datetime) -> None:
    """Stores the zone, an IANA name, and when each digest is due by it."""
    await subscribers.choose(transaction, subscriber, zone=zone)
    for subscription in await subscriptions.of(transaction, subscriber):
        if subscription.schedule.every is not Every.NOW:
            due = subscription.schedule.next_due(now, zone_of(zone))
            await subscriptions.reschedule(transaction, subscription, subscription.schedule, due)
