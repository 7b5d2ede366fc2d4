"""Segment builder: merges a segment and a write buffer into a new segment.

Works on whole arrays, during which numpy releases the GIL and other threads run.
"""

from collections import Counter
from itertools import pairwise

import numpy as np

from matching.index.arrays import (
    U32,
    U64,
    Indices,
    Mask,
    cumulative_sums,
    distinct,
    distinct_indices,
    find_sorted,
    group_offsets,
    last_of_run,
    to_bitmap,
)
from matching.index.circles import CircleTable, build_circles, build_circles_of
from matching.index.matches import MODE_STRIDE
from matching.index.segment import (
    HAS_MORE,
    REMOVED,
    BitmapPostings,
    LongRows,
    Postings,
    RowOwners,
    SecondLiterals,
    Segment,
)
from matching.index.term_dictionary import NO_TERM, TermDictionary, build_dictionary
from matching.index.unsorted_rows import UnsortedRows, anchor_on_rarest, extract_rows
from matching.index.write_buffer import WriteBuffer

_MIN_PER_CONTAINER = 9
"""Least number of subscribers of one term, for each container of its bitmap, that make a bitmap
worthwhile. A container covers 65,536 numbers and has a cost in memory and time of its own."""


def empty_segment() -> Segment:
    """Return a segment without subscriptions."""
    none, keys = np.empty(0, np.uint32), np.empty(0, np.uint64)
    offsets = np.zeros(1, np.uint32)
    return Segment(
        build_dictionary(keys, keys, none, (none, none, none), build_circles_of(())),
        document_frequencies=none,
        postings=Postings(offsets, none),
        second_literals=SecondLiterals(none, none),
        long_rows=LongRows(none, offsets, none),
        bitmap_postings=BitmapPostings({}, Counter(), none),
        owners=RowOwners(none, none, 0),
        packed_subscribers=none,
        literal_values=_initial_literal_values(0),
    )


def build_segment(base: Segment, buffer: WriteBuffer) -> Segment:
    """Return a segment with the subscriptions of both, without the removed ones.

    The base may be in use meanwhile; what is removed from it during the build may be in the result.
    """
    dictionary = _merge_dictionary(base.dictionary, buffer)
    size = len(dictionary.keys)
    numbers = np.searchsorted(dictionary.keys, base.dictionary.keys).astype(np.uint32)
    frequencies = np.zeros(size, np.uint32)
    frequencies[numbers] = base.document_frequencies
    ids, packed, indices = _merge_subscriptions(base, buffer)
    rows = UnsortedRows.concatenate(
        extract_rows(base).renumber_terms(numbers),
        UnsortedRows.from_buffer(buffer, dictionary.keys, len(indices) - len(buffer.ids)),
    )
    rows = anchor_on_rarest(rows.renumber_subscriptions(indices), frequencies).sort()
    in_bitmap = _bitmap_mask(rows, packed)
    flat_rows, bitmap_rows = rows[~in_bitmap], rows[in_bitmap]
    owners = np.concatenate((flat_rows.subscriptions, bitmap_rows.subscriptions))
    positions = np.argsort(owners, kind="stable")
    return Segment(
        dictionary,
        frequencies,
        _build_postings(flat_rows, size),
        _build_second_literals(flat_rows, size),
        _build_long_rows(flat_rows),
        _build_bitmap_postings(bitmap_rows, packed),
        RowOwners(ids[owners[positions]], positions.astype(np.uint32), len(ids)),
        packed[owners],
        _initial_literal_values(size),
    )


def _initial_literal_values(size: int) -> Mask:
    """Return the values of the literals of `size` absent terms, and of one that always holds."""
    values = np.tile(np.array((False, True)), size + 1)
    values[2 * size] = True
    return values


def _merge_dictionary(base: TermDictionary, buffer: WriteBuffer) -> TermDictionary:
    trie = base.phrases
    edge_prefixes, edge_words, edge_nodes = (
        np.concatenate((base.keys[numbers], np.array(keys, np.uint64)))
        for numbers, keys in (
            (trie.edges >> np.uint64(32), buffer.edge_prefixes),
            (trie.edges & np.uint64(0xFFFFFFFF), buffer.edge_words),
            (trie.nodes & NO_TERM, buffer.edge_nodes),
        )
    )
    unique = distinct_indices(edge_nodes)
    keys: U64 = distinct(
        np.concatenate((base.keys, np.array(buffer.term_keys, np.uint64), edge_nodes))
    )
    prefixes, next_words, nodes = (
        np.searchsorted(keys, part[unique]).astype(np.uint32)
        for part in (edge_prefixes, edge_words, edge_nodes)
    )
    forms, words = np.array(buffer.forms, np.uint64), np.array(buffer.form_words, np.uint64)
    is_new = ~find_sorted(base.keys, words)[1]
    forms = np.concatenate((base.forms, forms[is_new]))
    numbers = base.words[:-1] & NO_TERM
    words = np.concatenate((base.keys[numbers], words[is_new]))
    return build_dictionary(
        keys,
        forms,
        np.searchsorted(keys, words).astype(np.uint32),
        (prefixes, next_words, nodes),
        _merge_circles(base, buffer, keys),
    )


def _merge_circles(base: TermDictionary, buffer: WriteBuffer, keys: U64) -> CircleTable:
    """Return the circles of both, with the numbers of their terms among the keys."""
    circles = base.circles
    circle_keys = np.concatenate(
        (base.keys[circles.terms], np.array(buffer.circle_keys, np.uint64))
    )
    unique = distinct_indices(circle_keys)
    latitudes, longitudes, radii = (
        np.concatenate((first, np.array(second, first.dtype)))[unique]
        for first, second in (
            (circles.latitudes, buffer.circle_latitudes),
            (circles.longitudes, buffer.circle_longitudes),
            (circles.radii, buffer.circle_radii),
        )
    )
    numbers = np.searchsorted(keys, circle_keys[unique]).astype(np.uint32)
    return build_circles(latitudes, longitudes, radii, numbers)


def _merge_subscriptions(base: Segment, buffer: WriteBuffer) -> tuple[U32, U32, Indices]:
    """Return the sorted numbers, the packed subscribers, and the new index of each old index.

    Old indices count the subscriptions of the base, then those of the buffer. The new index of a
    removed subscription is -1.
    """
    first = np.flatnonzero(base.owners.first_of_subscription())
    base_packed = base.packed_subscribers[base.owners.positions[first]]
    packed = np.concatenate((base_packed, np.array(buffer.packed_subscribers, np.uint32)))
    ids = np.concatenate((base.owners.ids[first], np.array(buffer.ids, np.uint32)))
    live = np.flatnonzero(packed < REMOVED)
    order = live[np.argsort(ids[live], kind="stable")]
    order = order[last_of_run(ids[order])]
    indices = np.full(len(ids), -1, np.int64)
    indices[order] = np.arange(len(order))
    return ids[order], packed[order], indices


def _bitmap_mask(rows: UnsortedRows, packed: U32) -> Mask:
    """Return a mask of the rows that go into bitmaps: single-term rows of terms with many."""
    single_term: Mask = rows.lengths == 0
    counts = np.bincount(rows.anchors[single_term], minlength=1)
    modes = np.count_nonzero(np.bincount(packed // MODE_STRIDE))
    containers = modes * (1 + int((packed % MODE_STRIDE).max(initial=0) >> 16))
    is_frequent = counts >= _MIN_PER_CONTAINER * containers
    mask = single_term.copy()
    mask[single_term] = is_frequent[rows.anchors[single_term]]
    return mask


def _build_postings(rows: UnsortedRows, size: int) -> Postings:
    literals = np.full(len(rows.anchors), 2 * size, np.uint32)
    unit = rows.starts_with_unit_clauses(1)
    literals[unit] = rows.literals[rows.starts[unit]] >> 2
    literals[rows.lengths > 1] |= np.uint32(HAS_MORE)
    return Postings(group_offsets(rows.anchors, size), literals)


def _build_second_literals(rows: UnsortedRows, size: int) -> SecondLiterals:
    indices = np.flatnonzero(rows.lengths > 1)
    longer = rows[indices]
    literals = np.full(len(indices), 2 * size | HAS_MORE, np.uint32)
    pairs = _has_two_unit_clauses(longer)
    literals[pairs] = rows.literals[longer.starts[pairs] + 1] >> 2
    return SecondLiterals(indices.astype(np.uint32), literals)


def _has_two_unit_clauses(rows: UnsortedRows) -> Mask:
    mask: Mask = (rows.lengths == 2) & rows.starts_with_unit_clauses(2)
    return mask


def _build_long_rows(rows: UnsortedRows) -> LongRows:
    indices = np.flatnonzero((rows.lengths > 1) & ~_has_two_unit_clauses(rows))
    longer = rows[indices]
    offsets = np.concatenate((np.zeros(1, np.int64), cumulative_sums(longer.lengths)))
    return LongRows(indices.astype(np.uint32), offsets.astype(np.uint32), longer.flat_literals())


def _build_bitmap_postings(rows: UnsortedRows, packed: U32) -> BitmapPostings:
    subscribers = packed[rows.subscriptions]
    keys = np.sort(rows.anchors.astype(np.uint64) << np.uint64(32) | subscribers)
    duplicates = keys[1:][keys[1:] == keys[:-1]].tolist()
    terms = distinct(rows.anchors)
    starts = np.searchsorted(rows.anchors, terms).tolist()
    bitmaps = {}
    ranges = pairwise([*starts, len(subscribers)])
    for term, (start, end) in zip(terms.tolist(), ranges, strict=True):
        bitmaps[term] = to_bitmap(subscribers[start:end])
    duplicate_counts = Counter((key >> 32, key & 0xFFFFFFFF) for key in duplicates)
    return BitmapPostings(bitmaps, duplicate_counts, rows.anchors)
