"""Looking through what the sources said for what a query asks: a bounded part at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from alerts.classification import read
from matching.query.ast import Query
from matching.query.evaluator import evaluate
from matching.reader import Reader
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin

_BATCHES = 20
_BATCH = 100
"""Bulletins: 2,000 are read for one answer at most, what is farther away is one more press."""

_AT_A_TIME = 5
"""Bulletins read before others get their turn: a few milliseconds."""


@dataclass(frozen=True)
class Found:
    """One page of what was found."""

    bulletins: tuple[StoredBulletin, ...]  # newest first
    older: int | None  # what is older has an id below this; None: nothing is
    newer: int | None  # what is newer has an id above this; None: nothing is


class Search:
    """Looks for one query; None finds everything."""

    def __init__(self, transaction: Transaction, reader: Reader, query: Query | None) -> None:
        self._transaction = transaction
        self._reader = reader
        self._query = query

    async def older(self, count: int, before: int | None = None) -> Found:
        """The newest `count`, of those with an id below `before` when it is given."""
        kept: list[StoredBulletin] = []
        at = before
        for _ in range(_BATCHES):
            batch = await bulletins.newest(self._transaction, _BATCH, before=at)
            if not batch:
                return _page(kept, None, before)
            async for stored in self._matching(batch):
                if len(kept) == count:
                    return _page(kept, kept[-1].id, before)
                kept.append(stored)
            at = batch[-1].id
        return _page(kept, at, before)

    async def newer(self, count: int, after: int) -> Found:
        """The oldest `count` with an id above `after`; the newest of all when there is none."""
        kept: list[StoredBulletin] = []
        at = after
        for _ in range(_BATCHES):
            batch = await bulletins.following(self._transaction, _BATCH, after=at)
            if not batch:
                break
            async for stored in self._matching(batch):
                if len(kept) == count:
                    return Found(tuple(reversed(kept)), kept[0].id, kept[-1].id)
                kept.append(stored)
            at = batch[-1].id
        else:
            return Found(tuple(reversed(kept)), kept[0].id if kept else after + 1, at)
        return await self.older(count)

    async def _matching(self, batch: Sequence[StoredBulletin]) -> AsyncIterator[StoredBulletin]:
        for place, stored in enumerate(batch):
            if self._query is None or evaluate(self._query, read(self._reader, stored)):
                yield stored
            if place % _AT_A_TIME == 0:
                await asyncio.sleep(0)


def _page(kept: Sequence[StoredBulletin], older: int | None, before: int | None) -> Found:
    if before is None:
        return Found(tuple(kept), older, None)
    return Found(tuple(kept), older, kept[0].id if kept else before - 1)
