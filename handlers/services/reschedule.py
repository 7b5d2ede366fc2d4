"""Reschedule: a subscription gets another schedule, or a chat another time zone."""

from datetime import datetime

from storage.engine.database import Transaction
from storage.subscribers import quiet_hours, subscribers, subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.local_time import zone_of
from storage.values.schedules import Frequency, Schedule


async def reschedule(
    transaction: Transaction,
    subscription: Subscription,
    schedule: Schedule,
    zone: str | None,
    now: datetime,
) -> Subscription:
    """Store a schedule and return the updated subscription. `zone` is an IANA name; None is UTC.

    A digest subscription that becomes immediate gets one last digest now, so that no bulletin
    that waits for it is lost.
    """
    due_at = schedule.next_due(now, zone_of(zone))
    if schedule.frequency is Frequency.NOW and subscription.next_due_at is not None:
        due_at = now
    return await subscriptions.reschedule(transaction, subscription, schedule, due_at)


async def change_timezone(
    transaction: Transaction, subscriber: int, old_zone: str | None, zone: str, now: datetime
) -> None:
    """Store a time zone, and move the digests and quiet hours of the subscriber to it.

    Zones are IANA names; an `old_zone` of None is UTC. No digest is lost or duplicated: see
    `Schedule.due_in_zone`.
    """
    before, after = zone_of(old_zone), zone_of(zone)
    quiet = await quiet_hours.get(transaction, subscriber)
    if quiet.hours is not None:
        await quiet_hours.save(transaction, quiet, after, now)
    await subscribers.change_settings(transaction, subscriber, zone=zone)
    for subscription in await subscriptions.of(transaction, subscriber):
        schedule, due_at = subscription.schedule, subscription.next_due_at
        if schedule.frequency is not Frequency.NOW and due_at is not None:
            due_at = schedule.due_in_zone(due_at, before, after, now)
            await subscriptions.reschedule(transaction, subscription, schedule, due_at)
