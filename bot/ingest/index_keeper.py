"""Index keeper: load the subscription index at the start, rebuild it after many changes.

The work is done in a thread, so the event loop goes on.
"""

import asyncio
import ctypes
import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from handlers.services.subscription_entries import entries
from matching.index.index import Index
from matching.index.rebuild import StoredEntry
from matching.places.gazetteer import Gazetteer
from storage.engine.database import Database
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import IndexedSubscription

log = structlog.get_logger(__name__)

_LOG_EVERY = 100_000
_REBUILD_CHECK_SECONDS = 30.0
_SWITCH_INTERVAL_SECONDS = 0.0005  # longest time that a thread blocks the event loop

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD in glibc's malloc.h
_LARGE_BLOCK_BYTES = 1 << 20


class IndexKeeper:
    """Loads and rebuilds the index, while subscriptions change.

    Matching must wait until `loaded` is set.
    """

    def __init__(self, database: Database, index: Index, gazetteer: Gazetteer) -> None:
        self.loaded = asyncio.Event()
        self._database = database
        self._index = index
        self._gazetteer = gazetteer

    async def run(self) -> None:
        """Load the index, then rebuild it whenever that is due, forever."""
        _return_large_blocks()
        gc.freeze()  # places and words are permanent: scanning them repeatedly is slow
        with _short_switch_interval():
            count = await self._load()
        self.loaded.set()
        log.info("subscriptions_loaded", count=count)
        while True:
            await asyncio.sleep(_REBUILD_CHECK_SECONDS)
            if self._index.is_rebuild_due:
                await self.rebuild()

    async def rebuild(self) -> None:
        """Rebuild the index."""
        with _short_switch_interval():
            rebuild = self._index.start_rebuild()
            await asyncio.to_thread(rebuild.finish)
            self._index.apply_rebuild(rebuild)

    async def _load(self) -> int:
        """Load all subscriptions; return their count."""
        rebuild = self._index.start_rebuild()
        count = 0
        async with self._database.read() as transaction:
            async for batch in subscriptions.iterate_batches(transaction):
                await asyncio.to_thread(rebuild.add, self._entries(batch))
                count += len(batch)
                if count % _LOG_EVERY < len(batch):
                    log.info("subscriptions_loading", count=count)
        await asyncio.to_thread(rebuild.finish)
        self._index.apply_rebuild(rebuild)
        return count

    def _entries(self, batch: Sequence[IndexedSubscription]) -> Iterator[StoredEntry]:
        for subscription in batch:
            yield from entries(subscription, self._gazetteer)


@contextmanager
def _short_switch_interval() -> Iterator[None]:
    """Shorten the interpreter's switch interval while a thread computes beside the event loop."""
    default_interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(default_interval)


def _return_large_blocks() -> None:
    """Have glibc return freed blocks of more than a megabyte to the system.

    Otherwise glibc raises its mmap threshold after the first such block and keeps the memory, so
    the process stays several times larger than the index it has built: see mallopt(3). A C library
    without mallopt is left alone.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)
