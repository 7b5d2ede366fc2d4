"""Rows on their way from one segment to the next: in any order, all of one form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index.arrays import U32, U64, Flags, Numbers, lasts, many_ranges, owners, sums
from matching.index.segment import MORE, Segment
from matching.index.write_buffer import Gathering
from matching.query.row_templates import NEGATED, OPENS_CLAUSE, OPENS_ROW


@dataclass(frozen=True, slots=True)
class Loose:
    """Rows; each is an anchor and the clauses beside it."""

    anchors: U32  # numbers of terms
    subscriptions: U32  # indices
    starts: Numbers  # into literals
    lengths: U32  # how many literals; 0 for a row of the anchor alone
    literals: U32  # numbers of terms shifted by three, with the flags of matching.plans

    @staticmethod
    def gathered(new: Gathering, keys: U64, first: int) -> "Loose":
        """Those gathered; keys are of all terms, first is the index of the first subscription."""
        lengths = np.array(new.lengths, np.uint32)
        numbers = np.searchsorted(keys, np.array(new.terms, np.uint64)).astype(np.uint32)
        literals = numbers[np.array(new.literals, np.uint32)]
        return Loose(
            numbers[np.array(new.anchors, np.uint32)],
            np.array(new.subscriptions, np.uint32) + np.uint32(first),
            sums(lengths) - lengths,
            lengths,
            (literals << 3 | np.array(new.flags, np.uint32)).astype(np.uint32),
        )

    @staticmethod
    def joined(one: "Loose", other: "Loose") -> "Loose":
        return Loose(
            np.concatenate((one.anchors, other.anchors)),
            np.concatenate((one.subscriptions, other.subscriptions)),
            np.concatenate((one.starts, other.starts + len(one.literals))),
            np.concatenate((one.lengths, other.lengths)),
            np.concatenate((one.literals, other.literals)),
        )

    def __getitem__(self, chosen: Flags | Numbers) -> "Loose":
        return Loose(
            self.anchors[chosen],
            self.subscriptions[chosen],
            self.starts[chosen],
            self.lengths[chosen],
            self.literals,
        )

    def renumbered(self, numbers: U32) -> "Loose":
        """With other numbers of the terms: numbers has them by those of now."""
        literals = numbers[self.literals >> 3] << 3 | self.literals & 7
        return Loose(numbers[self.anchors], self.subscriptions, self.starts, self.lengths, literals)

    def owned(self, indices: Numbers) -> "Loose":
        """With other indices of the subscriptions, without the rows of those that have none."""
        there = self[indices[self.subscriptions] >= 0]
        subscriptions = indices[there.subscriptions].astype(np.uint32)
        return Loose(there.anchors, subscriptions, there.starts, there.lengths, there.literals)

    def sorted(self) -> "Loose":
        """By anchor, then by subscription."""
        keys = self.anchors.astype(np.uint64) << np.uint64(32) | self.subscriptions
        return self[np.argsort(keys, kind="stable")]

    def flat(self) -> U32:
        """The literals of all rows in their order."""
        return self.literals[many_ranges(self.starts, self.lengths)]

    def begins_with(self, count: int) -> Flags:
        """Whether so many clauses of each row are of one literal, the first ones."""
        begins: Flags = self.lengths >= count
        for at in range(1, count + 1):
            longer = np.flatnonzero(begins & (self.lengths > at))
            begins[longer] = self.literals[self.starts[longer] + at] & OPENS_CLAUSE != 0
        return begins


def loosened(segment: Segment) -> Loose:
    """The rows of a segment."""
    rows, seconds, more, crowds = segment.rows, segment.seconds, segment.more, segment.crowds
    anchors = owners(np.diff(rows.at)).astype(np.uint32)
    literals = rows.literals & np.uint32(MORE - 1)
    lone = literals == 2 * (len(rows.at) - 1)
    literals[lone] = 0
    firsts = literals << 2 | (OPENS_ROW | OPENS_CLAUSE)
    beside = np.where(seconds.literals >= MORE, np.uint32(0), seconds.literals) << 2 | OPENS_CLAUSE
    pairs = np.stack((firsts[seconds.rows], beside), axis=1).ravel()
    lengths = np.where(lone, np.uint32(0), np.uint32(1))
    lengths[seconds.rows] = 2
    lengths[more.rows] = np.diff(more.at)
    starts = np.arange(len(anchors))
    starts[seconds.rows] = len(firsts) + np.arange(0, len(pairs), 2)
    starts[more.rows] = len(firsts) + len(pairs) + more.at[:-1].astype(np.int64)
    crowd = np.zeros(len(crowds.terms), np.uint32)
    subscriptions = np.empty(len(segment.whos), np.uint32)
    subscriptions[segment.owners.places] = sums(segment.owners.firsts()) - 1
    return Loose(
        np.concatenate((anchors, crowds.terms)),
        subscriptions,
        np.concatenate((starts, crowd.astype(np.int64))),
        np.concatenate((lengths, crowd)),
        np.concatenate((firsts, pairs, more.literals)),
    )


def rarest_first(rows: Loose, seen: U32) -> Loose:
    """The same rows, each with the rarest for an anchor of its terms that must hold."""
    several = np.flatnonzero(rows.lengths)
    if not len(several):
        return rows
    chosen = rows[several]
    at = many_ranges(chosen.starts, chosen.lengths)
    literals = rows.literals[at]
    weights = _weights(rows.anchors, literals, seen)
    opens = literals & OPENS_CLAUSE != 0
    must = opens & np.append(opens[1:], True) & (literals & NEGATED == 0)
    here = np.where(must, weights[literals >> 3], np.inf)
    firsts = sums(chosen.lengths) - chosen.lengths
    least = np.minimum.reduceat(here, firsts)
    least[least >= weights[chosen.anchors]] = -1
    row = owners(chosen.lengths)
    better = np.flatnonzero(here == least[row])
    better = better[lasts(row[better])]
    row, places = row[better], at[better]
    anchors, changed = rows.anchors.copy(), rows.literals.copy()
    anchors[several[row]] = rows.literals[places] >> 3
    changed[places] = chosen.anchors[row] << 3 | rows.literals[places] & 7
    return Loose(anchors, rows.subscriptions, rows.starts, rows.lengths, changed)


def _weights(anchors: U32, literals: U32, seen: U32) -> NDArray[np.float64]:
    """By term how often it stands in bulletins, or while that is not known is likely to.

    What many subscribe to is likely to be written about.
    """
    asked = np.bincount(anchors, minlength=len(seen))
    asked += np.bincount(literals >> 3, minlength=len(seen))
    weights: NDArray[np.float64] = seen + asked / (asked.max(initial=0) + 1)
    return weights
