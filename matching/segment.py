"""Subscriptions at rest: flat rows that are evaluated together, and bitmaps of subscribers.

Whatever waits at a term stands side by side, so a bulletin touches a stretch of each array for each
of its terms and nothing else. A subscription is removed by marking it, which every row sees.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from matching.arrays import U32, Flags, Numbers, bitmap, ranges
from matching.facts import Reading
from matching.matches import PLANE, Mode
from matching.plans import OPENS_CLAUSE, OPENS_ROW
from matching.vocabulary import Vocabulary

# In whos, beyond the planes of all modes: the subscription was removed.
GONE = len(Mode) * PLANE

# In Rows.subscriptions: there are more literals.
MORE = 1 << 31

_THERE = np.array((True, False))
_ABSENT = np.array((False, True))

Found = tuple[BitMap, BitMap, BitMap]  # subscribers, by mode


@dataclass(frozen=True, slots=True)
class Rows:
    """What waits at each term, and the literal that must hold beside it.

    A literal is twice the number of its term, and one more when it is negated. Twice the number of
    terms is one that always holds.
    """

    at: U32  # those of term n are [at[n], at[n + 1])
    subscriptions: U32  # their indices in the segment, some with MORE
    literals: U32


@dataclass(frozen=True, slots=True)
class More:
    """All literals of the rows that have several."""

    rows: U32  # sorted indices of rows
    at: U32  # the literals of the nth of them are [at[n], at[n + 1])
    literals: U32  # shifted by two, with OPENS_CLAUSE and OPENS_ROW


@dataclass(frozen=True, slots=True)
class Crowds:
    """Subscribers of nothing but one term, where they are many."""

    bits: Mapping[int, BitMap]  # term -> who
    repeated: Counter[tuple[int, int]]  # term, who -> how often more than once
    subscriptions: U32  # sorted
    terms: U32  # what each waits at


@dataclass(frozen=True, slots=True)
class Segment:
    """Subscriptions that do not change, except that they can be removed."""

    vocabulary: Vocabulary
    seen: U32  # by term: in how many bulletins it stood
    ids: Numbers  # sorted; a subscription's index is the place of its id
    whos: U32  # by index: subscriber and mode
    rows: Rows
    more: More
    crowds: Crowds
    holds: Flags  # by term: whether it holds in the reading that is matched, and whether not

    def match(self, reading: Reading) -> Found:
        """The subscribers of each mode a reading concerns; one may stand in several."""
        present = self.vocabulary.find(reading)
        self.seen[present] += np.uint32(1)
        self.holds[present] = _THERE
        try:
            found = self._subscriptions(present)
        finally:
            self.holds[present] = _ABSENT
        return self._subscribers(present, self.whos[found])

    def remove(self, number: int) -> bool:
        """Whether there was a subscription of this number."""
        at = int(np.searchsorted(self.ids, number))
        if at == len(self.ids) or self.ids[at] != number or self.whos[at] >= GONE:
            return False
        who = int(self.whos[at])
        self.whos[at] = GONE
        first, last = np.searchsorted(self.crowds.subscriptions, [at, at + 1])
        for term in self.crowds.terms[first:last].tolist():
            if self.crowds.repeated[term, who]:
                self.crowds.repeated[term, who] -= 1
            else:
                self.crowds.bits[term].discard(who)
        return True

    def _subscriptions(self, present: U32) -> U32:
        """The subscriptions that have a row that holds."""
        starts = self.rows.at[present]
        rows = ranges(starts, self.rows.at[present + np.uint32(1)] - starts)
        rows = rows.compress(self.holds.ravel()[self.rows.literals[rows]])
        found = self.rows.subscriptions[rows]
        has_more = found >= MORE
        whole = self._holding(rows[has_more])
        return np.concatenate((found[~has_more], self.rows.subscriptions[whole] - np.uint32(MORE)))

    def _holding(self, rows: Numbers) -> Numbers:
        """Those of the rows with several literals that hold."""
        if not len(rows):
            return rows
        at = np.searchsorted(self.more.rows, rows)
        starts = self.more.at[at]
        literals = self.more.literals[ranges(starts, self.more.at[at + 1] - starts)]
        fine = self.holds.ravel()[literals >> 2]
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
