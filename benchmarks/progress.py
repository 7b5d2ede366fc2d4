"""Progress bar on stderr, for work that takes longer than a few seconds."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_WIDTH = 40
_STEPS = 200


def progress_bar(label: str, total: int) -> Callable[[int], None]:
    """Return a function that shows how many are done; at `total` it removes the bar.

    It prints nothing if stderr is not a terminal.
    """

    def show(done: int) -> None:
        if not sys.stderr.isatty():
            return
        if done < total:
            filled = _WIDTH * done // total
            sys.stderr.write(f"\r{label:<24}[{'#' * filled:<{_WIDTH}}] {done:>10,}")
        else:
            sys.stderr.write(f"\r{' ' * (_WIDTH + 40)}\r")
        sys.stderr.flush()

    return show


def progress(label: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Yield the items and show a progress bar."""
    show = progress_bar(label, total)
    step = max(1, total // _STEPS)
    for number, item in enumerate(items):
        if number % step == 0:
            show(number)
        yield item
    show(total)
