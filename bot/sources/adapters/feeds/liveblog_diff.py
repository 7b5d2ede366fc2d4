"""Live-blog diff: finds the new lines of a page that is read again and again. Pure.

It compares lines, not entries: a headline put on top of a paragraph makes a different entry, but
the paragraph is not new.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.sources.core.dedup_keys import text_hash

REMEMBER_FOR = timedelta(hours=1)
"""A line that reappears within this time is not new: pages flap."""

SeenLines = Mapping[str, Sequence[str | None]]
"""One item for each copy of a line, by the line's hash. JSON inside a cursor.

None: the copy is on the page. Else the time since which it is missing (ISO 8601).
"""


def diff_lines(
    lines: Sequence[str], seen: SeenLines, now: datetime
) -> tuple[frozenset[int], SeenLines]:
    """Return the numbers of the new lines, and what to remember.

    Among equal lines the upper ones are the new ones: pages are newest first.
    """
    hashes = [text_hash(line) if line else "" for line in lines]
    counts = Counter(hash_ for hash_ in hashes if hash_)
    recent = {hash_: _drop_old(copies, now) for hash_, copies in seen.items()}
    new_counts = counts - Counter({hash_: len(copies) for hash_, copies in recent.items()})
    remembered = {
        hash_: copies
        for hash_ in [*counts, *(hash_ for hash_ in recent if hash_ not in counts)]
        if (copies := _copies(counts[hash_], recent.get(hash_, []), now))
    }
    return frozenset(_first_lines(new_counts, hashes)), remembered


def _first_lines(counts: Counter[str], hashes: Sequence[str]) -> Iterable[int]:
    """Yield the numbers of the first `counts` lines with each hash."""
    remaining = Counter(counts)
    for number, hash_ in enumerate(hashes):
        if remaining[hash_] > 0:
            remaining[hash_] -= 1
            yield number


def _copies(count: int, before: Sequence[str | None], now: datetime) -> list[str | None]:
    missing = [since for since in before if since is not None]
    newly_missing: list[str | None] = [now.isoformat()] * len(before)
    return [None] * count + [*sorted(missing), *newly_missing][: max(0, len(before) - count)]


def _drop_old(copies: Sequence[str | None], now: datetime) -> list[str | None]:
    return [
        since
        for since in copies
        if since is None or now - datetime.fromisoformat(since) < REMEMBER_FOR
    ]
