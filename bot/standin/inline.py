"""Inline queries (@bot words) and the bot's answers."""

import itertools
from collections.abc import Callable
from typing import Any

from bot.standin.change_event import ChangeEvent
from bot.standin.errors import QUERY_TOO_OLD, BadRequest

LIFETIME = 30.0  # seconds


class InlineQuery:
    """Inline query, answered at most once."""

    def __init__(self, query_id: str, asked_at: float) -> None:
        self.query_id = query_id
        self.asked_at = asked_at  # monotonic seconds
        self.results: list[dict[str, Any]] | None = None  # Telegram's InlineQueryResult
        self._changed = ChangeEvent()

    async def answered(self, timeout: float = 180.0) -> list[dict[str, Any]]:  # noqa: ASYNC109 - convenient
        """Wait for the results; raise TimeoutError if there are none."""
        await self._changed.wait_until(lambda: self.results is not None, timeout)
        return self.results or []

    async def answer(self, results: list[dict[str, Any]]) -> None:
        """Show the results."""
        self.results = results
        await self._changed.notify()


class InlineQueries:
    """Unanswered inline queries.

    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._open: dict[str, InlineQuery] = {}
        self._ids = itertools.count(9_000_000_000_000_001)

    def ask(self) -> InlineQuery:
        """Start a query."""
        query = InlineQuery(str(next(self._ids)), self._clock())
        self._open[query.query_id] = query
        return query

    async def answer(self, query_id: str, results: list[dict[str, Any]]) -> None:
        """Answer a query; raise BadRequest if it is unknown, answered or too old."""
        query = self._open.pop(query_id, None)
        if query is None or self._clock() - query.asked_at > LIFETIME:
            raise BadRequest(QUERY_TOO_OLD)
        await query.answer(results)
