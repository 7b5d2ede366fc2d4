"""Cached result: concurrent callers share one computation, and its result for a second."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class CachedResult(Generic[_Value]):
    """Result of `compute`, at most `max_age` seconds old. `clock` is monotonic."""

    def __init__(
        self,
        compute: Callable[[], Awaitable[_Value]],
        max_age: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._compute = compute
        self._max_age = max_age
        self._clock = clock
        self._lock = asyncio.Lock()
        self._value: tuple[float, _Value] | None = None

    async def get(self) -> _Value:
        """Return the cached result, or compute it. Raises what `compute` raises."""
        async with self._lock:
            now = self._clock()
            if self._value is None or now - self._value[0] >= self._max_age:
                self._value = (now, await self._compute())
            return self._value[1]
