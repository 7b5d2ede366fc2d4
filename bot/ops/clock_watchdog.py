"""A wall clock that is set back must not make what is owed wait for as long again."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from storage.engine.database import Database
from storage.outbox import deliveries

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 1.0
_STEP = timedelta(seconds=2)
"""Less is drift that a time service mends."""


class ClockSteps:
    """Compares the wall clock with one that nobody sets.

    When a message may go next is stored as a time of day; the waits of chats and of the token are
    kept by the event loop's clock and need nothing. `ring` wakes whoever sends.
    """

    def __init__(
        self,
        database: Database,
        ring: Callable[[], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._database = database
        self._ring = ring
        self._clock = clock
        self._monotonic = monotonic
        self._start = self._zero()

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.look()
            except Exception:  # a database that is away is waited for
                log.exception("waits cannot be put right")

    async def look(self) -> None:
        """Puts waits right when the clock has been set back since the last look."""
        start = self._zero()
        back = self._start - start
        if back >= _STEP:
            log.warning("the clock was set back", seconds=back.total_seconds())
            async with self._database.write() as transaction:
                await deliveries.hasten(transaction, back, after=self._clock())
            self._ring()
        self._start = start

    def _zero(self) -> datetime:
        """The wall clock's time at the other clock's zero: the same, unless somebody sets it."""
        return self._clock() - timedelta(seconds=self._monotonic())
