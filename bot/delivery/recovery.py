"""Crash recovery: decide about calls that the last process left without an outcome."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from pyroaring import BitMap

from bot.delivery.expiry import ExpiredMessages, is_fresh
from bot.delivery.outcome import MaybeSent
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.retry import CarryOver, Decision, Expire, GiveUp, Retry, decide
from bot.delivery.settlement import enqueue_for_existing
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import broadcasts, deliveries, flood_waits
from storage.outbox.broadcasts import Broadcast, Progress
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.values.lanes import Lane
from storage.values.message import MessageContent

log = structlog.get_logger(__name__)

_INTERRUPTED = MaybeSent("the process ended during the call")


async def recover(database: Database, now: datetime) -> None:
    """Decide about every call without an outcome, before anything is sent."""
    async with database.write() as transaction:
        recovery = _Recovery(transaction, now)
        count = await recovery.run()
    if count:
        log.warning("calls_in_doubt_recovered", count=count)


async def restore_flood_waits(database: Database, rate_limiter: RateLimiter, now: datetime) -> None:
    """Keep the flood waits that the last process stored."""
    async with database.write() as transaction:
        active = await flood_waits.load_active(transaction, now)
    for chat_id, until in active.items():
        seconds = (until - now).total_seconds()
        if chat_id == flood_waits.ALL_CHATS:
            log.warning("flood_wait_restored", until=until)
            rate_limiter.pause(seconds)
        else:
            rate_limiter.pause_chat(chat_id, seconds)


class _Recovery:
    """Recovery in one transaction."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        self._expired = ExpiredMessages()

    async def run(self) -> int:
        """Decide about all calls in doubt; return how many there were."""
        rows = await deliveries.list_in_doubt(self._transaction)
        started = [b for b in await broadcasts.list_started(self._transaction) if b.in_flight]
        ids = {row.bulletin for row in rows if row.bulletin} | {b.bulletin for b in started}
        bulletins_by_id = await bulletins.get(self._transaction, ids)
        incident_rows = await self._incident_deliveries(rows)
        for row in rows:
            payload = row.content or bulletins_by_id[row.bulletin or 0]
            await self._recover_delivery(row, payload, fresh=row.id in incident_rows)
        for broadcast in started:
            await self._recover_broadcast(broadcast, bulletins_by_id[broadcast.bulletin])
        await self._expired.store(self._transaction)
        return len(rows) + sum(len(broadcast.in_flight) for broadcast in started)

    async def _incident_deliveries(self, rows: Sequence[Delivery]) -> set[int]:
        """Return the ids of deliveries about incidents, which stay fresh while those are active."""
        stored = await broadcasts.get(self._transaction, {r.broadcast for r in rows if r.broadcast})
        incident_broadcasts = {broadcast.id for broadcast in stored if broadcast.reason}
        return {row.id for row in rows if row.broadcast in incident_broadcasts}

    def _decide(
        self,
        attempts: int,
        maybe_sent: int,
        lane: Lane,
        payload: StoredBulletin | MessageContent,
        *,
        fresh: bool,
    ) -> Decision:
        fresh = fresh or is_fresh(lane, payload, self._now)
        return decide(_INTERRUPTED, attempts, lane, self._now, maybe_sent=maybe_sent, fresh=fresh)

    async def _recover_delivery(
        self, row: Delivery, payload: StoredBulletin | MessageContent, *, fresh: bool
    ) -> None:
        match self._decide(row.attempts, row.maybe_sent, row.lane, payload, fresh=fresh):
            case Retry(due_at, attempts, maybe_sent, reason):
                await deliveries.retry(
                    self._transaction,
                    row.id,
                    due_at=due_at,
                    attempts=attempts,
                    maybe_sent=maybe_sent,
                    failure=reason,
                )
            case GiveUp(reason):
                await deliveries.fail(self._transaction, row.id, self._now, reason)
            case CarryOver():
                self._expired.carry_over(row.subscriber, row.content or row.bulletin or 0)
                await deliveries.complete(self._transaction, [row.id])
            case Expire():
                self._expired.expire(row.lane, row.bulletin, [row.subscriber])
                await deliveries.complete(self._transaction, [row.id])

    async def _recover_broadcast(self, broadcast: Broadcast, bulletin: StoredBulletin) -> None:
        """Enqueue a delivery for each call in flight, if the bulletin is still fresh."""
        fresh = broadcast.reason is not None
        match self._decide(1, 0, broadcast.lane, bulletin, fresh=fresh):
            case Retry() as retry:
                new = [_new_delivery(broadcast, number, retry) for number in broadcast.in_flight]
                await enqueue_for_existing(self._transaction, new, self._now)
            case CarryOver() | Expire():
                self._expired.expire(broadcast.lane, broadcast.bulletin, broadcast.in_flight)
        progress = Progress(broadcast.id, broadcast.attempted, BitMap())
        await broadcasts.record_progress(self._transaction, [progress])


def _new_delivery(broadcast: Broadcast, number: int, retry: Retry) -> NewDelivery:
    return NewDelivery(
        subscriber=number,
        lane=broadcast.lane,
        bulletin=broadcast.bulletin,
        broadcast=broadcast.id,
        silent=number in broadcast.silent,
        attempts=retry.attempts,
        maybe_sent=retry.maybe_sent,
        due_at=retry.due_at,
        failure=retry.reason,
    )
