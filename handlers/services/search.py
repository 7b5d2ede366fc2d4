"""History search: scans stored bulletins for a query, a bounded number for each page."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from alerts.classification import read_bulletin
from matching.query.ast import Query
from matching.query.evaluator import evaluate
from matching.reader import Reader
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin

_MAX_BATCHES = 20
_BATCH_SIZE = 100
"""Bulletins. A page scans at most 2,000 of them; the button to the next page continues."""

_YIELD_EVERY = 5
"""Bulletins read before the event loop runs other tasks: a few milliseconds."""


@dataclass(frozen=True)
class SearchPage:
    """Page of search results, with the bounds for its neighbours."""

    bulletins: tuple[StoredBulletin, ...]  # newest first
    before_id: int | None  # older results have ids below this; None: there are none
    after_id: int | None  # newer results have ids above this; None: there are none


class Search:
    """Search for a query; a query of None matches every bulletin."""

    def __init__(self, transaction: Transaction, reader: Reader, query: Query | None) -> None:
        self._transaction = transaction
        self._reader = reader
        self._query = query

    async def page_before(self, count: int, before: int | None = None) -> SearchPage:
        """Return the newest `count` results, with ids below `before` if it is given."""
        results: list[StoredBulletin] = []
        cursor = before
        for _ in range(_MAX_BATCHES):
            batch = await bulletins.get_newest(self._transaction, _BATCH_SIZE, before=cursor)
            if not batch:
                return _page(results, None, before)
            async for bulletin in self._matching(batch):
                if len(results) == count:
                    return _page(results, results[-1].id, before)
                results.append(bulletin)
            cursor = batch[-1].id
        return _page(results, cursor, before)

    async def page_after(self, count: int, after: int) -> SearchPage:
        """Return the oldest `count` results with ids above `after`.

        If at most `count` are left, return the newest page instead.
        """
        results: list[StoredBulletin] = []
        cursor = after
        for _ in range(_MAX_BATCHES):
            batch = await bulletins.get_following(self._transaction, _BATCH_SIZE, after=cursor)
            if not batch:
                break
            async for bulletin in self._matching(batch):
                if len(results) == count:
                    return SearchPage(tuple(reversed(results)), results[0].id, results[-1].id)
                results.append(bulletin)
            cursor = batch[-1].id
        else:
            before_id = results[0].id if results else after + 1
            return SearchPage(tuple(reversed(results)), before_id, cursor)
        return await self.page_before(count)

    async def _matching(self, batch: Sequence[StoredBulletin]) -> AsyncIterator[StoredBulletin]:
        for position, bulletin in enumerate(batch):
            if self._query is None or evaluate(self._query, read_bulletin(self._reader, bulletin)):
                yield bulletin
            if position % _YIELD_EVERY == 0:
                await asyncio.sleep(0)


def _page(
    results: Sequence[StoredBulletin], before_id: int | None, before: int | None
) -> SearchPage:
    if before is None:
        return SearchPage(tuple(results), before_id, None)
    return SearchPage(tuple(results), before_id, results[0].id if results else before - 1)
