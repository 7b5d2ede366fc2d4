"""Deduplicator: find news that repeat a bulletin of the last hours, by fingerprint."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.stored_readings import ReadingScan
from bot.ingest.recent_news import MAX_BULLETINS, DuplicateMatch, RecentBulletin, RecentNews
from bot.sources.core.dedup_keys import is_content_key
from matching.near_duplicates import Fingerprint, fingerprint
from matching.reader import Reader
from matching.stored_fingerprint import unpack_fingerprint
from storage.engine.database import Database, Transaction
from storage.inbound import readings
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.readings import ScannedFingerprint

WINDOW = timedelta(hours=6)
_MAX_TEXTS = 1_000
_BATCH_SIZE = 250
_ROWS_PER_STEP = 50
_FINGERPRINT_COST = 20.0  # relative to decoding a reading


class Deduplicator:
    """Keeps the fingerprints of a few hours."""

    def __init__(self) -> None:
        self._recent = RecentNews()
        self._is_stale = False  # may have bulletins that are not stored

    def mark_stale(self) -> None:
        """Have the window loaded again before the next search: a transaction has failed."""
        self._is_stale = True

    async def reload_if_stale(self, database: Database, reader: Reader, now: datetime) -> None:
        """Load the window again if a transaction has failed since the last load."""
        if self._is_stale:
            await self.load(database, reader, now)

    async def load(self, database: Database, reader: Reader, now: datetime) -> None:
        """Load the newest stored news of the window.

        Fingerprints are stored; they may be of an older reader. Those that an older version of the
        program did not store are computed, from stored readings or, within a limit, from texts.
        """
        newest_first: list[RecentBulletin] = []
        async with database.read() as transaction:
            scan = ReadingScan(
                transaction,
                reader,
                max_texts=_MAX_TEXTS,
                cost=_FINGERPRINT_COST,
                accepts_outdated=True,
            )
            before: int | None = None
            for _ in range(MAX_BULLETINS // _BATCH_SIZE):
                rows = await readings.scan_fingerprints(transaction, _BATCH_SIZE, before=before)
                in_window = [row for row in rows if row.received_at > now - WINDOW]
                newest_first += await _load_fingerprints(transaction, scan, reader, in_window)
                if not in_window:
                    break
                before = rows[-1].id
        recent = RecentNews()
        for position, bulletin in enumerate(reversed(newest_first)):
            recent.add(bulletin)
            if position % _BATCH_SIZE == 0:
                await asyncio.sleep(0)
        self._recent, self._is_stale = recent, False

    def remember(self, bulletin: StoredBulletin, news_fingerprint: Fingerprint) -> None:
        """Add a bulletin to the window."""
        self._recent.add(
            RecentBulletin(bulletin.id, bulletin.source, bulletin.received_at, news_fingerprint)
        )

    def find(
        self, bulletin: StoredBulletin, news_fingerprint: Fingerprint
    ) -> DuplicateMatch | None:
        """Return the recent bulletin that this one duplicates, if any."""
        self._recent.drop_before(bulletin.received_at - WINDOW)
        return self._recent.find(
            bulletin, news_fingerprint, has_id=not is_content_key(bulletin.key)
        )


async def _load_fingerprints(
    transaction: Transaction,
    scan: ReadingScan,
    reader: Reader,
    rows: Sequence[ScannedFingerprint],
) -> list[RecentBulletin]:
    """Return the news among some rows, in their order."""
    fingerprints: dict[int, Fingerprint | None] = {}
    for position, row in enumerate(rows):
        if row.fingerprint is not None:
            fingerprints[row.id] = unpack_fingerprint(row.fingerprint, reader.gazetteer)
        if position % _ROWS_PER_STEP == 0:
            await asyncio.sleep(0)
    missing = [row.id for row in rows if fingerprints.get(row.id) is None]
    if missing:
        batch = list((await readings.get(transaction, missing)).values())
        async for scanned, reading in scan.resolve(batch):
            if reading is not None:
                fingerprints[scanned.id] = fingerprint(reading, scanned.url)
    return [
        RecentBulletin(row.id, row.source, row.received_at, news_fingerprint)
        for row in rows
        if (news_fingerprint := fingerprints.get(row.id))
    ]
