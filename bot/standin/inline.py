"""Inline queries (@bot words) and the bot's answers to them."""

import itertools
from collections.abc import Callable
from typing import Any

from bot.standin.bell import Bell
from bot.standin.errors import QUERY_TOO_OLD, BadRequest

LIFETIME = 30.0  # seconds


class InlineQuery:
    """One inline query, answered once or never."""

    def __init__(self, query_id: str, at: float) -> None:
        self.query_id = query_id
        self.at = at  # monotonic seconds
        self.results: list[dict[str, Any]] | None = None  # Telegram's InlineQueryResult
        self._bell = Bell()

    async def answered(self, timeout: float = 180.0) -> list[dict[str, Any]]:  # noqa: ASYNC109 - convenient
        """The results; raises TimeoutError when there are none."""
        await self._bell.until(lambda: self.results is not None, timeout)
        return self.results or []

    async def answer(self, results: list[dict[str, Any]]) -> None:
        """Show the results."""
        self.results = results
        await self._bell.ring()


class InlineQueries:
    """Inline queries that were not answered yet.

    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._open: dict[str, InlineQuery] = {}
        self._ids = itertools.count(9_000_000_000_000_001)

    def ask(self) -> InlineQuery:
        """Begin a query."""
        query = InlineQuery(str(next(self._ids)), self._clock())
        self._open[query.query_id] = query
        return query

    async def answer(self, query_id: str, results: list[dict[str, Any]]) -> None:
        """Answer a query; raises BadRequest when it is unknown, answered or too old."""
        query = self._open.pop(query_id, None)
        if query is None or self._clock() - query.at > LIFETIME:
            raise BadRequest(QUERY_TOO_OLD)
        await query.answer(results)
