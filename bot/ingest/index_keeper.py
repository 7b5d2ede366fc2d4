"""Keeps the index: filled at the start, and made anew when much has changed, beside the loop."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.ingest.malloc import give_large_blocks_back
from handlers import subscription_index
from matching.index.index import Index
from matching.index.rebuild import Stored
from storage.engine.database import Database
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Wanted

log = structlog.get_logger(__name__)

_PROGRESS_EVERY = 100_000
_LOOK_SECONDS = 30.0
_TURN_SECONDS = 0.0005  # so long another thread may keep the event loop waiting


class IndexKeeper:
    """Nothing may be matched before `loaded` is set. Subscriptions may change all the while."""

    def __init__(self, database: Database, index: Index) -> None:
        self.loaded = asyncio.Event()
        self._database = database
        self._index = index

    async def run(self) -> None:
        """Loads, and then for ever looks whether it is time for a rebuild."""
        give_large_blocks_back()
        gc.freeze()  # places and words stay: to look through them again and again takes too long
        with _short_turns():
            await self._load()
        self.loaded.set()
        log.info("subscriptions loaded", count=len(self._index))
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._index.is_due:
                await self.rebuild()

    async def rebuild(self) -> None:
        """Makes the index anew."""
        with _short_turns():
            rebuild = self._index.rebuild()
            await asyncio.to_thread(rebuild.finish)
            self._index.adopt(rebuild)

    async def _load(self) -> None:
        rebuild = self._index.rebuild()
        count = 0
        async with self._database.read() as transaction:
            async for batch in subscriptions.every(transaction):
                count += await asyncio.to_thread(rebuild.put, map(_stored, batch))
                if count % _PROGRESS_EVERY < len(batch):
                    log.info("loading subscriptions", count=count)
        await asyncio.to_thread(rebuild.finish)
        self._index.adopt(rebuild)


def _stored(one: Wanted) -> Stored:
    mode = subscription_index.mode(at_once=one.at_once, sound=one.sound)
    return one.id, one.subscriber, one.query, mode


@contextmanager
def _short_turns() -> Iterator[None]:
    """While a thread computes beside the event loop, the two take turns more often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
