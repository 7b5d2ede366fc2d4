"""What a process that ended in the middle has left in doubt."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from pyroaring import BitMap

from bot.delivery.expiry import Expired
from bot.delivery.outcome import Doubtful
from bot.delivery.retry import Again, Decision, Expire, GiveUp, Join, decide
from bot.delivery.settlement import enqueue_known
from bot.delivery.ttl import is_fresh
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import broadcasts, deliveries
from storage.outbox.broadcasts import Broadcast, Progress
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.values.lanes import Lane
from storage.values.message import Content

log = structlog.get_logger(__name__)

_ENDED = Doubtful("the process ended during the call")


async def recover(database: Database, now: datetime) -> None:
    """Decides, before anything is sent, about every call that has no outcome."""
    async with database.write() as transaction:
        recovery = _Recovery(transaction, now)
        count = await recovery.run()
    if count:
        log.warning("calls in doubt after the last run", count=count)


class _Recovery:
    """One transaction's work."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        self._expired = Expired()

    async def run(self) -> int:
        """How many calls were in doubt."""
        rows = await deliveries.in_doubt(self._transaction)
        begun = [b for b in await broadcasts.begun(self._transaction) if b.under_way]
        ids = {row.bulletin for row in rows if row.bulletin} | {b.bulletin for b in begun}
        texts = await bulletins.get(self._transaction, ids)
        alive = await self._of_incidents(rows)
        for row in rows:
            what = row.content or texts[row.bulletin or 0]
            await self._recover_delivery(row, what, fresh=row.id in alive)
        for broadcast in begun:
            await self._recover_broadcast(broadcast, texts[broadcast.bulletin])
        await self._expired.store(self._transaction)
        return len(rows) + sum(len(broadcast.under_way) for broadcast in begun)

    async def _of_incidents(self, rows: Sequence[Delivery]) -> set[int]:
        """Ids of those that tell of incidents: they are sent as long as those are on."""
        from_ = await broadcasts.get(self._transaction, {r.broadcast for r in rows if r.broadcast})
        telling = {broadcast.id for broadcast in from_ if broadcast.telling}
        return {row.id for row in rows if row.broadcast in telling}

    def _decide(
        self,
        attempts: int,
        doubts: int,
        lane: Lane,
        what: StoredBulletin | Content,
        *,
        fresh: bool,
    ) -> Decision:
        fresh = fresh or is_fresh(lane, what, self._now)
        return decide(_ENDED, attempts, lane, self._now, doubts=doubts, fresh=fresh)

    async def _recover_delivery(
        self, row: Delivery, what: StoredBulletin | Content, *, fresh: bool
    ) -> None:
        match self._decide(row.attempts, row.doubts, row.lane, what, fresh=fresh):
            case Again(at, attempts, doubts, why):
                await deliveries.retry(
                    self._transaction,
                    row.id,
                    due_at=at,
                    attempts=attempts,
                    doubts=doubts,
                    failure=why,
                )
            case GiveUp(why):
                await deliveries.fail(self._transaction, row.id, self._now, why)
            case Join():
                self._expired.join(row.subscriber, row.content or row.bulletin or 0)
                await deliveries.done(self._transaction, [row.id])
            case Expire():
                self._expired.note(row.lane, row.bulletin, [row.subscriber])
                await deliveries.done(self._transaction, [row.id])

    async def _recover_broadcast(self, broadcast: Broadcast, what: StoredBulletin) -> None:
        """Those who were being sent to get a delivery each, if it is of use still."""
        fresh = broadcast.telling is not None
        match self._decide(1, 0, broadcast.lane, what, fresh=fresh):
            case Again() as again:
                new = [_row(broadcast, number, again) for number in broadcast.under_way]
                await enqueue_known(self._transaction, new, self._now)
            case Join() | Expire():
                self._expired.note(broadcast.lane, broadcast.bulletin, broadcast.under_way)
        progress = Progress(broadcast.id, broadcast.attempted, BitMap())
        await broadcasts.record(self._transaction, [progress])


def _row(broadcast: Broadcast, number: int, again: Again) -> NewDelivery:
    return NewDelivery(
        subscriber=number,
        lane=broadcast.lane,
        bulletin=broadcast.bulletin,
        broadcast=broadcast.id,
        silent=number in broadcast.silent,
        attempts=again.attempts,
        doubts=again.doubts,
        due_at=again.at,
        failure=again.why,
    )
