"""Bulletins in: stored, matched and owed to whom they concern, in one transaction.

Few are read, matched and stored at once. Many, from a source back from an outage, are first put
into the table of arrivals, with the source's cursor, in one transaction: from then on none can be
lost, and memory holds a handful of them. From there they are taken step by step, alerts first.
Reading and matching happen outside of any transaction, one bulletin at a time, so that neither
those who write nor those who wait for the loop wait for a burst.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.classification import is_alert, is_declared, read
from alerts.decision_types import Statement
from alerts.lifecycle import Closed
from alerts.tracker import Fusion
from bot.ingest.deduplicator import Repeats
from bot.ingest.fanout import NOBODY, FanOut, Recipients
from bot.ingest.metrics import BulletinCounts
from bot.sources.core.dedup_keys import is_of_content
from bot.sources.core.source import Batch
from matching.index.index import Index
from matching.near_duplicates import fingerprint
from matching.reader import Reader, Reading
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins, duplicates, ingest_queue, sources
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.inbound.ingest_queue import Arrival, Taken
from storage.subscribers import quiet_snapshot
from storage.values.lanes import Lane

SAME_WORDS = timedelta(hours=24)
"""So long the same words of a source that gives no ids are the same bulletin."""

AT_ONCE = 50
"""Bulletins in one transaction: what comes in between waits for so many, a fsync is shared."""

_Also = Callable[[Transaction, list[Taken]], Awaitable[None]]
"""Stores something in the bulletins' transaction; it is told what became of each of them."""


@dataclass(frozen=True)
class IngestPipeline:
    """Takes what the sources bring. `ring` wakes whoever sends; `clock` gives aware times."""

    database: Database
    reader: Reader
    index: Index
    repeats: Repeats
    fusion: Fusion
    alert_ttl: timedelta  # an alert older than this when it gets here is not pushed
    ring: Callable[[], None]
    clock: Callable[[], datetime]
    counts: BulletinCounts
    # What is known and what is new is decided by one at a time, and by no other process.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, batch: Batch) -> list[Taken]:
        """What became of each bulletin, in order.

        All of them are stored together with the source's cursor, or none: a source is never
        further than what it brought. Many of them are matched step by step after that.
        """
        if len(batch.bulletins) > AT_ONCE and not batch.baseline:
            return await self._take_many(batch)

        async def note(transaction: Transaction, _: list[Taken]) -> None:
            await self._note(transaction, batch)

        async with self._turn:
            return await self._put(batch.bulletins, note, baseline=batch.baseline)

    async def _take_many(self, batch: Batch) -> list[Taken]:
        async with self.database.write() as transaction:
            ids = await ingest_queue.put(transaction, batch.bulletins, self.clock())
            await self._note(transaction, batch)
        await self.drain()
        async with self.database.read() as transaction:
            results = await ingest_queue.results(transaction, ids)
        return [results[id_] for id_ in ids]

    async def drain(self) -> None:
        """Takes what waits in the table of arrivals, its own and other processes'."""
        more = True
        while more:
            async with self._turn:
                more = await self._step()

    async def look_after(self) -> None:
        """What the passing of time does to the alerts that are on; for every few seconds."""
        async with self._turn:
            now = self.clock()
            if not await self.fusion.begin(now):
                return
            try:
                await self._close(self.fusion.watch(now))
                if not self.fusion.has_news:
                    return
                async with self.database.write() as transaction:
                    await self.fusion.store(transaction, (), now)
            except Exception:
                self.fusion.forget()
                raise
            finally:
                self.fusion.end()
        self.ring()

    async def _close(self, over: Sequence[Closed]) -> None:
        """Tells the ends that polls have shown, with the bulletins that brought them."""
        ids = [effect.incident.newest for effect in over if effect.incident.newest]
        async with self.database.read() as transaction:
            texts = await bulletins.get(transaction, ids)
        for effect in over:
            text = texts.get(effect.incident.newest or 0)
            self.fusion.close(effect, read(self.reader, text) if text else None)

    async def _step(self) -> bool:
        """Takes some, or finds out which of some are alerts; False when nothing waits."""
        async with self.database.read() as transaction:
            waiting = await ingest_queue.waiting(transaction, AT_ONCE)
        if not waiting:
            return False
        if len(waiting) == AT_ONCE and waiting[0].urgent is None:
            await self._sort(waiting)
            return True

        async def note(transaction: Transaction, taken: list[Taken]) -> None:
            ids = (arrival.id for arrival in waiting)
            await ingest_queue.take(transaction, dict(zip(ids, taken, strict=True)), self.clock())

        await self._put([arrival.bulletin for arrival in waiting], note)
        return True

    async def _sort(self, waiting: Sequence[Arrival]) -> None:
        """Many wait, and their source does not say which are alerts: their words do."""
        urgent = {}
        for arrival in waiting:
            urgent[arrival.id] = is_alert(self.reader, arrival.bulletin)
            await asyncio.sleep(0)
        async with self.database.write() as transaction:
            await ingest_queue.sort(transaction, urgent)

    async def _note(self, transaction: Transaction, batch: Batch) -> None:
        if batch.cursor is not None:
            await sources.succeed(transaction, batch.source, batch.cursor, now=self.clock())

    async def _put(
        self, new: Sequence[Bulletin], also: _Also, *, baseline: bool = False
    ) -> list[Taken]:
        """Stores what is not known and whom it is owed to, and what `also` stores with it."""
        repeated = await self._repeated(new)
        fresh = [one for one, known in zip(new, repeated, strict=True) if not known]
        try:
            recipients = [
                await self._recipients(place, bulletin, baseline=baseline)
                for place, bulletin in enumerate(fresh)
            ]
            async with self.database.write() as transaction:
                stored = await bulletins.add_all(transaction, fresh)
                await self.fusion.store(transaction, [one.id for one in stored], self.clock())
                counts = iter(await self._owe(transaction, stored, recipients))
                taken = [Taken(known, 0 if known else next(counts)) for known in repeated]
                await also(transaction, taken)
        except Exception:
            # What was remembered may never have been stored.
            self.fusion.forget()
            await self.repeats.load(self.database, self.reader, self.clock())
            raise
        finally:
            self.fusion.end()
        self.ring()
        self.counts.taken(new, taken)
        return taken

    async def _repeated(self, new: Sequence[Bulletin]) -> list[bool]:
        """Which of them are known, also from among themselves."""
        last: dict[tuple[str, str], datetime] = {}
        async with self.database.read() as transaction:
            for source in {bulletin.source for bulletin in new}:
                keys = {bulletin.key for bulletin in new if bulletin.source == source}
                known = await bulletins.known(transaction, source, keys)
                last |= {(source, key): at for key, at in known.items()}
        repeated = []
        for bulletin in new:
            name = (bulletin.source, bulletin.key)
            is_known = name in last and _is_same(bulletin, last[name])
            repeated.append(is_known)
            if not is_known:
                last[name] = bulletin.received_at
        return repeated

    async def _recipients(self, place: int, bulletin: Bulletin, *, baseline: bool) -> Recipients:
        if baseline and not self.fusion.knows(bulletin.source):
            return NOBODY
        await asyncio.sleep(0)  # each may take a millisecond: others have their turn in between
        reading = read(self.reader, bulletin)
        matches = self.index.match(reading)
        fresh = self._is_fresh(bulletin, reading)
        if not reading.alert:
            known = fingerprint(reading, bulletin.url)
            pushed = matches.ring | matches.silent if fresh else BitMap()
            return Recipients(Lane.NEWS, pushed, matches.silent & pushed, matches.held, known)
        if is_declared(bulletin) and self.reader.is_drill(bulletin.title or bulletin.text):
            pushed = BitMap() if baseline else matches.ring | matches.silent
            return Recipients(Lane.NEWS, pushed, pushed, BitMap(), None)
        said = Statement(place, bulletin, reading, matches, fresh, baseline)
        await self.fusion.begin(self.clock(), bulletin.source)
        share = self.fusion.decide(said, self.clock())
        if baseline:
            return NOBODY
        pushed, story = (share.push, share.story) if fresh else (BitMap(), BitMap())
        silent = matches.silent & pushed
        return Recipients(Lane.ALERT, pushed, silent, matches.held, None, story, share.told)

    async def _owe(
        self,
        transaction: Transaction,
        stored: Sequence[StoredBulletin],
        recipients: Sequence[Recipients],
    ) -> list[int]:
        """To how many each of them is owed."""
        debts = FanOut(transaction, await quiet_snapshot.now(transaction), self.clock())
        counts = []
        for bulletin, each in zip(stored, recipients, strict=True):
            told, waiting = BitMap(), BitMap()
            repeat = each.fingerprint and self.repeats.find(bulletin, each.fingerprint)
            if repeat:
                await debts.store()  # the first may be one of these
                await duplicates.fold(transaction, bulletin.id, repeat.into, repeat.why)
                told, waiting = await duplicates.told(transaction, repeat.into)
            elif each.fingerprint:
                self.repeats.remember(bulletin, each.fingerprint)
            counts.append(debts.add(bulletin.id, each, told, waiting))
        await debts.store()
        return counts

    def _is_fresh(self, bulletin: Bulletin, reading: Reading) -> bool:
        """Whether it is worth a push now. A digest takes it also when it is not."""
        now = self.clock()
        if bulletin.expires_at and bulletin.expires_at <= now:
            return False
        said_at = bulletin.published_at or bulletin.received_at
        return not reading.alert or now - said_at <= self.alert_ttl


def _is_same(bulletin: Bulletin, known_at: datetime) -> bool:
    recent = bulletin.received_at - known_at < SAME_WORDS
    return recent or not is_of_content(bulletin.key)
