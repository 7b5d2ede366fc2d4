"""A subscription gets another hour, and nothing that waited for the old one is lost."""

from datetime import datetime

from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.local_time import zone_of
from storage.values.schedules import Every, Schedule


async def reschedule(
    transaction: Transaction,
    subscription: Subscription,
    schedule: Schedule,
    zone: str | None,
    now: datetime,
) -> Subscription:
    """Gives it the schedule; the subscription as it is then. `zone` is IANA, None is UTC.

    What comes at once from now on and was gathered before has one digest more, now, with what
    was waiting.
    """
    due = schedule.next_due(now, zone_of(zone))
    if schedule.every is Every.NOW and subscription.next_due_at is not None:
        due = now
    return await subscriptions.reschedule(transaction, subscription, schedule, due)
