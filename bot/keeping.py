"""Keeps the index: filled at the start, and made anew when much has changed, beside the loop."""

import asyncio
import time

import structlog

from handlers import indexing
from matching.index import Index
from matching.rebuilding import Stored
from storage import subscriptions
from storage.database import Database

log = structlog.get_logger(__name__)

_BATCH = 2_000
_PROGRESS_EVERY = 100_000
_LOOK_SECONDS = 30.0
_BREATH_SECONDS = 0.0005


class IndexKeeper:
    """Nothing may be matched before `loaded` is set. Subscriptions may change all the while."""

    def __init__(self, database: Database, index: Index) -> None:
        self.loaded = asyncio.Event()
        self._database = database
        self._index = index

    async def run(self) -> None:
        """Loads, and then for ever looks whether it is time for a rebuild."""
        await self._load()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._index.is_due:
                rebuild = self._index.rebuild(_breathe)
                await asyncio.to_thread(rebuild.finish)
                self._index.adopt(rebuild)

    async def _load(self) -> None:
        rebuild = self._index.rebuild(_breathe)
        rows: list[Stored] = []
        count = 0
        async with self._database.read() as transaction:
            async for one in subscriptions.every(transaction):
                rows.append((one.id, one.subscriber, one.query, indexing.mode(one)))
                count += 1
                if len(rows) == _BATCH:
                    await asyncio.to_thread(rebuild.put, rows)
                    rows = []
                if count % _PROGRESS_EVERY == 0:
                    log.info("loading subscriptions", count=count)
        await asyncio.to_thread(rebuild.put, rows)
        await asyncio.to_thread(rebuild.finish)
        self._index.adopt(rebuild)
        self.loaded.set()
        log.info("subscriptions loaded", count=len(self._index))


def _breathe() -> None:
    """Lets the event loop have its turn, from the thread that rebuilds."""
    time.sleep(_BREATH_SECONDS)
