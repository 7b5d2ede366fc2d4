"""Waking those who wait for a change, without polling."""

import asyncio
from collections.abc import Callable


class Bell:
    """Rung after every change; costs next to nothing while nobody waits."""

    def __init__(self) -> None:
        self._condition = asyncio.Condition()
        self._waiting = 0

    async def ring(self) -> None:
        """Let everyone who waits look again."""
        if self._waiting:
            async with self._condition:
                self._condition.notify_all()

    async def until(self, holds: Callable[[], bool], timeout: float | None) -> None:  # noqa: ASYNC109
        """Return once `holds()`; raises TimeoutError after `timeout` seconds; None is never."""
        self._waiting += 1
        try:
            async with asyncio.timeout(timeout), self._condition:
                await self._condition.wait_for(holds)
        finally:
            self._waiting -= 1
