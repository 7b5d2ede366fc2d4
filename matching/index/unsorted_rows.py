"""Unsorted rows: rows of a segment or a write buffer in one form, used while merging segments."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index.arrays import (
    U32,
    U64,
    Indices,
    Mask,
    concatenate_ranges_nogil,
    cumulative_sums,
    last_of_run,
    repeat_indices,
)
from matching.index.segment import HAS_MORE, Segment
from matching.index.write_buffer import WriteBuffer
from matching.query.row_templates import NEGATED, OPENS_CLAUSE, OPENS_ROW


@dataclass(frozen=True, slots=True)
class UnsortedRows:
    """Rows in any order: each has an anchor and clauses."""

    anchors: U32  # numbers of terms
    subscriptions: U32  # indices of subscriptions
    starts: Indices  # into literals
    lengths: U32  # number of literals; 0 for a row of the anchor alone
    literals: U32  # numbers of terms shifted by three, with the flags of row_templates

    @staticmethod
    def from_buffer(buffer: WriteBuffer, keys: U64, first: int) -> "UnsortedRows":
        """Return the rows of a write buffer.

        `keys`: the sorted keys of all terms; `first`: the index of the buffer's first subscription.
        """
        lengths = np.array(buffer.lengths, np.uint32)
        numbers = np.searchsorted(keys, np.array(buffer.term_keys, np.uint64)).astype(np.uint32)
        literals = numbers[np.array(buffer.literals, np.uint32)]
        return UnsortedRows(
            numbers[np.array(buffer.anchors, np.uint32)],
            np.array(buffer.subscriptions, np.uint32) + np.uint32(first),
            cumulative_sums(lengths) - lengths,
            lengths,
            (literals << 3 | np.array(buffer.flags, np.uint32)).astype(np.uint32),
        )

    @staticmethod
    def concatenate(first: "UnsortedRows", second: "UnsortedRows") -> "UnsortedRows":
        """Return the rows of both."""
        return UnsortedRows(
            np.concatenate((first.anchors, second.anchors)),
            np.concatenate((first.subscriptions, second.subscriptions)),
            np.concatenate((first.starts, second.starts + len(first.literals))),
            np.concatenate((first.lengths, second.lengths)),
            np.concatenate((first.literals, second.literals)),
        )

    def __getitem__(self, rows: Mask | Indices) -> "UnsortedRows":
        return UnsortedRows(
            self.anchors[rows],
            self.subscriptions[rows],
            self.starts[rows],
            self.lengths[rows],
            self.literals,
        )

    def renumber_terms(self, numbers: U32) -> "UnsortedRows":
        """Return the rows with new numbers of terms; `numbers` has them by old number."""
        literals = numbers[self.literals >> 3] << 3 | self.literals & 7
        anchors = numbers[self.anchors]
        return UnsortedRows(anchors, self.subscriptions, self.starts, self.lengths, literals)

    def renumber_subscriptions(self, indices: Indices) -> "UnsortedRows":
        """Return the rows with new indices of subscriptions, without the removed ones.

        `indices` has the new index by old index, -1 for a removed subscription.
        """
        live = self[indices[self.subscriptions] >= 0]
        subscriptions = indices[live.subscriptions].astype(np.uint32)
        return UnsortedRows(live.anchors, subscriptions, live.starts, live.lengths, live.literals)

    def sort(self) -> "UnsortedRows":
        """Return the rows sorted by anchor, then by subscription."""
        keys = self.anchors.astype(np.uint64) << np.uint64(32) | self.subscriptions
        return self[np.argsort(keys, kind="stable")]

    def flat_literals(self) -> U32:
        """Return the literals of all rows, in the order of the rows."""
        return self.literals[concatenate_ranges_nogil(self.starts, self.lengths)]

    def starts_with_unit_clauses(self, count: int) -> Mask:
        """Return a mask of the rows whose first `count` clauses have one literal each."""
        mask: Mask = self.lengths >= count
        for offset in range(1, count + 1):
            longer = np.flatnonzero(mask & (self.lengths > offset))
            mask[longer] = self.literals[self.starts[longer] + offset] & OPENS_CLAUSE != 0
        return mask


def extract_rows(segment: Segment) -> UnsortedRows:
    """Return the rows of a segment."""
    postings, seconds = segment.postings, segment.second_literals
    long_rows, bitmap_postings = segment.long_rows, segment.bitmap_postings
    anchors = repeat_indices(np.diff(postings.offsets)).astype(np.uint32)
    literals = postings.literals & np.uint32(HAS_MORE - 1)
    single_term = literals == 2 * (len(postings.offsets) - 1)
    literals[single_term] = 0
    firsts = literals << 2 | (OPENS_ROW | OPENS_CLAUSE)
    beside = (
        np.where(seconds.literals >= HAS_MORE, np.uint32(0), seconds.literals) << 2 | OPENS_CLAUSE
    )
    pairs = np.stack((firsts[seconds.rows], beside), axis=1).ravel()
    lengths = np.where(single_term, np.uint32(0), np.uint32(1))
    lengths[seconds.rows] = 2
    lengths[long_rows.rows] = np.diff(long_rows.offsets)
    starts = np.arange(len(anchors))
    starts[seconds.rows] = len(firsts) + np.arange(0, len(pairs), 2)
    starts[long_rows.rows] = len(firsts) + len(pairs) + long_rows.offsets[:-1].astype(np.int64)
    zeros = np.zeros(len(bitmap_postings.terms), np.uint32)  # rows of the anchor alone
    subscriptions = np.empty(len(segment.packed_subscribers), np.uint32)
    owner_indices = cumulative_sums(segment.owners.first_of_subscription()) - 1
    subscriptions[segment.owners.positions] = owner_indices
    return UnsortedRows(
        np.concatenate((anchors, bitmap_postings.terms)),
        subscriptions,
        np.concatenate((starts, zeros.astype(np.int64))),
        np.concatenate((lengths, zeros)),
        np.concatenate((firsts, pairs, long_rows.literals)),
    )


def anchor_on_rarest(rows: UnsortedRows, document_frequencies: U32) -> UnsortedRows:
    """Return the rows, each anchored at the rarest of its terms that must hold."""
    indices = np.flatnonzero(rows.lengths)
    if not len(indices):
        return rows
    longer = rows[indices]
    places = concatenate_ranges_nogil(longer.starts, longer.lengths)
    literals = rows.literals[places]
    weights = _term_weights(rows.anchors, literals, document_frequencies)
    opens = literals & OPENS_CLAUSE != 0
    is_required = opens & np.append(opens[1:], True) & (literals & NEGATED == 0)
    literal_weights = np.where(is_required, weights[literals >> 3], np.inf)
    firsts = cumulative_sums(longer.lengths) - longer.lengths
    least = np.minimum.reduceat(literal_weights, firsts)
    least[least >= weights[longer.anchors]] = -1
    row = repeat_indices(longer.lengths)
    rarer = np.flatnonzero(literal_weights == least[row])
    rarer = rarer[last_of_run(row[rarer])]
    row, places = row[rarer], places[rarer]
    # Swap the anchor and the rarest literal.
    anchors, swapped = rows.anchors.copy(), rows.literals.copy()
    anchors[indices[row]] = rows.literals[places] >> 3
    swapped[places] = longer.anchors[row] << 3 | rows.literals[places] & 7
    return UnsortedRows(anchors, rows.subscriptions, rows.starts, rows.lengths, swapped)


def _term_weights(anchors: U32, literals: U32, document_frequencies: U32) -> NDArray[np.float64]:
    """Return the frequency of each term in bulletins, refined by its frequency in queries.

    The latter is below 1. It decides while bulletins are few: what many people subscribe to is
    likely to be written about.
    """
    size = len(document_frequencies)
    query_frequencies = np.bincount(anchors, minlength=size)
    query_frequencies += np.bincount(literals >> 3, minlength=size)
    scale = query_frequencies.max(initial=0) + 1
    weights: NDArray[np.float64] = document_frequencies + query_frequencies / scale
    return weights
