"""All subscriptions at once: a reading becomes the subscribers it concerns.

Most are at rest in a segment. What changes goes where it can change at once; now and then a new
segment is made of both, beside those in use:

    rebuild = index.rebuild()
    rebuild.finish()                 # takes its time, in a thread
    index.adopt(rebuild)
"""

from collections.abc import Iterable

from matching.index.live_layer import Recent, Subscription, check_numbers
from matching.index.matches import Matches, Mode
from matching.index.rebuild import Rebuild, Stored
from matching.index.segment import Segment
from matching.index.segment_builder import empty
from matching.query.ast import Query, needs_a_term
from matching.text.reading import Reading

__all__ = ["Index", "Matches", "Mode", "Rebuild", "Stored"]

_MANY = 2_000
"""So many changes are worth a rebuild: each costs a bulletin more than one at rest.

And that many are let go of at once when they are at rest, in a few milliseconds.
"""


class Index:
    """Subscriptions by number, matched together."""

    def __init__(self) -> None:
        self.segment = empty()  # what is at rest
        self._tangled = Recent()  # what no segment can hold
        self._layers = [Recent()]  # what changed since the segment was made, the latest last
        self._rebuild: Rebuild | None = None
        self._size = 0
        self._changes = 0

    def __len__(self) -> int:
        return self._size

    @property
    def is_due(self) -> bool:
        """Whether so much has changed that a rebuild is worth it."""
        return self._changes >= _MANY

    def add(self, subscription: int, subscriber: int, query: Query, mode: Mode) -> None:
        """Add a subscription, or replace the one of this number. It is live at once.

        subscription is below 2 ** 32, subscriber a dense number below 2 ** 30. ValueError for
        others, and for a query that would hold for a text without any of its terms; parse()
        refuses those.
        """
        check_numbers(subscription, subscriber)
        if not needs_a_term(query):
            raise ValueError("the query holds for a text without any of its terms")
        self.remove(subscription)
        self._layers[-1].add(subscription, Subscription(subscriber, query, mode))
        self._size += 1

    def remove(self, subscription: int) -> None:
        """Remove a subscription; an unknown number is none."""
        self._changes += 1
        if self._rebuild:
            self._rebuild.changed.add(subscription)
        parts: tuple[Recent | Segment, ...] = (*self._layers, self._tangled, self.segment)
        self._size -= any(part.remove(subscription) for part in parts)

    def match(self, reading: Reading) -> Matches:
        """The subscribers a reading concerns."""
        ring, silent, held = found = self.segment.match(reading)
        for part in (*self._layers, self._tangled):
            part.match(reading, found)
        silent -= ring
        held -= ring | silent
        return Matches(ring, silent, held)

    def load(self, rows: Iterable[Stored]) -> None:
        """Add many at once, of numbers that are not there, as they are stored.

        ValueError for a row that cannot be added; none is then.
        """
        rebuild = self.rebuild()
        rebuild.put(rows)
        rebuild.finish()
        self.adopt(rebuild)

    def rebuild(self) -> Rebuild:
        """Begin to make all anew. It supersedes one begun before that was not adopted."""
        self._rebuild = Rebuild(self.segment, self._layers)
        self._layers.append(Recent())
        self._changes = 0
        return self._rebuild

    def adopt(self, rebuild: Rebuild) -> None:
        """Use a finished rebuild. ValueError when it was superseded."""
        if rebuild is not self._rebuild:
            raise ValueError("the rebuild was superseded")
        self._rebuild = None
        segment = self.segment = rebuild.segment
        self._layers = self._layers[len(rebuild.layers) :]
        for number, added in rebuild.tangled.items():
            if number not in rebuild.changed:
                self._tangled.add(number, added)
        gone = sum([segment.remove(number) for number in rebuild.changed])
        parts = (*self._layers, self._tangled)
        self._size = segment.owners.count - gone + sum(len(part.subscriptions) for part in parts)
