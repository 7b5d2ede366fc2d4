"""Immutable segment: flat posting lists of rows, evaluated together, and bitmaps of subscribers.

The rows anchored at one term are adjacent, so a bulletin touches one range of each array per term
it contains. A removed subscription is a tombstone: its rows are marked until the next compaction.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pyroaring import BitMap

from matching.index.arrays import U32, Indices, Mask, concatenate_ranges, last_of_run, to_bitmap
from matching.index.matches import MODE_STRIDE, MatchMode
from matching.index.term_dictionary import TermDictionary
from matching.query.row_templates import OPENS_CLAUSE, OPENS_ROW
from matching.text.reading import MatchableReading

# Tombstone in packed_subscribers, beyond the ranges of all modes.
REMOVED = len(MatchMode) * MODE_STRIDE

# Flag of a literal: the row has further literals.
HAS_MORE = 1 << 31

_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")

SubscribersByMode = tuple[BitMap, BitMap, BitMap, BitMap]


@dataclass(frozen=True, slots=True)
class Postings:
    """Posting lists: the rows anchored at each term, with the first literal of each row.

    A literal is twice the number of its term, plus one if it is negated. Twice the number of terms
    is a literal that always holds.
    """

    offsets: U32  # the rows of term n are offsets[n] to offsets[n + 1], the latter excluded
    literals: U32  # by row, some with HAS_MORE


@dataclass(frozen=True, slots=True)
class SecondLiterals:
    """Second literals of the rows with two; for a row with more a literal that always holds."""

    rows: U32  # sorted indices of rows
    literals: U32  # with HAS_MORE if these are not all


@dataclass(frozen=True, slots=True)
class LongRows:
    """All literals of the rows with three or more, or with a clause of several literals."""

    rows: U32  # sorted indices of rows
    offsets: U32  # the literals of the nth row are offsets[n] to offsets[n + 1], excluded
    literals: U32  # shifted by two, with OPENS_CLAUSE and OPENS_ROW


@dataclass(frozen=True, slots=True)
class BitmapPostings:
    """Posting bitmaps: subscribers of a single term, for terms with many of them."""

    bitmaps: Mapping[int, BitMap]  # term -> packed subscribers
    duplicate_counts: Counter[tuple[int, int]]  # (term, packed subscriber) -> further times
    terms: U32  # the term of each subscription in the bitmaps


@dataclass(frozen=True, slots=True)
class RowOwners:
    """Owners of the rows and of the entries in bitmaps: subscription numbers."""

    ids: U32  # sorted numbers of subscriptions; repeated for each further row
    positions: U32  # a row, or beyond all rows a position in BitmapPostings.terms
    count: int  # of subscriptions, including those removed since the build

    def first_of_subscription(self) -> Mask:
        """Return a mask of the first item of each subscription."""
        return last_of_run(self.ids[::-1])[::-1]


@dataclass(frozen=True, slots=True)
class Segment:
    """Segment of subscriptions; nothing can be added, and removal leaves tombstones."""

    dictionary: TermDictionary
    document_frequencies: U32  # by term: number of bulletins in which it occurred
    postings: Postings
    second_literals: SecondLiterals
    long_rows: LongRows
    bitmap_postings: BitmapPostings
    owners: RowOwners
    packed_subscribers: U32  # by row, then by position in BitmapPostings.terms
    literal_values: Mask  # by literal: whether it holds in the reading being matched

    def match(self, reading: MatchableReading) -> SubscribersByMode:
        """Return the matching subscribers of each mode; a subscriber can be in several."""
        present = self.dictionary.find(reading)
        self.document_frequencies[present] += 1
        literals = present << 1
        absences = np.concatenate((present, self.dictionary.find_withheld(reading))) << 1 | 1
        self.literal_values[literals], self.literal_values[absences] = True, False
        try:
            packed = self._evaluate_rows(present)
        finally:
            self.literal_values[literals], self.literal_values[absences] = False, True
        return self._collect_subscribers(present, packed)

    def remove(self, number: int) -> bool:
        """Remove a subscription; return whether it was there."""
        if not 0 <= number < 1 << 32:
            return False
        wanted = np.uint32(number)
        first, last = (np.searchsorted(self.owners.ids, wanted, side) for side in _SIDES)
        positions = self.owners.positions[first:last]
        live = positions[self.packed_subscribers[positions] < REMOVED].tolist()
        row_count = len(self.postings.literals)
        for position in live:
            packed = int(self.packed_subscribers[position])
            self.packed_subscribers[position] = REMOVED
            if position >= row_count:
                term = int(self.bitmap_postings.terms[position - row_count])
                self._remove_from_bitmap(term, packed)
        return bool(live)

    def _remove_from_bitmap(self, term: int, packed: int) -> None:
        duplicate_counts = self.bitmap_postings.duplicate_counts
        if duplicate_counts[term, packed]:
            duplicate_counts[term, packed] -= 1
        else:
            del duplicate_counts[term, packed]
            self.bitmap_postings.bitmaps[term].discard(packed)

    def _evaluate_rows(self, present: U32) -> U32:
        """Return the packed subscribers of the rows that hold; some repeatedly."""
        starts = self.postings.offsets[present]
        rows = concatenate_ranges(starts, self.postings.offsets[present + 1] - starts)
        literals = self.postings.literals[rows]
        holding = self.literal_values[literals & (HAS_MORE - 1)]
        rows, has_more = rows.compress(holding), literals.compress(holding) >= HAS_MORE
        if has_more.any():
            longer = self._filter_by_second_literal(rows.compress(has_more))
            rows = np.concatenate((rows.compress(~has_more), longer))
        return self.packed_subscribers[rows]

    def _filter_by_second_literal(self, rows: Indices) -> Indices:
        """Return the rows that hold, of rows with two literals or more."""
        indices = np.searchsorted(self.second_literals.rows, rows)
        literals = self.second_literals.literals[indices]
        holding = self.literal_values[literals & (HAS_MORE - 1)]
        rows, has_more = rows.compress(holding), literals.compress(holding) >= HAS_MORE
        if not has_more.any():
            return rows
        longer = self._filter_long_rows(rows.compress(has_more))
        return np.concatenate((rows.compress(~has_more), longer))

    def _filter_long_rows(self, rows: Indices) -> Indices:
        """Return the rows that hold, of rows with clauses of any shape."""
        indices = np.searchsorted(self.long_rows.rows, rows)
        starts = self.long_rows.offsets[indices]
        lengths = self.long_rows.offsets[indices + 1] - starts
        literals = self.long_rows.literals[concatenate_ranges(starts, lengths)]
        holding = self.literal_values[literals >> 2]
        clause_starts = np.flatnonzero(literals & OPENS_CLAUSE)
        clauses = np.logical_or.reduceat(holding, clause_starts)
        row_starts = np.flatnonzero(literals[clause_starts] & OPENS_ROW)
        return rows[np.logical_and.reduceat(clauses, row_starts)]

    def _collect_subscribers(self, present: U32, packed: U32) -> SubscribersByMode:
        by_term = self.bitmap_postings.bitmaps
        bitmaps = [by_term[term] for term in present.tolist() if term in by_term]
        always = BitMap.union(to_bitmap(packed), *bitmaps)
        audible = always.shift(-MODE_STRIDE)
        silent = audible.shift(-MODE_STRIDE)
        digest = silent.shift(-MODE_STRIDE)
        for subscribers in (always, audible, silent, digest):
            subscribers.remove_range(MODE_STRIDE, 1 << 32)
        return always, audible, silent, digest
