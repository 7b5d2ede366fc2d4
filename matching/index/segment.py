"""Subscriptions at rest: flat rows that are evaluated together, and bitmaps of subscribers.

Whatever waits at a term stands side by side, so a bulletin touches a stretch of each array for each
of its terms and nothing else. A subscription is removed by marking its rows.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pyroaring import BitMap

from matching.index.arrays import U32, Flags, Numbers, bitmap, lasts, ranges
from matching.index.matches import PLANE, Mode
from matching.index.term_dictionary import Vocabulary
from matching.query.row_templates import OPENS_CLAUSE, OPENS_ROW
from matching.text.reading import Reading

# In whos, beyond the planes of all modes: the subscription was removed.
GONE = len(Mode) * PLANE

# In Rows.literals: there are more literals.
MORE = 1 << 31

_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")

Found = tuple[BitMap, BitMap, BitMap]  # subscribers, by mode


@dataclass(frozen=True, slots=True)
class Rows:
    """What waits at each term, and the literal that must hold beside it.

    A literal is twice the number of its term, and one more when it is negated. Twice the number of
    terms is one that always holds.
    """

    at: U32  # those of term n are [at[n], at[n + 1])
    literals: U32  # some with MORE


@dataclass(frozen=True, slots=True)
class Seconds:
    """The second literal of the rows that have two; of those with more one that always holds."""

    rows: U32  # sorted indices of rows
    literals: U32  # with MORE where that is not all


@dataclass(frozen=True, slots=True)
class More:
    """All literals of the rows that have three, or a clause of several."""

    rows: U32  # sorted indices of rows
    at: U32  # the literals of the nth of them are [at[n], at[n + 1])
    literals: U32  # shifted by two, with OPENS_CLAUSE and OPENS_ROW


@dataclass(frozen=True, slots=True)
class Crowds:
    """Subscribers of nothing but one term, where they are many."""

    bits: Mapping[int, BitMap]  # term -> who
    repeated: Counter[tuple[int, int]]  # term, who -> how often more than once
    terms: U32  # what each of them waits at


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose the rows and the places in crowds are, by subscription."""

    ids: U32  # sorted; of a subscription with several rows as often
    places: U32  # a row, or beyond all rows a place in Crowds.terms
    count: int  # how many subscriptions there are, those removed since included

    def firsts(self) -> Flags:
        """Of each whether it is the first of its subscription."""
        return lasts(self.ids[::-1])[::-1]


@dataclass(frozen=True, slots=True)
class Segment:
    """Subscriptions that do not change, except that they can be removed."""

    vocabulary: Vocabulary
    seen: U32  # by term: in how many bulletins it stood
    rows: Rows
    seconds: Seconds
    more: More
    crowds: Crowds
    owners: Owners
    whos: U32  # by place: subscriber and mode
    holds: Flags  # by literal: whether it holds in the reading that is matched

    def match(self, reading: Reading) -> Found:
        """The subscribers of each mode a reading concerns; one may stand in several."""
        present = self.vocabulary.find(reading)
        self.seen[present] += 1
        literals = present << 1
        self.holds[literals], self.holds[literals + 1] = True, False
        try:
            whos = self._waiting(present)
        finally:
            self.holds[literals], self.holds[literals + 1] = False, True
        return self._subscribers(present, whos)

    def remove(self, number: int) -> bool:
        """Whether there was a subscription of this number."""
        if not 0 <= number < 1 << 32:
            return False
        wanted = np.uint32(number)
        first, last = (np.searchsorted(self.owners.ids, wanted, side) for side in _SIDES)
        places = self.owners.places[first:last]
        there = places[self.whos[places] < GONE].tolist()
        rows = len(self.rows.literals)
        for place in there:
            who = int(self.whos[place])
            self.whos[place] = GONE
            if place >= rows:
                self._leave(int(self.crowds.terms[place - rows]), who)
        return bool(there)

    def _leave(self, term: int, who: int) -> None:
        if self.crowds.repeated[term, who]:
            self.crowds.repeated[term, who] -= 1
        else:
            del self.crowds.repeated[term, who]
            self.crowds.bits[term].discard(who)

    def _waiting(self, present: U32) -> U32:
        """Who has a row that holds; some twice."""
        starts = self.rows.at[present]
        rows = ranges(starts, self.rows.at[present + 1] - starts)
        literals = self.rows.literals[rows]
        fine = self.holds[literals & (MORE - 1)]
        rows, more = rows.compress(fine), literals.compress(fine) >= MORE
        if more.any():
            second = self._second_too(rows.compress(more))
            rows = np.concatenate((rows.compress(~more), second))
        return self.whos[rows]

    def _second_too(self, rows: Numbers) -> Numbers:
        """Those of the rows with two literals and more that hold."""
        literals = self.seconds.literals[np.searchsorted(self.seconds.rows, rows)]
        fine = self.holds[literals & (MORE - 1)]
        rows, more = rows.compress(fine), literals.compress(fine) >= MORE
        if not more.any():
            return rows
        return np.concatenate((rows.compress(~more), self._all_of(rows.compress(more))))

    def _all_of(self, rows: Numbers) -> Numbers:
        """Those of the rows with clauses of any form that hold."""
        at = np.searchsorted(self.more.rows, rows)
        starts = self.more.at[at]
        literals = self.more.literals[ranges(starts, self.more.at[at + 1] - starts)]
        fine = self.holds[literals >> 2]
        opens = np.flatnonzero(literals & OPENS_CLAUSE)
        clauses = np.logical_or.reduceat(fine, opens)
        firsts = np.flatnonzero(literals[opens] & OPENS_ROW)
        return rows[np.logical_and.reduceat(clauses, firsts)]

    def _subscribers(self, present: U32, whos: U32) -> Found:
        known = self.crowds.bits
        crowds = [known[term] for term in present.tolist() if term in known]
        found = BitMap.union(bitmap(whos), *crowds)
        silent = found.shift(-PLANE)
        held = silent.shift(-PLANE)
        for bits in (found, silent, held):
            bits.remove_range(PLANE, 1 << 32)
        return found, silent, held
