"""Ingest pipeline: dedup, match and fan out bulletins, then store all of it in one transaction.

A small batch is ingested at once. A large one, from a source back from an outage, first goes to
the ingest queue, with the source's cursor, in one transaction: from then on no bulletin can be
lost, and memory holds a handful of them. The queue is drained in steps, alerts first. Bulletins
are read and matched outside of transactions, one at a time, so a burst delays neither other
writers nor the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.classification import is_alert, is_declared_alert, read_in_steps
from alerts.decision_types import AlertBulletin, Origin
from alerts.effects import Closed
from alerts.freshness import is_fresh
from alerts.stored_readings import pack_reading
from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.fanout import NO_RECIPIENTS, BulletinRecipients, FanOut
from bot.ingest.known_bulletins import find_known
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.priority_lock import PriorityLock
from bot.sources.core.source import Batch
from matching.index.index import Index
from matching.near_duplicates import fingerprint
from matching.reader import Reader, Reading
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins, duplicates, ingest_queue, readings, sources
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.inbound.ingest_queue import Arrival, IngestResult
from storage.inbound.readings import PackedReading
from storage.subscribers import mute_snapshot, sound_modes
from storage.values.lanes import Lane

BATCH_SIZE = 50
"""Bulletins in one transaction: they share an fsync, and a new bulletin waits for one batch."""

_BATCH_LENGTH = 20_000
"""Characters of the bulletins in one transaction: to read them takes about a tenth of a second."""

_SHORT_LENGTH = 4_096
"""Characters of a batch that is read in milliseconds: a post of Telegram has no more."""

_StoreWith = Callable[[Transaction, list[IngestResult]], Awaitable[None]]
"""Stores something in the bulletins' transaction, given the result of each of them."""


@dataclass(frozen=True)
class IngestPipeline:
    """Ingests bulletins of sources.

    `wake_delivery` wakes the delivery worker; `clock` returns aware times.
    """

    database: Database
    reader: Reader
    index: Index
    deduplicator: Deduplicator
    tracker: AlertTracker
    alert_ttl: timedelta  # an alert that has no end and is older on arrival is not pushed
    wake_delivery: Callable[[], None]
    clock: Callable[[], datetime]
    metrics: BulletinMetrics
    # Dedup decisions are made one batch at a time, and by no other process.
    _lock: PriorityLock = field(default_factory=PriorityLock)

    async def ingest(self, batch: Batch) -> list[IngestResult]:
        """Ingest a batch; return the result of each bulletin, in order.

        The bulletins and the source's cursor are stored together, so the cursor is never ahead of
        the bulletins. A large batch is matched in steps after that.
        """
        is_large = len(batch.bulletins) > BATCH_SIZE or _length(batch.bulletins) > _BATCH_LENGTH
        if is_large and not batch.is_baseline:
            return await self._ingest_through_queue(batch)

        async def store_cursor(transaction: Transaction, _: list[IngestResult]) -> None:
            await self._store_cursor(transaction, batch)

        async with self._lock.hold(is_urgent=_is_urgent(batch.bulletins)):
            return await self._store(batch.bulletins, store_cursor, _origin(batch))

    async def _ingest_through_queue(self, batch: Batch) -> list[IngestResult]:
        async with self.database.write() as transaction:
            ids = await ingest_queue.enqueue(transaction, batch.bulletins, self.clock())
            await self._store_cursor(transaction, batch)
        await self.drain(is_urgent=_is_urgent(batch.bulletins))
        async with self.database.read() as transaction:
            results = await ingest_queue.get_results(transaction, ids)
        return [results[id_] for id_ in ids]

    async def drain(self, *, is_urgent: bool = True) -> None:
        """Ingest all arrivals in the queue, also those of other processes.

        An urgent step goes before other batches: alerts may wait in the queue.
        """
        has_more = True
        while has_more:
            async with self._lock.hold(is_urgent=is_urgent):
                has_more = await self._drain_step()

    async def tick_alerts(self) -> None:
        """Apply the passing of time to active alerts; call it every few seconds."""
        async with self._lock.hold(is_urgent=True):
            now = self.clock()
            if not await self.tracker.begin_decisions(now):
                return
            try:
                await self._resolve(self.tracker.reevaluate(now))
                if not self.tracker.has_changes:
                    return
                async with self.database.write() as transaction:
                    await self.tracker.store(transaction, (), now)
            except BaseException:
                self.tracker.discard()
                raise
            finally:
                self.tracker.end_decisions()
        self.wake_delivery()

    async def _resolve(self, closed: Sequence[Closed]) -> None:
        """Resolve incidents that polls have shown to be over, with their last bulletins."""
        ids = [effect.incident.last_bulletin for effect in closed if effect.incident.last_bulletin]
        async with self.database.read() as transaction:
            last_bulletins = await bulletins.get(transaction, ids)
        for effect in closed:
            bulletin = last_bulletins.get(effect.incident.last_bulletin or 0)
            reading = await read_in_steps(self.reader, bulletin) if bulletin else None
            self.tracker.close(effect, reading)

    async def _drain_step(self) -> bool:
        """Ingest or classify some arrivals; return False if none waits."""
        async with self.database.read() as transaction:
            waiting = await ingest_queue.next_waiting(transaction, BATCH_SIZE)
        if not waiting:
            return False
        arrivals = _take_batch(waiting)
        has_more = len(waiting) == BATCH_SIZE or len(arrivals) < len(waiting)
        if has_more and arrivals[0].is_urgent is None:
            await self._classify(arrivals)
            return True

        async def remove_arrivals(transaction: Transaction, results: list[IngestResult]) -> None:
            ids = (arrival.id for arrival in arrivals)
            await ingest_queue.complete(
                transaction, dict(zip(ids, results, strict=True)), self.clock()
            )

        await self._store([arrival.bulletin for arrival in arrivals], remove_arrivals)
        return True

    async def _classify(self, arrivals: Sequence[Arrival]) -> None:
        """Mark alerts as urgent by their text, as their source does not declare them."""
        urgent = {}
        for arrival in arrivals:
            urgent[arrival.id] = await is_alert(self.reader, arrival.bulletin)
            await asyncio.sleep(0)
        async with self.database.write() as transaction:
            await ingest_queue.set_urgency(transaction, urgent)

    async def _store_cursor(self, transaction: Transaction, batch: Batch) -> None:
        if batch.cursor is None:
            return
        record = sources.record_unconfirmed if batch.is_unconfirmed else sources.record_success
        await record(transaction, batch.source, batch.cursor, self.clock())

    async def _store(
        self,
        batch: Sequence[Bulletin],
        store_with: _StoreWith,
        origin: Origin = Origin.REPORT,
    ) -> list[IngestResult]:
        """Store new bulletins and their recipients, and what `store_with` adds."""
        await self.deduplicator.reload_if_stale(self.database, self.reader, self.clock())
        known_flags = await find_known(self.database, batch)
        new = [b for b, is_known in zip(batch, known_flags, strict=True) if not is_known]
        try:
            new_readings = [await self._read(bulletin, origin) for bulletin in new]
            recipients = [
                await self._match(position, bulletin, new_readings[position], origin)
                for position, bulletin in enumerate(new)
            ]
            async with self.database.write() as transaction:
                stored = await bulletins.add_all(transaction, new)
                await readings.put(transaction, await self._pack(stored, new_readings, recipients))
                await self.tracker.store(
                    transaction, [bulletin.id for bulletin in stored], self.clock()
                )
                counts = iter(await self._fan_out(transaction, stored, recipients))
                results = [
                    IngestResult(is_known, 0 if is_known else next(counts))
                    for is_known in known_flags
                ]
                await store_with(transaction, results)
        except BaseException:  # a cancellation rolls the transaction back too
            # The state in memory may be ahead of the database.
            self.tracker.discard()
            self.deduplicator.mark_stale()
            raise
        finally:
            self.tracker.end_decisions()
        self.wake_delivery()
        self.metrics.record(batch, results)
        return results

    async def _read(self, bulletin: Bulletin, origin: Origin) -> Reading | None:
        """Return the reading of a bulletin, None for one that needs no match: it is read later."""
        if origin is Origin.BASELINE and not self.tracker.is_state_source(bulletin.source):
            return None
        await asyncio.sleep(0)  # reading takes a millisecond: let other tasks run
        return await read_in_steps(self.reader, bulletin)

    async def _match(
        self, position: int, bulletin: Bulletin, reading: Reading | None, origin: Origin
    ) -> BulletinRecipients:
        if reading is None:
            return NO_RECIPIENTS
        await asyncio.sleep(0)
        has_sound = self.tracker.sound_rule.has_sound(bulletin, reading)
        matches = self.index.match(reading).resolve_sound(is_default_audible=has_sound)
        fresh = is_fresh(bulletin, self.clock(), self.alert_ttl, is_alert=reading.is_alert)
        if not reading.is_alert:
            text = f"{bulletin.title}\n{bulletin.text}"
            news_fingerprint = fingerprint(reading, bulletin.url, text)
            push = matches.push if fresh else BitMap()
            silent = push if reading.is_unplaced else matches.silent & push
            return BulletinRecipients(Lane.NEWS, push, silent, matches.digest, news_fingerprint)
        if is_declared_alert(bulletin) and self.reader.is_drill(bulletin.title or bulletin.text):
            push = BitMap() if origin is Origin.BASELINE else matches.push
            return BulletinRecipients(Lane.NEWS, push, push, BitMap(), None)
        alert_bulletin = AlertBulletin(position, bulletin, reading, matches, fresh, origin)
        await self.tracker.begin_decisions(self.clock(), bulletin.source)
        alert_recipients = self.tracker.decide(alert_bulletin, self.clock())
        if alert_bulletin.is_baseline:
            return NO_RECIPIENTS
        push, as_news = (
            (alert_recipients.push, alert_recipients.as_news) if fresh else (BitMap(), BitMap())
        )
        # A warning for an unknown area may be far from most of its recipients.
        silent = push if reading.is_unplaced else matches.silent & push
        return BulletinRecipients(
            Lane.ALERT, push, silent, matches.digest, None, as_news, alert_recipients.notified
        )

    async def _pack(
        self,
        stored: Sequence[StoredBulletin],
        new_readings: Sequence[Reading | None],
        recipients: Sequence[BulletinRecipients],
    ) -> list[PackedReading]:
        packed = []
        for bulletin, reading, matched in zip(stored, new_readings, recipients, strict=True):
            if reading:
                packed.append(pack_reading(self.reader, bulletin, reading, matched.fingerprint))
                await asyncio.sleep(0)  # a long one takes milliseconds
        return packed

    async def _fan_out(
        self,
        transaction: Transaction,
        stored: Sequence[StoredBulletin],
        recipients: Sequence[BulletinRecipients],
    ) -> list[int]:
        """Store the recipients of bulletins; return their number for each."""
        mutes = await mute_snapshot.read(transaction)
        fan_out = FanOut(transaction, mutes, await sound_modes.read(transaction), self.clock())
        counts = []
        for bulletin, bulletin_recipients in zip(stored, recipients, strict=True):
            await asyncio.sleep(0)  # looking for a duplicate of a long one takes milliseconds
            already_sent, already_queued = BitMap(), BitMap()
            duplicate = bulletin_recipients.fingerprint and self.deduplicator.find(
                bulletin, bulletin_recipients.fingerprint
            )
            if duplicate:
                await fan_out.store()  # the original may be one of these
                await duplicates.mark_duplicate(
                    transaction, bulletin.id, duplicate.original, duplicate.reason
                )
                already_sent, already_queued = await duplicates.recipients_of(
                    transaction, duplicate.original
                )
            elif bulletin_recipients.fingerprint:
                self.deduplicator.remember(bulletin, bulletin_recipients.fingerprint)
            counts.append(
                fan_out.add(bulletin.id, bulletin_recipients, already_sent, already_queued)
            )
        await fan_out.store()
        return counts


def _origin(batch: Batch) -> Origin:
    if batch.is_baseline:
        return Origin.BASELINE
    return Origin.STATE_MESSAGE if batch.is_state_message else Origin.REPORT


def _take_batch(waiting: Sequence[Arrival]) -> Sequence[Arrival]:
    """Return the first arrivals within `_BATCH_LENGTH`, one at least."""
    length = 0
    for count, arrival in enumerate(waiting):
        length += _length([arrival.bulletin])
        if count and length > _BATCH_LENGTH:
            return waiting[:count]
    return waiting


def _is_urgent(batch: Sequence[Bulletin]) -> bool:
    """Return whether a batch goes first: it declares an alert, or takes milliseconds to read."""
    return _length(batch) <= _SHORT_LENGTH or any(map(is_declared_alert, batch))


def _length(batch: Sequence[Bulletin]) -> int:
    """Return the number of characters to read."""
    return sum(len(bulletin.title) + len(bulletin.text) for bulletin in batch)
