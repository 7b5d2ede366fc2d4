"""The next segment of an index, made beside the one in use."""

from collections.abc import Iterable
from typing import TypeAlias

from matching.index.live_layer import Recent, Subscription, check_numbers
from matching.index.matches import Mode
from matching.index.segment import Segment
from matching.index.segment_builder import build
from matching.index.write_buffer import Gathering
from matching.query.ast import dump, load

Stored: TypeAlias = tuple[int, int, str, Mode]
"""A subscription's number, its subscriber, its query as `query.dump` wrote it, its mode."""

_AT_ONCE = 1_000_000
"""So many are gathered before they go into the segment: what is gathered takes more memory."""


class Rebuild:
    """Everything an index held when it began, and what is put in. Nothing here is in use yet.

    Its methods may run in another thread than the index, one at a time.
    """

    def __init__(self, old: Segment, layers: Iterable[Recent]) -> None:
        self.old = old
        self.layers = tuple(layers)  # what changed since the old segment was made
        self.changed: set[int] = set()  # numbers added or removed since this began
        self.segment = old
        self.tangled: dict[int, Subscription] = {}  # what has no rows
        self._waiting = [item for layer in self.layers for item in layer.subscriptions.items()]
        self._gathering = Gathering()

    def put(self, rows: Iterable[Stored]) -> int:
        """Take in more, of numbers the index did not hold when this began; how many they were.

        ValueError for a row that cannot be added: see `query.load` and `Index.add`.
        """
        count = 0
        for number, subscriber, query, mode in rows:
            self._take(number, subscriber, query, mode)
            count += 1
        return count

    def finish(self) -> None:
        """Make the segment."""
        for number, added in self._waiting:
            self._take(number, added.subscriber, dump(added.query), added.mode)
        self._settle()

    def _take(self, number: int, subscriber: int, query: str, mode: Mode) -> None:
        check_numbers(number, subscriber)
        if not self._gathering.put(number, subscriber, query, mode):
            self.tangled[number] = Subscription(subscriber, load(query), mode)
        if len(self._gathering.ids) >= _AT_ONCE:
            self._settle()

    def _settle(self) -> None:
        self.segment = build(self.segment, self._gathering)
        self._gathering = Gathering()
