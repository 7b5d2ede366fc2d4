"""Clock watchdog: reschedules deliveries after the wall clock steps back.

Without it a delivery due at 12:00 would wait an hour longer when the clock is set back by an hour.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from storage.engine.database import Database
from storage.outbox import deliveries

log = structlog.get_logger(__name__)

_CHECK_SECONDS = 1.0
_SMALLEST_STEP = timedelta(seconds=2)
"""A smaller step is drift, which a time service corrects gradually."""


class ClockWatchdog:
    """Comparison of the wall clock with a monotonic clock, once a second.

    Due times are stored as wall-clock times. Flood waits and rate limits use the event loop's
    clock and need no correction. `notify` wakes the delivery worker.
    """

    def __init__(
        self,
        database: Database,
        notify: Callable[[], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._database = database
        self._notify = notify
        self._clock = clock
        self._monotonic = monotonic
        self._start = self._wall_time_at_zero()

    async def run(self) -> None:
        """Check once a second until cancelled."""
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            try:
                await self.check()
            except Exception:  # the database may be unavailable for a while
                log.exception("reschedule_failed")

    async def check(self) -> None:
        """Bring deliveries forward if the clock has stepped back since the last check."""
        start = self._wall_time_at_zero()
        step = self._start - start
        if step >= _SMALLEST_STEP:
            log.warning("clock_stepped_back", seconds=step.total_seconds())
            async with self._database.write() as transaction:
                await deliveries.bring_forward(transaction, step, after=self._clock())
            self._notify()
        self._start = start

    def _wall_time_at_zero(self) -> datetime:
        """Return the wall time at the monotonic clock's zero: constant unless the clock is set."""
        return self._clock() - timedelta(seconds=self._monotonic())
