"""What a process that ended in the middle has left in doubt."""

from datetime import datetime

import structlog

from bot.delivery.outcome import Doubtful
from bot.delivery.picking import after
from bot.delivery.retry import Again, GiveUp, decide
from storage import broadcasts, deliveries, subscribers
from storage.broadcasts import Broadcast
from storage.database import Database, Transaction
from storage.deliveries import Delivery, NewDelivery

log = structlog.get_logger(__name__)

_ENDED = Doubtful("the process ended during the call")


async def recover(database: Database, now: datetime) -> None:
    """Decides, before anything is sent, about every call that has no outcome."""
    async with database.write() as transaction:
        doubtful = await deliveries.in_doubt(transaction)
        for delivery in doubtful:
            await _recover_delivery(transaction, delivery, now)
        count = len(doubtful)
        for broadcast in await broadcasts.unfinished(transaction):
            count += await _recover_broadcast(transaction, broadcast, now)
    if count:
        log.warning("calls in doubt after the last run", count=count)


async def _recover_delivery(transaction: Transaction, delivery: Delivery, now: datetime) -> None:
    match decide(_ENDED, delivery.attempts, delivery.lane, now):
        case Again(at, attempts, why):
            await deliveries.retry(
                transaction, delivery.id, due_at=at, attempts=attempts, failure=why
            )
        case GiveUp(why):
            await deliveries.fail(transaction, delivery.id, now, why)


async def _recover_broadcast(transaction: Transaction, broadcast: Broadcast, now: datetime) -> int:
    """Those attempted and not settled get a delivery each, unless they have one."""
    passed = after(broadcast.recipients, broadcast.cursor)
    numbers = passed - after(broadcast.recipients, broadcast.attempted)
    numbers -= type(numbers)(await deliveries.owed(transaction, broadcast.bulletin, list(numbers)))
    numbers &= type(numbers)(await subscribers.get(transaction, list(numbers)))
    decision = decide(_ENDED, 1, broadcast.lane, now)
    if isinstance(decision, Again):
        new = [
            NewDelivery(
                subscriber=number,
                lane=broadcast.lane,
                bulletin=broadcast.bulletin,
                silent=number in broadcast.silent,
                attempts=decision.attempts,
                due_at=decision.at,
                failure=decision.why,
            )
            for number in numbers
        ]
        await deliveries.enqueue(transaction, new, now)
    await broadcasts.advance(transaction, broadcast.id, broadcast.attempted)
    return len(numbers)
