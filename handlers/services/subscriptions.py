"""Subscribe use case: stores a subscription once, or updates its options."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.framework.handler_context import HandlerContext
from handlers.services.reschedule import change_timezone, reschedule
from handlers.telegram.events import Request
from handlers.telegram.keyboards import parse_number
from handlers.text.subscription_options import SubscriptionOptions
from matching.places.gazetteer import Gazetteer
from matching.query.ast import And, NearTerm, Or, PlaceTerm, Query, dump, load
from matching.query.neighbour_query import extend_to_neighbours
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import DEFAULT_SOUND, Subscription
from storage.values.local_time import zone_of
from storage.values.schedules import Frequency, Schedule


@dataclass(frozen=True, kw_only=True)
class SubscribeResult:
    """Result of a request to subscribe."""

    subscription: Subscription
    is_new: bool  # False: the chat had this subscription before
    is_changed: bool  # the index needs an update
    zone: str | None  # IANA name, of the chat; None: neither chosen nor inferred from a place
    is_zone_new: bool  # inferred by this request
    are_neighbours_refused: bool  # asked for, but not known


class SubscriptionQuotaError(Exception):
    """The chat has reached its quota of subscriptions."""


async def add_subscription(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    query_text: str,
    query: Query,
    options: SubscriptionOptions,
) -> SubscribeResult:
    """Store a subscription, or give an existing one to the same query the options.

    Without a schedule it has the usual one of the chat. A chat without a time zone takes the one of
    the first place in the query. Raises SubscriptionQuotaError.
    """
    number, zone = request.subscriber.number, request.subscriber.zone
    compiled_query = dump(query)
    for subscription in await subscriptions.of(transaction, number):
        if subscription.query == compiled_query:
            return await _update_existing(request, transaction, context, subscription, options)
    count = await subscriptions.count_in_chat(transaction, request.message.target.chat_id)
    if count >= context.subscription_quota:
        raise SubscriptionQuotaError
    inferred_zone = None if zone else context.timezones.find_for_regions(places_of(query))
    if inferred_zone:
        await change_timezone(transaction, number, zone, inferred_zone, request.now)
    schedule = options.schedule or request.subscriber.schedule
    can_have = can_have_neighbours(query, schedule, context.gazetteer)
    subscription = await subscriptions.add(
        transaction,
        number,
        query=compiled_query,
        query_text=query_text,
        schedule=schedule,
        next_due_at=schedule.next_due(request.now, zone_of(zone or inferred_zone)),
        now=request.now,
    )
    has_neighbours = bool(options.has_neighbours) and can_have
    if has_neighbours or options.sound not in (None, DEFAULT_SOUND):
        subscription = await subscriptions.change(
            transaction, subscription, sound=options.sound, has_neighbours=has_neighbours
        )
    return SubscribeResult(
        subscription=subscription,
        is_new=True,
        is_changed=True,
        zone=zone or inferred_zone,
        is_zone_new=inferred_zone is not None,
        are_neighbours_refused=bool(options.has_neighbours) and not can_have,
    )


async def _update_existing(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    subscription: Subscription,
    options: SubscriptionOptions,
) -> SubscribeResult:
    zone, schedule = request.subscriber.zone, options.schedule
    before = subscription
    if schedule is not None and schedule != subscription.schedule:
        subscription = await reschedule(transaction, subscription, schedule, zone, request.now)
    query = load(subscription.query)
    can_have = can_have_neighbours(query, subscription.schedule, context.gazetteer)
    are_refused = bool(options.has_neighbours) and not can_have
    has_neighbours = None if are_refused else options.has_neighbours
    if has_neighbours == subscription.has_neighbours:
        has_neighbours = None
    sound = None if options.sound == subscription.sound else options.sound
    if sound is not None or has_neighbours is not None:
        subscription = await subscriptions.change(
            transaction, subscription, sound=sound, has_neighbours=has_neighbours
        )
    return SubscribeResult(
        subscription=subscription,
        is_new=False,
        is_changed=subscription != before,
        zone=zone,
        is_zone_new=False,
        are_neighbours_refused=are_refused,
    )


async def find_by_button(
    id_text: str, request: Request, transaction: Transaction
) -> Subscription | None:
    """Return the subscription of a button; None if it is gone or belongs to another chat."""
    id_ = parse_number(id_text)
    if id_ is None:
        return None
    return await subscriptions.find(transaction, id_, request.subscriber.number)


def can_have_neighbours(query: Query, schedule: Schedule, gazetteer: Gazetteer) -> bool:
    """Return whether alerts in neighbouring regions can be asked for: they come at once."""
    is_immediate = schedule.frequency is Frequency.NOW
    return is_immediate and extend_to_neighbours(query, gazetteer) is not None


def places_of(query: Query) -> Iterator[str]:
    """Yield the region codes that a query asks for, and the references of its circles, in order."""
    for term in place_terms(query):
        yield term.code if isinstance(term, PlaceTerm) else term.reference


def place_terms(query: Query) -> Iterator[PlaceTerm | NearTerm]:
    """Yield the places and circles that a query asks for, not those under NOT, in order."""
    match query:
        case PlaceTerm() | NearTerm():
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from place_terms(part)
