"""Priority lock: urgent waiters go before normal ones, each kind first come, first served."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class PriorityLock:
    """Lock for the tasks of one event loop."""

    def __init__(self) -> None:
        self._is_locked = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._normal: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def hold(self, *, is_urgent: bool) -> AsyncIterator[None]:
        """Hold the lock in the body of `async with`."""
        await self._acquire(self._urgent if is_urgent else self._normal)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, queue: deque[asyncio.Future[None]]) -> None:
        if not self._is_locked:
            self._is_locked = True
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release()  # the lock was handed over just before the cancellation
            raise

    def _release(self) -> None:
        """Hand the lock over to the next waiter that is not cancelled, or unlock it."""
        while waiting := self._urgent or self._normal:
            turn = waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._is_locked = False
