"""A bar on stderr for what takes longer than a few seconds."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_WIDTH = 40
_STEPS = 200


def bar(what: str, total: int) -> Callable[[int], None]:
    """To be told how many are done: shows it on a terminal, until all are."""

    def tell(done: int) -> None:
        if not sys.stderr.isatty():
            return
        if done < total:
            full = _WIDTH * done // total
            sys.stderr.write(f"\r{what:<24}[{'#' * full:<{_WIDTH}}] {done:>10,}")
        else:
            sys.stderr.write(f"\r{' ' * (_WIDTH + 40)}\r")
        sys.stderr.flush()

    return tell


def progress(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """The items, with a bar on a terminal."""
    tell = bar(what, total)
    step = max(1, total // _STEPS)
    for number, item in enumerate(items):
        if number % step == 0:
            tell(number)
        yield item
    tell(total)
