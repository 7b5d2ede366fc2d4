"""A chat follows something: the subscription is stored, once, with its hour."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.framework.handler_context import Kit
from handlers.services.change_timezone import rezone
from handlers.services.reschedule import reschedule
from handlers.telegram.events import Request
from matching.query.ast import And, Not, Or, PlaceTerm, Query, dump
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.local_time import zone_of
from storage.values.schedules import Schedule


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What became of the wish."""

    subscription: Subscription
    new: bool  # False: the chat followed this before
    changed: bool  # the index has to know
    zone: str | None  # IANA, of the chat; None: neither chosen nor known from a place
    zone_is_new: bool  # it was taken from the place just now


class TooManyError(Exception):
    """The chat has as many subscriptions as it may."""


async def follow(
    request: Request,
    transaction: Transaction,
    kit: Kit,
    written: str,
    query: Query,
    schedule: Schedule | None,
) -> Followed:
    """Stores it; where it is there already, gives it the schedule, if one is named.

    None is the usual schedule of the chat. Raises TooManyError.
    """
    number, zone = request.subscriber.number, request.subscriber.zone
    compiled = dump(query)
    for one in await subscriptions.of(transaction, number):
        if one.query == compiled:
            return await _again(request, transaction, one, schedule)
    if await subscriptions.count_in_chat(transaction, request.heard.target.chat_id) >= kit.quota:
        raise TooManyError
    found = None if zone else kit.zones.first(_places(query))
    if found:
        await rezone(transaction, number, zone, found, request.now)
    wanted = schedule or request.subscriber.schedule
    added = await subscriptions.add(
        transaction,
        number,
        query=compiled,
        written=written,
        schedule=wanted,
        next_due_at=wanted.next_due(request.now, zone_of(zone or found)),
        now=request.now,
    )
    return Followed(
        subscription=added,
        new=True,
        changed=True,
        zone=zone or found,
        zone_is_new=found is not None,
    )


async def _again(
    request: Request,
    transaction: Transaction,
    subscription: Subscription,
    schedule: Schedule | None,
) -> Followed:
    zone = request.subscriber.zone
    other = schedule is not None and schedule != subscription.schedule
    if schedule is not None and other:
        subscription = await reschedule(transaction, subscription, schedule, zone, request.now)
    return Followed(
        subscription=subscription, new=False, changed=other, zone=zone, zone_is_new=False
    )


def _places(query: Query) -> Iterator[str]:
    """The codes of the places asked for, in the order written."""
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
