"""Job watchdog: detects scheduled jobs that have stopped running."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta


class JobWatchdog:
    """Heartbeats of jobs. `clock` is monotonic, in seconds.

    A scheduler that computes from the wall clock may skip a job for hours when that clock jumps
    (APScheduler #1021, #1036).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_runs: dict[str, float] = {}
        self._deadlines: dict[str, float] = {}

    def watch(
        self, name: str, job: Callable[[], Awaitable[None]], deadline: timedelta
    ) -> Callable[[], Awaitable[None]]:
        """Wrap a job to record each run; the job is late when `deadline` passes without one."""
        self._last_runs[name] = self._clock()
        self._deadlines[name] = deadline.total_seconds()

        async def run() -> None:
            await job()
            self._last_runs[name] = self._clock()

        return run

    async def check(self) -> str | None:
        """Return a message that names the late jobs; None if there are none."""
        now = self._clock()
        ages = {name: now - last_run for name, last_run in self._last_runs.items()}
        problems = [
            f"{name} has not run for {age:.0f} s"
            for name, age in ages.items()
            if age > self._deadlines[name]
        ]
        return "; ".join(problems) or None
