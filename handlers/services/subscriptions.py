"""Subscribe use case: stores a subscription once, or updates its schedule."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.framework.handler_context import HandlerContext
from handlers.services.reschedule import change_timezone, reschedule
from handlers.telegram.events import Request
from matching.query.ast import And, Not, Or, PlaceTerm, Query, dump
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.local_time import zone_of
from storage.values.schedules import Schedule


@dataclass(frozen=True, kw_only=True)
class SubscribeResult:
    """Result of a request to subscribe."""

    subscription: Subscription
    is_new: bool  # False: the chat had this subscription before
    is_changed: bool  # the index needs an update
    zone: str | None  # IANA name, of the chat; None: neither chosen nor inferred from a place
    is_zone_new: bool  # inferred by this request


class SubscriptionQuotaError(Exception):
    """The chat has reached its quota of subscriptions."""


async def add_subscription(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    query_text: str,
    query: Query,
    schedule: Schedule | None,
) -> SubscribeResult:
    """Store a subscription, or give an existing one to the same query the schedule.

    `schedule` None is the usual schedule of the chat. A chat without a time zone takes the one of
    the first place in the query. Raises SubscriptionQuotaError.
    """
    number, zone = request.subscriber.number, request.subscriber.zone
    compiled_query = dump(query)
    for subscription in await subscriptions.of(transaction, number):
        if subscription.query == compiled_query:
            return await _update_existing(request, transaction, subscription, schedule)
    count = await subscriptions.count_in_chat(transaction, request.message.target.chat_id)
    if count >= context.subscription_quota:
        raise SubscriptionQuotaError
    inferred_zone = None if zone else context.timezones.find_for_regions(_places(query))
    if inferred_zone:
        await change_timezone(transaction, number, zone, inferred_zone, request.now)
    schedule = schedule or request.subscriber.schedule
    subscription = await subscriptions.add(
        transaction,
        number,
        query=compiled_query,
        query_text=query_text,
        schedule=schedule,
        next_due_at=schedule.next_due(request.now, zone_of(zone or inferred_zone)),
        now=request.now,
    )
    return SubscribeResult(
        subscription=subscription,
        is_new=True,
        is_changed=True,
        zone=zone or inferred_zone,
        is_zone_new=inferred_zone is not None,
    )


async def _update_existing(
    request: Request,
    transaction: Transaction,
    subscription: Subscription,
    schedule: Schedule | None,
) -> SubscribeResult:
    zone = request.subscriber.zone
    is_changed = schedule is not None and schedule != subscription.schedule
    if schedule is not None and is_changed:
        subscription = await reschedule(transaction, subscription, schedule, zone, request.now)
    return SubscribeResult(
        subscription=subscription,
        is_new=False,
        is_changed=is_changed,
        zone=zone,
        is_zone_new=False,
    )


def _places(query: Query) -> Iterator[str]:
    """Yield the region codes that the query asks for, in their order."""
    match query:
        case PlaceTerm(code):
            yield code
        case And(parts) | Or(parts):
            for part in parts:
                yield from _places(part)
        case Not():
            return
        case _:
            return
