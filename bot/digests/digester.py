"""Digester: build digests at their scheduled time, and summaries when quiet hours end.

First digests are marked due, with their next time, many in a transaction. Then they are built, the
longest due first, and only as many as the outbox can soon send. So a hundred thousand digests at
nine o'clock are recorded within seconds, and each is built shortly before it is sent. A built
digest is enqueued and settled in one transaction, so it is enqueued exactly once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from pyroaring import BitMap

from bot.digests.pending import PendingBatch, PendingDigest, PendingReader
from handlers.messages.bulletin import RenderOptions
from handlers.messages.digest import DigestRenderer
from storage.engine.database import Database, Transaction
from storage.outbox import deliveries, digest_carryover
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import quiet_hours, subscriptions
from storage.values.lanes import Lane
from storage.values.message import MessageContent

log = structlog.get_logger(__name__)

MARK_DUE_BATCH = 4_000
"""Digests marked due in one transaction: other writers wait for it."""

QUIET_BATCH = 500
"""Subscribers whose quiet begins or ends in one transaction; each takes some 10 microseconds."""

OUTBOX_LIMIT = 2_000
"""Limit of digests in the outbox: as many as are sent between two ticks at the highest rate."""

_BUILD_BATCH = 50
"""Digests stored in one transaction."""


@dataclass(frozen=True)
class _BuiltDigest:
    """Digest or summary for one subscriber; without contents nothing is sent."""

    pending: PendingDigest
    contents: Sequence[MessageContent]
    lane: Lane
    silent: bool


@dataclass(frozen=True)
class Digester:
    """Builds digests. `wake_delivery` wakes the delivery worker; `clock` returns aware times."""

    database: Database
    pending_reader: PendingReader
    renderer: DigestRenderer
    wake_delivery: Callable[[], None]
    clock: Callable[[], datetime]

    async def tick(self) -> None:
        """Build everything that is due."""
        now = self.clock()
        await self.mark_due(now)
        while await self.build(now):
            self.wake_delivery()

    async def mark_due(self, now: datetime) -> None:
        """Begin and end quiet periods that are due, then mark due digests and set their next time.

        Quiet periods go first: a digest that becomes due in one waits for its end.
        """
        await self._run_in_batches(
            quiet_hours.has_due_transitions, quiet_hours.apply_due_transitions, QUIET_BATCH, now
        )
        await self._run_in_batches(
            subscriptions.is_due, subscriptions.mark_due, MARK_DUE_BATCH, now
        )

    async def build(self, now: datetime) -> bool:
        """Build a batch of due digests; return False if none is due or the outbox is full."""
        async with self.database.read() as transaction:
            if (
                await deliveries.count_waiting(transaction, Lane.DIGEST, OUTBOX_LIMIT)
                >= OUTBOX_LIMIT
            ):
                return False
            batch = await self.pending_reader.read(transaction, now)
        if batch.quiet_until:
            async with self.database.write() as transaction:
                for number, until in batch.quiet_until.items():
                    await subscriptions.defer(transaction, number, until)
        for start in range(0, len(batch.digests), _BUILD_BATCH):
            built = []
            for pending in batch.digests[start : start + _BUILD_BATCH]:
                built.append(await self._try_build(pending, batch, now))
                await asyncio.sleep(0)  # let other tasks run between two digests
            async with self.database.write() as transaction:
                await _store(transaction, built, batch, now)
        return bool(batch.digests or batch.quiet_until)

    async def _run_in_batches(
        self,
        is_due: Callable[[Transaction, datetime], Awaitable[bool]],
        process: Callable[[Transaction, datetime, int], Awaitable[int]],
        limit: int,
        now: datetime,
    ) -> None:
        async with self.database.read() as transaction:
            has_more = await is_due(transaction, now)
        while has_more:
            async with self.database.write() as transaction:
                has_more = await process(transaction, now, limit) == limit

    async def _try_build(
        self, pending: PendingDigest, batch: PendingBatch, now: datetime
    ) -> _BuiltDigest:
        try:
            return await self._build(pending, batch, now)
        except Exception:  # a digest that fails must not block the others
            log.exception("digest_failed", subscriber=pending.subscriber.number)
            return _BuiltDigest(pending, (), Lane.DIGEST, silent=True)

    async def _build(
        self, pending: PendingDigest, batch: PendingBatch, now: datetime
    ) -> _BuiltDigest:
        options = RenderOptions.of(pending.subscriber)
        items = await batch.select_items(pending)
        if pending.is_quiet_over:
            delivered_silently = batch.deduplicate(pending.delivered_silently)
            summary = self.renderer.render_quiet_summary(items, delivered_silently, options, now)
            if summary.contents:
                lane = Lane.ALERT if summary.is_urgent else Lane.DIGEST
                silent = _is_silenced(pending, lane, batch)
                return _BuiltDigest(pending, summary.contents, lane, silent)
        contents = [] if pending.is_quiet_over else self.renderer.render_digest(items, options, now)
        if not contents and pending.subscriptions and pending.subscriber.wants_empty_digests:
            contents = [self.renderer.render_empty(options)]
        has_sound = any(s.has_sound and s.sound_from is None for s in pending.subscriptions)
        silent = not has_sound or _is_silenced(pending, Lane.DIGEST, batch)
        return _BuiltDigest(pending, contents, Lane.DIGEST, silent)


def _is_silenced(pending: PendingDigest, lane: Lane, batch: PendingBatch) -> bool:
    """Return whether the chat has chosen to get messages of the lane without sound."""
    return bool(batch.sounds.silenced(lane, BitMap([pending.subscriber.number])))


async def _store(
    transaction: Transaction, built: Sequence[_BuiltDigest], batch: PendingBatch, now: datetime
) -> None:
    """Enqueue the digests that are still due: quiet may have begun again meanwhile."""
    quiet_over = await quiet_hours.settle(
        transaction, [digest.pending.subscriber.number for digest in built]
    )
    current = [
        digest
        for digest in built
        if not digest.pending.is_quiet_over or digest.pending.subscriber.number in quiet_over
    ]
    ids = [s.id for digest in current for s in digest.pending.subscriptions]
    settled = quiet_over | await subscriptions.settle(
        transaction, ids, last_bulletin=batch.last_bulletin
    )
    new_deliveries = [
        NewDelivery(
            subscriber=digest.pending.subscriber.number,
            lane=digest.lane,
            content=content,
            silent=digest.silent,
            due_at=now,
        )
        for digest in current
        if digest.pending.subscriber.number in settled
        for content in digest.contents
    ]
    await deliveries.enqueue(transaction, new_deliveries, now)
    await digest_carryover.remove(
        transaction, _carried_over((digest for digest in current if digest.contents), batch)
    )


def _carried_over(built: Iterable[_BuiltDigest], batch: PendingBatch) -> dict[int, BitMap]:
    """Return the subscribers whose digests include carryover, by id of the bulletin."""
    recipients: dict[int, BitMap] = {}
    for digest in built:
        for bulletin in batch.select_carryover(digest.pending):
            recipients.setdefault(bulletin, BitMap()).add(digest.pending.subscriber.number)
    return recipients
