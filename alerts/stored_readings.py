"""Stored readings of bulletins: written at ingest, scanned in short steps instead of texts.

A bulletin stored by an older version has no reading of the current one. Its text is read again:
by a scan, within a limit, and in the background by `bot.ingest.reading_refresher`.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Sequence
from functools import cache
from pathlib import Path

from alerts import classification
from alerts.classification import classify, has_unplaced_areas, read_in_steps
from matching.near_duplicates import Fingerprint
from matching.reader import Reader, Reading
from matching.stored_fingerprint import pack_fingerprint
from matching.stored_reading import StoredReading, is_readable, pack, unpack
from storage.engine.database import Transaction
from storage.inbound import bulletins, readings
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.inbound.readings import PackedReading, ScannedBulletin

_STEP_SIZE = 300_000
"""Characters of packed readings decoded before other tasks run: about two milliseconds."""

_PAUSE_SECONDS = 0.005
"""Pause between steps, so that a flood of searches leaves the event loop mostly to alerts."""

_ROW_SIZE = 500
"""Cost of a row in such characters, however short its reading is."""


@cache
def current_version(reader: Reader) -> str:
    """Return the version of the readings that are stored now."""
    declared_facts = Path(classification.__file__).read_bytes()
    return hashlib.blake2b(reader.version.encode() + declared_facts, digest_size=8).hexdigest()


def pack_reading(
    reader: Reader,
    stored: StoredBulletin,
    reading: Reading,
    news_fingerprint: Fingerprint | None = None,
) -> PackedReading:
    """Return the reading of a bulletin in the form in which it is stored."""
    return PackedReading(
        bulletin=stored.id,
        version=current_version(reader),
        alert_state=classify(stored, reading).name,
        is_unplaced=has_unplaced_areas(reading),
        packed=pack(reading),
        fingerprint=pack_fingerprint(news_fingerprint) if news_fingerprint else None,
    )


async def load_readings(
    transaction: Transaction, reader: Reader, stored: Collection[StoredBulletin]
) -> dict[int, Reading]:
    """Return the complete readings of a few bulletins, by id."""
    rows = await readings.get(transaction, [bulletin.id for bulletin in stored])
    loaded = {}
    for bulletin in stored:
        reading = _unpack_current(reader, rows.get(bulletin.id))
        loaded[bulletin.id] = (
            reading.restore(bulletin.title, bulletin.text)
            if reading
            else await read_in_steps(reader, bulletin)
        )
        await asyncio.sleep(0)
    return loaded


class ReadingScan:
    """Scan over the readings of stored bulletins. Other tasks run between its steps.

    At most `max_texts` texts without a current reading are read. `cost` is the work of the caller
    for each reading, relative to decoding it. With `accepts_outdated` a reading by another version
    of the reader is good enough.
    """

    def __init__(
        self,
        transaction: Transaction,
        reader: Reader,
        *,
        max_texts: int,
        cost: float = 1.0,
        accepts_outdated: bool = False,
    ) -> None:
        self._transaction = transaction
        self._reader = reader
        self._texts_left = max_texts
        self._cost = 1 + cost
        self._accepts_outdated = accepts_outdated
        self._step = 0.0

    async def resolve(
        self, batch: Sequence[ScannedBulletin]
    ) -> AsyncIterator[tuple[ScannedBulletin, StoredReading | None]]:
        """Yield each row with its reading; None once too many texts had to be read."""
        texts = await self._load_texts(batch)
        for row in batch:
            reading = self._unpack(row)
            if reading is None and row.id in texts:
                reading = await _read_text(self._reader, texts[row.id])
                self._step = _STEP_SIZE
            yield row, reading
            await self._pause(row)

    def _is_usable(self, row: ScannedBulletin) -> bool:
        if row.packed is None or not is_readable(row.packed):
            return False
        return self._accepts_outdated or row.version == current_version(self._reader)

    def _unpack(self, row: ScannedBulletin) -> StoredReading | None:
        if self._accepts_outdated:
            return _unpack(self._reader, row)
        return _unpack_current(self._reader, row)

    async def _load_texts(self, batch: Sequence[ScannedBulletin]) -> dict[int, StoredBulletin]:
        """Return the bulletins of a batch whose texts are read, up to the limit."""
        outdated = [row.id for row in batch if not self._is_usable(row)]
        chosen = outdated[: self._texts_left]
        self._texts_left -= len(chosen)
        return await bulletins.get(self._transaction, chosen) if chosen else {}

    async def _pause(self, row: ScannedBulletin) -> None:
        self._step += (len(row.packed or "") + _ROW_SIZE) * self._cost
        if self._step >= _STEP_SIZE:
            self._step = 0.0
            await asyncio.sleep(_PAUSE_SECONDS)


async def _read_text(reader: Reader, bulletin: Bulletin) -> StoredReading:
    return unpack(pack(await read_in_steps(reader, bulletin)), reader.gazetteer)


def _unpack_current(reader: Reader, row: ScannedBulletin | None) -> StoredReading | None:
    if row is None or row.version != current_version(reader):
        return None
    return _unpack(reader, row)


def _unpack(reader: Reader, row: ScannedBulletin) -> StoredReading | None:
    """Return a stored reading, None without one or for one in a form of another version."""
    if row.packed is None:
        return None
    try:
        return unpack(row.packed, reader.gazetteer)
    except (ValueError, TypeError):
        return None
