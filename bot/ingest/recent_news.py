"""Recent news: an inverted index over the words of the bulletins that a duplicate may repeat.

A search looks at the rarest words of a bulletin first and has two limits, so it costs the same
for any input of strangers: entries visited in the index, and fingerprints compared.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from matching.near_duplicates import DuplicateReason, Fingerprint, compare, contradict
from storage.inbound.bulletins import StoredBulletin

MAX_BULLETINS = 5_000
"""Limit of bulletins kept; bounds memory."""

_SHORT_REPORT = 5  # carrying words
_SHORT_REPORT_WINDOW = timedelta(hours=1)
"""Short reports of one kind are worded alike: explosions in Kharkiv, and again at dawn."""

MAX_COMPARISONS = 16
_MAX_WORDS = 12
_MAX_ENTRIES_PER_WORD = 100
_LONG_REPORT = 3  # carrying words; a shorter report may share a single one with its opposite


@dataclass(frozen=True, slots=True)
class RecentBulletin:
    """Bulletin that a duplicate may repeat."""

    bulletin: int  # id
    source: str
    received_at: datetime
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class DuplicateMatch:
    """Result of a search: the bulletin that a duplicate repeats."""

    original: int  # id of the first bulletin
    reason: DuplicateReason


class RecentNews:
    """Recent bulletins in the order of their arrival, with an index over their keys."""

    def __init__(self) -> None:
        self._entries: dict[int, RecentBulletin] = {}  # by number, oldest first
        self._numbers_by_key: dict[str, deque[int]] = {}  # oldest first
        self._next_number = 0
        self.comparison_count = 0  # fingerprints compared by all searches

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        """Forget all bulletins."""
        self._entries.clear()
        self._numbers_by_key.clear()

    def add(self, recent: RecentBulletin) -> None:
        """Add the newest bulletin; drop the oldest if there are too many."""
        number = self._next_number
        self._next_number += 1
        self._entries[number] = recent
        for key in recent.fingerprint.keys:
            self._numbers_by_key.setdefault(key, deque()).append(number)
        if len(self._entries) > MAX_BULLETINS:
            self._drop_oldest()

    def drop_before(self, limit: datetime) -> None:
        """Forget the bulletins received before `limit`."""
        while self._entries and self._oldest().received_at < limit:
            self._drop_oldest()

    def find(
        self, bulletin: StoredBulletin, news_fingerprint: Fingerprint, *, has_id: bool
    ) -> DuplicateMatch | None:
        """Return the newest bulletin that this one repeats, if any.

        `has_id`: its source gives ids, so it says itself what is new: its bulletins never repeat
        each other. Those of a source without ids do, if their words are equal and nothing else
        about the same subject came since. A state that comes back is news again: an opposite
        report in between ends the search.
        """
        can_repeat_own = not has_id
        for recent in self._candidates(news_fingerprint):
            self.comparison_count += 1
            reason = compare(recent.fingerprint, news_fingerprint)
            if recent.source == bulletin.source:
                if reason is not DuplicateReason.TEXT or _lacks_signs(recent, news_fingerprint):
                    can_repeat_own = False
                if not can_repeat_own:
                    reason = None
            if reason and not _is_too_old(recent, bulletin, reason):
                return DuplicateMatch(recent.bulletin, reason)
            if recent.received_at < bulletin.issued_at and contradict(
                recent.fingerprint, news_fingerprint
            ):
                return None
        return None

    def _candidates(self, news_fingerprint: Fingerprint) -> Iterator[RecentBulletin]:
        """Yield the bulletins that share most keys, newest first."""
        postings = sorted(
            filter(None, map(self._numbers_by_key.get, news_fingerprint.keys)), key=len
        )
        counts = Counter[int]()
        for numbers in postings[:_MAX_WORDS]:
            counts.update(islice(reversed(numbers), _MAX_ENTRIES_PER_WORD))
        min_count = 1 if len(news_fingerprint.report.keys) < _LONG_REPORT else 2
        best = [n for n, count in counts.most_common(MAX_COMPARISONS) if count >= min_count]
        for number in sorted(best, reverse=True):
            yield self._entries[number]

    def _oldest(self) -> RecentBulletin:
        return next(iter(self._entries.values()))

    def _drop_oldest(self) -> None:
        oldest = self._entries.pop(next(iter(self._entries)))
        for key in oldest.fingerprint.keys:
            numbers = self._numbers_by_key[key]
            numbers.popleft()
            if not numbers:
                del self._numbers_by_key[key]


def _lacks_signs(recent: RecentBulletin, news_fingerprint: Fingerprint) -> bool:
    """Return whether signs of a state in one of two texts are missing or unknown in the other."""
    return bool(recent.fingerprint.signs) != bool(news_fingerprint.signs)


def _is_too_old(recent: RecentBulletin, bulletin: StoredBulletin, reason: DuplicateReason) -> bool:
    """Return whether a short report came too long ago to be about the same event."""
    is_short = len(recent.fingerprint.report.keys) < _SHORT_REPORT
    age = bulletin.received_at - recent.received_at
    return is_short and age > _SHORT_REPORT_WINDOW and reason is not DuplicateReason.TEXT
