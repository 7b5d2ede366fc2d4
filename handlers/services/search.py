"""History search: scans the stored readings for a query, a bounded number for each page."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from alerts.classification import classify, has_unplaced_areas, read_in_steps
from alerts.stored_readings import ReadingScan
from matching.query.ast import Query, terms
from matching.query.evaluator import evaluate
from matching.reader import Reader
from storage.engine.database import Transaction
from storage.inbound import bulletins, readings
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.readings import ScannedBulletin

_BATCH_SIZE = 100
_PAGE_DEPTH = 2_000
"""Bulletins that a page scans at most; the button to the next page continues."""

_MAX_TEXTS = 100
"""Texts read for a page, of bulletins whose reading an older version has stored."""

_COST_OF_TERM = 0.25
"""Work to evaluate a term, relative to decoding a stored reading; measured."""


@dataclass(frozen=True)
class SearchPage:
    """Page of search results, with the bounds for its neighbours."""

    bulletins: tuple[StoredBulletin, ...]  # newest first
    before_id: int | None  # older results have ids below this; None: there are none
    after_id: int | None  # newer results have ids above this; None: there are none


class Search:
    """Search for a query; a query of None matches every bulletin. An object serves one page.

    `depth`: number of bulletins scanned at most.
    """

    def __init__(
        self,
        transaction: Transaction,
        reader: Reader,
        query: Query | None,
        depth: int = _PAGE_DEPTH,
    ) -> None:
        self._transaction = transaction
        self._reader = reader
        self._query = query
        self._max_batches = depth // _BATCH_SIZE
        cost = _COST_OF_TERM * sum(1 for _ in terms(query)) if query else 0.0
        self._scan = ReadingScan(transaction, reader, max_texts=_MAX_TEXTS, cost=cost)

    async def page_before(self, count: int, before: int | None = None) -> SearchPage:
        """Return the newest `count` results, with ids below `before` if it is given."""
        results: list[int] = []
        cursor = before
        for _ in range(self._max_batches):
            batch = await readings.scan_before(self._transaction, _BATCH_SIZE, before=cursor)
            if not batch:
                return await self._older_page(results, None, before)
            async for row, is_match in self._evaluate(batch):
                if is_match is None:
                    return await self._older_page(results, row.id + 1, before)
                if is_match and len(results) == count:
                    return await self._older_page(results, results[-1], before)
                if is_match:
                    results.append(row.id)
            cursor = batch[-1].id
        return await self._older_page(results, cursor, before)

    async def page_after(self, count: int, after: int) -> SearchPage:
        """Return the oldest `count` results with ids above `after`.

        If at most `count` are left, return the newest page instead.
        """
        results: list[int] = []
        cursor = after
        for _ in range(self._max_batches):
            batch = await readings.scan_after(self._transaction, _BATCH_SIZE, after=cursor)
            if not batch:
                return await self.page_before(count)
            async for row, is_match in self._evaluate(batch):
                if is_match is None:
                    return await self._newer_page(results, row.id - 1, after)
                if is_match and len(results) == count:
                    return await self._newer_page(results, results[-1], after)
                if is_match:
                    results.append(row.id)
            cursor = batch[-1].id
        return await self._newer_page(results, cursor, after)

    async def _evaluate(
        self, batch: Sequence[ScannedBulletin]
    ) -> AsyncIterator[tuple[ScannedBulletin, bool | None]]:
        """Yield each row and whether it matches; None if this page may read no more texts."""
        if self._query is None:
            for row in batch:
                yield row, True
            return
        async for row, reading in self._scan.resolve(batch):
            yield row, None if reading is None else evaluate(self._query, reading)

    async def _older_page(
        self, ids: Sequence[int], before_id: int | None, before: int | None
    ) -> SearchPage:
        page_bulletins = await self._load(ids)
        if before is None:
            return SearchPage(page_bulletins, before_id, None)
        return SearchPage(page_bulletins, before_id, ids[0] if ids else before - 1)

    async def _newer_page(self, ids: Sequence[int], after_id: int, after: int) -> SearchPage:
        """Return a page of ids in ascending order."""
        page_bulletins = await self._load(ids[::-1])
        return SearchPage(page_bulletins, ids[0] if ids else after + 1, after_id)

    async def _load(self, ids: Sequence[int]) -> tuple[StoredBulletin, ...]:
        return await load_results(self._transaction, self._reader, ids)


async def load_results(
    transaction: Transaction, reader: Reader, ids: Sequence[int]
) -> tuple[StoredBulletin, ...]:
    """Return bulletins in the order of their ids, with their alert state: no renderer reads one."""
    stored = await bulletins.get(transaction, ids)
    return tuple([await _with_alert_state(reader, stored[id_]) for id_ in ids])


async def _with_alert_state(reader: Reader, bulletin: StoredBulletin) -> StoredBulletin:
    if bulletin.alert_state is not None:
        return bulletin
    await asyncio.sleep(0)
    reading = await read_in_steps(reader, bulletin)
    return replace(
        bulletin,
        alert_state=classify(bulletin, reading).name,
        is_unplaced=has_unplaced_areas(reading),
    )
