"""A bar on stderr for what takes longer than a few seconds."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_WIDTH = 40


def progress(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """The items, with a bar on a terminal."""
    step = max(1, total // 200)
    shown = sys.stderr.isatty()
    for number, item in enumerate(items):
        if shown and number % step == 0:
            done = _WIDTH * number // total
            sys.stderr.write(f"\r{what:<24}[{'#' * done:<{_WIDTH}}] {number:>10,}")
            sys.stderr.flush()
        yield item
    if shown:
        sys.stderr.write(f"\r{' ' * (_WIDTH + 40)}\r")
