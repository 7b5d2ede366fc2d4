"""Bounded wait: polls a condition that has no event, and fails when its time is over."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

WAIT_SECONDS = 120.0
"""Longest wait: generous, for a slow machine."""


async def wait_until(
    condition: Callable[[], bool | Awaitable[bool]],
    description: str,
    *,
    seconds: float = WAIT_SECONDS,
    interval: float = 0.02,
) -> None:
    """Wait until a condition holds. Raises AssertionError with the description after `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        holds = condition()
        if await holds if inspect.isawaitable(holds) else holds:
            return
        if loop.time() >= deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {description}")
        await asyncio.sleep(interval)
