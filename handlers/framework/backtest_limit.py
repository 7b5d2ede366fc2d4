"""Backtest limit: how many subscriptions are tried on the stored reports at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager

_LARGEST_COUNT = 1
"""One of the two places for long reads (handlers.responder): searches keep the other one."""


class BacktestLimit:
    """Counter of the backtests that run. One that finds no place is refused: it does not wait."""

    def __init__(self) -> None:
        self._running = 0

    @contextmanager
    def enter(self) -> Iterator[bool]:
        """Take a place until the block ends. Yields whether there was one."""
        if self._running >= _LARGEST_COUNT:
            yield False
            return
        self._running += 1
        try:
            yield True
        finally:
            self._running -= 1
