"""Compaction: builds the next segment of an index while the current one is in use."""

from collections.abc import Iterable
from typing import TypeAlias

from matching.index.matches import MatchMode
from matching.index.mutable_layer import IndexEntry, MutableLayer, check_numbers
from matching.index.segment import Segment
from matching.index.segment_builder import build_segment
from matching.index.write_buffer import WriteBuffer
from matching.query.ast import dump, load

StoredEntry: TypeAlias = tuple[int, int, str, MatchMode]
"""Stored entry: number of the subscription, its subscriber, its query from `ast.dump`, its mode."""

_FLUSH_SIZE = 1_000_000
"""Subscriptions buffered before they are merged into the segment: a buffered one takes more
memory."""


class Rebuild:
    """Rebuild of an index into a new segment: its entries at the start, and those added since.

    Matching does not see the new segment until the rebuild is applied. The methods may run in
    another thread than the index, one at a time.
    """

    def __init__(self, base: Segment, layers: Iterable[MutableLayer]) -> None:
        self.base = base
        self.layers = tuple(layers)  # changes since the base segment was built
        self.changed_numbers: set[int] = set()  # added or removed since the start
        self.segment = base
        self.unindexable: dict[int, IndexEntry] = {}  # subscriptions without rows
        self._layer_entries = [item for layer in self.layers for item in layer.entries.items()]
        self._buffer = WriteBuffer()

    def add(self, entries: Iterable[StoredEntry]) -> int:
        """Add entries with numbers the index did not hold at the start; return their count.

        Raises ValueError for an invalid entry: see `ast.load` and `Index.add`.
        """
        count = 0
        for number, subscriber, query, mode in entries:
            self._add_entry(number, subscriber, query, mode)
            count += 1
        return count

    def finish(self) -> None:
        """Build the segment."""
        for number, entry in self._layer_entries:
            self._add_entry(number, entry.subscriber, dump(entry.query), entry.mode)
        self._flush()

    def _add_entry(self, number: int, subscriber: int, query: str, mode: MatchMode) -> None:
        check_numbers(number, subscriber)
        if not self._buffer.add(number, subscriber, query, mode):
            self.unindexable[number] = IndexEntry(subscriber, load(query), mode)
        if len(self._buffer.ids) >= _FLUSH_SIZE:
            self._flush()

    def _flush(self) -> None:
        self.segment = build_segment(self.segment, self._buffer)
        self._buffer = WriteBuffer()
