"""Steps: long work as a generator, so that its caller can do something else in between (coroutine).

A text of 20,000 characters may name 4,000 places: reading it takes a tenth of a second. The work
yields where it may be interrupted, every few milliseconds at most, and returns its result.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that may be interrupted at each of its yields."""

STEP_SIZE = 100
"""Items, such as candidates, between two yields: a millisecond or two."""


def complete(steps: Steps[T]) -> T:
    """Do all of the work at once, and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: T = stop.value
            return result


def split_steps(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the items in groups between which work may be interrupted."""
    return (items[start : start + STEP_SIZE] for start in range(0, len(items), STEP_SIZE))
