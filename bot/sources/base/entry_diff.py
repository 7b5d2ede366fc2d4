"""Which entries of a list are new since it was last read, and which were changed: pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sources.core.dedup_keys import words_mark

MOST_KEPT = 2000
"""Entries that are remembered: one that is gone from the list and back is not new."""

Known = Mapping[str, str]
"""What each entry said, as a mark, by the mark of its id, the longest ago first. As JSON: it lives
in a cursor."""


@dataclass(frozen=True)
class Noticed:
    new: frozenset[str]  # ids
    changed: frozenset[str]  # ids
    known: Known  # to remember


def notice(entries: Mapping[str, str], known: Known) -> Noticed:
    """`entries`: what each says that may change, by its id; the oldest first."""
    marks = {words_mark(id_): words_mark(said) for id_, said in entries.items()}
    kept = {id_: said for id_, said in known.items() if id_ not in marks}
    return Noticed(
        new=frozenset(id_ for id_ in entries if words_mark(id_) not in known),
        changed=frozenset(
            id_
            for id_, said in entries.items()
            if known.get(words_mark(id_), words_mark(said)) != words_mark(said)
        ),
        known=dict([*kept.items(), *marks.items()][-max(MOST_KEPT, len(marks)) :]),
    )
