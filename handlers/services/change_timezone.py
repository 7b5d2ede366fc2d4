"""A chat gets another time zone: the hours of its digests and of its quiet move with it."""

from datetime import datetime

from storage.engine.database import Transaction
from storage.subscribers import quiet_hours, subscribers, subscriptions
from storage.values.local_time import zone_of
from storage.values.schedules import Every


async def rezone(
    transaction: Transaction, subscriber: int, old: str | None, zone: str, now: datetime
) -> None:
    """Stores the zone, an IANA name, and when each digest is due by it. `old` None is UTC.

    No digest is lost or doubled by that: see `Schedule.rezoned`.
    """
    before, after = zone_of(old), zone_of(zone)
    chosen = await quiet_hours.find(transaction, subscriber)
    if chosen.hours is not None:
        await quiet_hours.choose(transaction, chosen, after, now)
    await subscribers.choose(transaction, subscriber, zone=zone)
    for each in await subscriptions.of(transaction, subscriber):
        if each.schedule.every is not Every.NOW and each.next_due_at is not None:
            due = each.schedule.rezoned(each.next_due_at, before, after, now)
            await subscriptions.reschedule(transaction, each, each.schedule, due)
