"""Stores what became of errands: rows done, put off or given up; subscribers suspended, moved."""

from datetime import datetime

import structlog

from bot.delivery.errands import Errand
from bot.delivery.outcome import Gone, Moved, Outcome
from bot.delivery.retry import Again, Decision, Done, GiveUp, decide
from storage import deliveries, subscribers
from storage.database import Transaction
from storage.deliveries import NewDelivery
from storage.subscribers import Suspended, Target

log = structlog.get_logger(__name__)


async def settle(
    transaction: Transaction, errand: Errand, outcome: Outcome, now: datetime
) -> list[int]:
    """Stores one outcome.

    Returns the ids of subscriptions that belong to another subscriber now: an index has to be
    told.
    """
    number, joined = await _note_subscriber(transaction, errand, outcome)
    decision = decide(outcome, errand.attempts, errand.lane, now)
    if isinstance(decision, GiveUp):
        log.warning("gave up", why=decision.why, lane=errand.lane.name, subscriber=number)
    if errand.delivery is not None:
        await _update(transaction, errand.delivery, outcome, decision, now)
    elif not _is_over(outcome, decision) and await _is_known(transaction, number):
        (row,) = await deliveries.enqueue(transaction, [_row(errand, number, now)], now)
        await _update(transaction, row.id, outcome, decision, now)
    return joined


async def keep_as_row(transaction: Transaction, errand: Errand, now: datetime) -> int | None:
    """A row for a call that is still under way; its id, None when its chat was forgotten."""
    if not await _is_known(transaction, errand.subscriber.number):
        return None
    new = _row(errand, errand.subscriber.number, now)
    (row,) = await deliveries.enqueue(transaction, [new], now)
    await deliveries.attempt(transaction, [row.id], now)
    return row.id


async def _note_subscriber(
    transaction: Transaction, errand: Errand, outcome: Outcome
) -> tuple[int, list[int]]:
    subscriber = errand.subscriber
    match outcome:
        case Gone(Suspended.NOT_FOUND):
            await subscribers.miss(transaction, subscriber.number)
        case Gone(reason):
            await subscribers.suspend(transaction, subscriber.chat_id, reason)
        case Moved(chat_id):
            joined = await subscribers.move(transaction, subscriber.chat_id, chat_id)
            there = await subscribers.find(transaction, Target(chat_id, subscriber.thread_id))
            return there.number if there else subscriber.number, joined
    return subscriber.number, []


async def _is_known(transaction: Transaction, number: int) -> bool:
    """Whether the chat is there still: it may have been forgotten during the call."""
    return number in await subscribers.get(transaction, [number])


def _is_over(outcome: Outcome, decision: Decision) -> bool:
    """Whether no row is needed: it arrived, or there is nobody any more."""
    return isinstance(decision, Done) or (
        isinstance(decision, GiveUp) and isinstance(outcome, Gone)
    )


async def _update(
    transaction: Transaction, delivery: int, outcome: Outcome, decision: Decision, now: datetime
) -> None:
    if _is_over(outcome, decision):
        await deliveries.done(transaction, [delivery])
    elif isinstance(decision, Again):
        await deliveries.retry(
            transaction,
            delivery,
            due_at=decision.at,
            attempts=decision.attempts,
            failure=decision.why,
        )
    elif isinstance(decision, GiveUp):
        await deliveries.fail(transaction, delivery, now, decision.why)


def _row(errand: Errand, number: int, now: datetime) -> NewDelivery:
    return NewDelivery(
        subscriber=number,
        lane=errand.lane,
        bulletin=errand.bulletin,
        content=errand.content,
        silent=errand.silent,
        attempts=errand.attempts - 1,
        due_at=now,
    )
