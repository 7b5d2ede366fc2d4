"""Whether the jobs of the clock still run: each tells when it has."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta


class Pulse:
    """Hears the heartbeat of jobs. `clock` is monotonic, in seconds.

    A scheduler that computes from the wall clock may, when that jumps, not come back to a job for
    hours (APScheduler #1021, #1036).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._beats: dict[str, float] = {}
        self._within: dict[str, float] = {}

    def of(
        self, name: str, job: Callable[[], Awaitable[None]], within: timedelta
    ) -> Callable[[], Awaitable[None]]:
        """The job, which beats whenever it has run; it is missed after `within`."""
        self._beats[name] = self._clock()
        self._within[name] = within.total_seconds()

        async def run() -> None:
            await job()
            self._beats[name] = self._clock()

        return run

    async def check(self) -> str | None:
        """Which jobs are missed; None: none."""
        now = self._clock()
        late = {name: now - beat for name, beat in self._beats.items()}
        missed = [
            f"{name} has not run for {late[name]:.0f} s"
            for name in self._beats
            if late[name] > self._within[name]
        ]
        return "; ".join(missed) or None
