"""Reading refresher: reads bulletins again whose stored reading is missing or of an older reader.

It works in the background, newest bulletins first, in small steps with pauses between.
"""

import asyncio

import structlog

from alerts.classification import read_in_steps
from alerts.stored_readings import current_version, pack_reading
from matching.near_duplicates import fingerprint
from matching.reader import Reader
from storage.engine.database import Database
from storage.inbound import bulletins, readings

log = structlog.get_logger(__name__)

_BATCH_SIZE = 20
_SPAN = 1_000  # ids in one query
_PAUSE_SECONDS = 0.005
"""Pause after each text, which takes a millisecond: at most a fifth of a core is used."""

_INTERVAL_SECONDS = 30.0


class ReadingRefresher:
    """Refresher of stored readings."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader
        self._first_unchecked = 0  # every bulletin with a lower id has a current reading

    async def run(self) -> None:
        """Refresh all readings, then those of new bulletins now and then, until cancelled."""
        while True:
            try:
                count = await self.refresh()
            except Exception:  # the database may be unavailable for a while
                log.exception("refreshing_readings_failed")
            else:
                if count:
                    log.info("readings_refreshed", count=count)
            await asyncio.sleep(_INTERVAL_SECONDS)

    async def refresh(self) -> int:
        """Read every bulletin that has no current reading; return their number."""
        async with self._database.read() as transaction:
            stop = await bulletins.last_id(transaction) + 1
        first, first_unchecked = self._first_unchecked, stop
        count = 0
        while stop > max(first, 0):
            start = max(first, stop - _SPAN, 0)
            outdated = await self._refresh_some(range(start, stop))
            count += len(outdated)
            stop = outdated[-1] if len(outdated) == _BATCH_SIZE else start
        # A transaction in progress may still store a lower id.
        self._first_unchecked = first_unchecked - _SPAN
        return count

    async def _refresh_some(self, ids: range) -> list[int]:
        """Refresh the newest outdated readings of bulletins in a range of ids; return their ids."""
        async with self._database.read() as transaction:
            outdated = await readings.list_outdated(
                transaction, current_version(self._reader), ids=ids, limit=_BATCH_SIZE
            )
            stored = await bulletins.get(transaction, outdated)
        refreshed = []
        for bulletin in stored.values():
            reading = await read_in_steps(self._reader, bulletin)
            text = f"{bulletin.title}\n{bulletin.text}"
            news_fingerprint = fingerprint(reading, bulletin.url, text)
            refreshed.append(pack_reading(self._reader, bulletin, reading, news_fingerprint))
            await asyncio.sleep(_PAUSE_SECONDS)
        if refreshed:
            async with self._database.write() as transaction:
                await readings.replace(transaction, refreshed)
        return outdated
