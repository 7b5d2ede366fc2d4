"""Change event: wakes the tasks that wait for a condition, without polling."""

import asyncio
from collections.abc import Callable


class ChangeEvent:
    """Event to notify after every change; almost free while no task waits."""

    def __init__(self) -> None:
        self._condition = asyncio.Condition()
        self._waiting = 0

    async def notify(self) -> None:
        """Let every waiting task evaluate its condition again."""
        if self._waiting:
            async with self._condition:
                self._condition.notify_all()

    async def wait_until(self, holds: Callable[[], bool], timeout: float | None) -> None:  # noqa: ASYNC109
        """Return once `holds()` is true; raise TimeoutError after `timeout` seconds."""
        self._waiting += 1
        try:
            async with asyncio.timeout(timeout), self._condition:
                await self._condition.wait_for(holds)
        finally:
            self._waiting -= 1
