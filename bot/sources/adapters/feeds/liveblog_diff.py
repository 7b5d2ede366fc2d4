"""Which lines of a page are new since it was last read.

Lines, not entries: a headline put on top of a paragraph makes another entry of it, but nothing
new of the paragraph.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.sources.core.dedup_keys import words_mark

KEPT = timedelta(hours=1)
"""A line that is gone for less is no news when it is back: pages flap."""

Seen = Mapping[str, Sequence[str | None]]
"""By a line's mark, for each of its copies: None while it stands there, or since when it is gone
(ISO 8601). As JSON: it lives in a cursor."""


def compare(lines: Sequence[str], seen: Seen, now: datetime) -> tuple[frozenset[int], Seen]:
    """The numbers of the new lines, and what to remember.

    Of equal lines the upper ones are the new ones: pages are newest first.
    """
    marks = [words_mark(line) if line else "" for line in lines]
    counts = Counter(mark for mark in marks if mark)
    kept = {mark: _still_kept(copies, now) for mark, copies in seen.items()}
    fresh = counts - Counter({mark: len(copies) for mark, copies in kept.items()})
    remembered = {
        mark: copies
        for mark in [*counts, *(mark for mark in kept if mark not in counts)]
        if (copies := _copies(counts[mark], kept.get(mark, []), now))
    }
    return frozenset(_first(fresh, marks)), remembered


def _first(wanted: Counter[str], marks: Sequence[str]) -> Iterable[int]:
    left = Counter(wanted)
    for number, mark in enumerate(marks):
        if left[mark] > 0:
            left[mark] -= 1
            yield number


def _copies(count: int, before: Sequence[str | None], now: datetime) -> list[str | None]:
    gone = [since for since in before if since is not None]
    just_gone: list[str | None] = [now.isoformat()] * len(before)
    return [None] * count + [*sorted(gone), *just_gone][: max(0, len(before) - count)]


def _still_kept(copies: Sequence[str | None], now: datetime) -> list[str | None]:
    return [
        since for since in copies if since is None or now - datetime.fromisoformat(since) < KEPT
    ]
