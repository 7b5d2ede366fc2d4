"""What a process that ended in the middle has left in doubt."""

from datetime import datetime

import structlog
from pyroaring import BitMap

from bot.delivery.outcome import Doubtful
from bot.delivery.retry import Again, GiveUp, decide
from bot.delivery.settling import enqueue_known
from storage import broadcasts, deliveries
from storage.broadcasts import Broadcast, Progress
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
        for broadcast in await broadcasts.begun(transaction):
            if broadcast.under_way:
                await _recover_broadcast(transaction, broadcast, now)
                count += len(broadcast.under_way)
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


async def _recover_broadcast(transaction: Transaction, broadcast: Broadcast, now: datetime) -> None:
    """Those who were being sent to get a delivery each."""
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
            for number in broadcast.under_way
        ]
        await enqueue_known(transaction, new, now)
    await broadcasts.record(transaction, [Progress(broadcast.id, broadcast.attempted, BitMap())])
