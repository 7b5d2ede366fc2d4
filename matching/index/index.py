"""Reverse-search index (percolator): maps a reading to the subscribers whose queries match it.

Stored queries are the documents and a bulletin is the query. Most subscriptions are in one
immutable segment; changes go to mutable layers (memtables). Compaction merges both into a new
segment while the old ones are in use:

    rebuild = index.start_rebuild()
    rebuild.finish()                 # slow: in a thread
    index.apply_rebuild(rebuild)
"""

from collections.abc import Iterable

from pyroaring import BitMap

from matching.index.matches import Matches, MatchMode
from matching.index.mutable_layer import IndexEntry, MutableLayer, check_numbers
from matching.index.rebuild import Rebuild, StoredEntry
from matching.index.segment import Segment
from matching.index.segment_builder import empty_segment
from matching.query.ast import Query, requires_positive_term
from matching.query.phase_views import views
from matching.text.reading import MatchableReading

__all__ = ["Index", "MatchMode", "Matches", "Rebuild", "StoredEntry"]

_REBUILD_THRESHOLD = 2_000
"""Changes that make a rebuild worthwhile: each one costs more time per bulletin than a
subscription in the segment.

Freeing this many entries at once, after a rebuild, takes a few milliseconds.
"""


class Index:
    """Index of subscriptions by number."""

    def __init__(self) -> None:
        self.segment = empty_segment()
        self._unindexable = MutableLayer()  # subscriptions without rows: no segment can hold them
        self._layers = [MutableLayer()]  # changes since the segment was built, the latest last
        self._rebuild: Rebuild | None = None
        self._size = 0
        self._changes = 0

    def __len__(self) -> int:
        return self._size

    @property
    def is_rebuild_due(self) -> bool:
        """Return whether enough has changed since the last rebuild for another one."""
        return self._changes >= _REBUILD_THRESHOLD

    def add(self, subscription: int, subscriber: int, query: Query, mode: MatchMode) -> None:
        """Add a subscription, or replace the one with this number. It takes effect at once.

        `subscription` is below 2 ** 32, `subscriber` a dense number below 2 ** 29. Raises
        ValueError for other numbers, and for a query that requires no positive term, which parse()
        refuses.
        """
        check_numbers(subscription, subscriber)
        if not requires_positive_term(query):
            raise ValueError("the query matches texts that contain none of its terms")
        self._discard(subscription)
        self._layers[-1].add(subscription, IndexEntry(subscriber, query, mode))
        self._size += 1
        self._changes += 1

    def remove(self, subscription: int) -> None:
        """Remove a subscription; an unknown number is ignored."""
        if self._discard(subscription):
            self._changes += 1

    def _discard(self, subscription: int) -> bool:
        if self._rebuild:
            self._rebuild.changed_numbers.add(subscription)
        parts: tuple[MutableLayer | Segment, ...] = (
            *self._layers,
            self._unindexable,
            self.segment,
        )
        is_removed = any(part.remove(subscription) for part in parts)
        self._size -= is_removed
        return is_removed

    def match(self, reading: MatchableReading) -> Matches:
        """Return the subscribers with a query that matches the reading."""
        always, audible, silent, digest = subscribers = BitMap(), BitMap(), BitMap(), BitMap()
        for view in views(reading):
            for bitmap, matching in zip(subscribers, self.segment.match(view), strict=True):
                bitmap |= matching  # noqa: PLW2901 - it grows in place
            for layer in (*self._layers, self._unindexable):
                layer.match(view, subscribers)
        audible -= always
        silent -= always
        silent -= audible
        digest -= always
        digest -= audible
        digest -= silent
        return Matches(always, audible, silent, digest)

    def load(self, entries: Iterable[StoredEntry]) -> None:
        """Add many stored entries at once; their numbers must not be in the index.

        Raises ValueError for an invalid entry; then none is added.
        """
        rebuild = self.start_rebuild()
        rebuild.add(entries)
        rebuild.finish()
        self.apply_rebuild(rebuild)

    def start_rebuild(self) -> Rebuild:
        """Start a rebuild. It supersedes an earlier one that was not applied."""
        self._rebuild = Rebuild(self.segment, self._layers)
        self._layers.append(MutableLayer())
        self._changes = 0
        return self._rebuild

    def apply_rebuild(self, rebuild: Rebuild) -> None:
        """Replace the segment by that of a finished rebuild. Raises ValueError if superseded."""
        if rebuild is not self._rebuild:
            raise ValueError("the rebuild was superseded")
        self._rebuild = None
        segment = self.segment = rebuild.segment
        self._layers = self._layers[len(rebuild.layers) :]
        for number, entry in rebuild.unindexable.items():
            if number not in rebuild.changed_numbers:
                self._unindexable.add(number, entry)
        removed = sum([segment.remove(number) for number in rebuild.changed_numbers])
        layers = (*self._layers, self._unindexable)
        self._size = segment.owners.count - removed + sum(len(layer.entries) for layer in layers)
