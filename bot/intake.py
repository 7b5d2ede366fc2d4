"""Bulletins in: stored, matched and owed to whom they concern, in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from pyroaring import BitMap

from bot.repeats import Repeats
from bot.sources.keys import is_of_content
from bot.sources.source import Batch
from handlers.signs import read
from matching.index import Index
from matching.reading import Reader, Reading
from matching.repeats import fingerprint
from storage import arrivals, broadcasts, bulletins, folds, held, sources
from storage.arrivals import Taken
from storage.bulletins import Bulletin, StoredBulletin
from storage.database import Database, Transaction
from storage.lanes import Lane

log = structlog.get_logger(__name__)

SAME_WORDS = timedelta(hours=24)
"""So long the same words of a source that gives no ids are the same bulletin."""

_CHUNK = 100


@dataclass(frozen=True)
class Intake:
    """Takes what the sources bring. `ring` wakes whoever sends; `clock` gives aware times."""

    database: Database
    reader: Reader
    index: Index
    repeats: Repeats
    alert_ttl: timedelta  # an alert older than this when it gets here is not pushed
    ring: Callable[[], None]
    clock: Callable[[], datetime]
    # What is known and what is new is decided by one at a time.
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self, batch: Batch) -> list[Taken]:
        """What became of each bulletin, in order.

        All of them are stored together with the source's cursor, or none: a source is never
        further than what it brought. Many of them are matched step by step after that.
        """
        if len(batch.bulletins) > _CHUNK and not batch.baseline:
            return await self._take_many(batch)
        async with self._step() as transaction:
            taken = [
                await self._put(transaction, bulletin, baseline=batch.baseline)
                for bulletin in batch.bulletins
            ]
            await self._note(transaction, batch)
        self.ring()
        return taken

    async def _take_many(self, batch: Batch) -> list[Taken]:
        async with self.database.write() as transaction:
            ids = await arrivals.put(transaction, batch.bulletins, self.clock())
            await self._note(transaction, batch)
        await self.drain()
        async with self.database.read() as transaction:
            results = await arrivals.results(transaction, ids)
        return [results[id_] for id_ in ids]

    async def drain(self) -> None:
        """Takes what waits in the table of arrivals, its own and other processes'."""
        more = True
        while more:
            async with self._step() as transaction:
                waiting = await arrivals.waiting(transaction, _CHUNK)
                for arrival in waiting:
                    taken = await self._put(transaction, arrival.bulletin, baseline=False)
                    await arrivals.take(transaction, arrival.id, taken, self.clock())
            more = bool(waiting)
            self.ring()

    @asynccontextmanager
    async def _step(self) -> AsyncIterator[Transaction]:
        """One transaction, alone."""
        async with self._turn:
            try:
                async with self.database.write() as transaction:
                    yield transaction
            except Exception:
                # What was remembered may never have been stored.
                await self.repeats.load(self.database, self.reader, self.clock())
                raise

    async def _note(self, transaction: Transaction, batch: Batch) -> None:
        if batch.cursor is not None:
            await sources.succeed(transaction, batch.source, batch.cursor, now=self.clock())

    async def _put(self, transaction: Transaction, bulletin: Bulletin, *, baseline: bool) -> Taken:
        known = await bulletins.find_by_key(transaction, bulletin.source, bulletin.key)
        if known and _is_same(known, bulletin):
            return Taken(repeated=True, matched=0)
        stored = await bulletins.add(transaction, bulletin)
        if baseline:
            return Taken(repeated=False, matched=0)
        reading = read(self.reader, bulletin)
        matches = self.index.match(reading)
        pushed = matches.ring | matches.silent if self._is_fresh(bulletin, reading) else BitMap()
        told, waiting = await self._told(transaction, stored, reading)
        pushed, kept = pushed - told, matches.held - told - waiting
        if pushed:
            lane = Lane.ALERT if reading.alert else Lane.NEWS
            silent = matches.silent & pushed
            await broadcasts.enqueue(transaction, stored.id, lane, pushed, silent, self.clock())
        if kept:
            await held.hold(transaction, stored.id, kept, self.clock())
        return Taken(repeated=False, matched=len(pushed | kept))

    async def _told(
        self, transaction: Transaction, stored: StoredBulletin, reading: Reading
    ) -> tuple[BitMap, BitMap]:
        """Who has been told the same by another bulletin, and for whom that one is held."""
        known = fingerprint(reading, stored.url)
        if known is None:
            return BitMap(), BitMap()
        repeat = self.repeats.find(stored, known)
        if repeat is None:
            self.repeats.remember(stored, known)
            return BitMap(), BitMap()
        await folds.fold(transaction, stored.id, repeat.into, repeat.why)
        return await folds.told(transaction, repeat.into)

    def _is_fresh(self, bulletin: Bulletin, reading: Reading) -> bool:
        """Whether it is worth a push now. A digest takes it also when it is not."""
        now = self.clock()
        if bulletin.expires_at and bulletin.expires_at <= now:
            return False
        said_at = bulletin.published_at or bulletin.received_at
        return not reading.alert or now - said_at <= self.alert_ttl


def _is_same(known: Bulletin, bulletin: Bulletin) -> bool:
    recent = bulletin.received_at - known.received_at < SAME_WORDS
    return recent or not is_of_content(bulletin.key)
