"""A segment made anew, of one in use and of what came since.

All of it is work on whole arrays, in which numpy lets other threads run.
"""

from collections import Counter
from itertools import pairwise

import numpy as np

from matching.index.arrays import (
    U32,
    U64,
    Flags,
    Numbers,
    bitmap,
    distinct,
    distinct_at,
    lasts,
    offsets,
    positions,
    sums,
)
from matching.index.matches import PLANE, Mode
from matching.index.segment import GONE, MORE, Crowds, More, Owners, Rows, Seconds, Segment
from matching.index.term_dictionary import NONE, Vocabulary, vocabulary
from matching.index.unsorted_rows import Loose, loosened, rarest_first
from matching.index.write_buffer import Gathering

_CROWD = 9
"""So many subscribers of one term for each part of a bitmap of them are a bitmap: a part is 65,536
numbers, costs memory and time of its own."""


def empty() -> Segment:
    """A segment of nothing."""
    none, keys = np.empty(0, np.uint32), np.empty(0, np.uint64)
    at = np.zeros(1, np.uint32)
    return Segment(
        vocabulary(keys, keys, none, none, none, none),
        seen=none,
        rows=Rows(at, none),
        seconds=Seconds(none, none),
        more=More(none, at, none),
        crowds=Crowds({}, Counter(), none),
        owners=Owners(none, none, 0),
        whos=none,
        holds=_holds(0),
    )


def build(old: Segment, new: Gathering) -> Segment:
    """Both together without what was removed.

    old may go on to be used, and what is removed from it meanwhile may be in the result.
    """
    words = _vocabulary(old.vocabulary, new)
    size = len(words.keys)
    renumbered = np.searchsorted(words.keys, old.vocabulary.keys).astype(np.uint32)
    seen = np.zeros(size, np.uint32)
    seen[renumbered] = old.seen
    ids, whos, indices = _subscriptions(old, new)
    rows = Loose.joined(
        loosened(old).renumbered(renumbered),
        Loose.gathered(new, words.keys, len(indices) - len(new.ids)),
    )
    rows = rarest_first(rows.owned(indices), seen).sorted()
    crowded = _crowded(rows, whos)
    lone, crowds = rows[~crowded], rows[crowded]
    owners = np.concatenate((lone.subscriptions, crowds.subscriptions))
    places = np.argsort(owners, kind="stable")
    return Segment(
        words,
        seen,
        _rows(lone, size),
        _seconds(lone, size),
        _more(lone),
        _crowds(crowds, whos),
        Owners(ids[owners[places]], places.astype(np.uint32), len(ids)),
        whos[owners],
        _holds(size),
    )


def _holds(size: int) -> Flags:
    """By literal: of so many terms none holds, and beyond them one literal always does."""
    holds = np.tile(np.array((False, True)), size + 1)
    holds[2 * size] = True
    return holds


def _vocabulary(old: Vocabulary, new: Gathering) -> Vocabulary:
    known = old.phrases
    firsts, seconds, both = (
        np.concatenate((old.keys[numbers], np.array(keys, np.uint64)))
        for numbers, keys in (
            (known.pairs >> np.uint64(32), new.firsts),
            (known.pairs & np.uint64(0xFFFFFFFF), new.seconds),
            (known.both & NONE, new.both),
        )
    )
    once = distinct_at(both)
    keys: U64 = distinct(np.concatenate((old.keys, np.array(new.terms, np.uint64), both)))
    phrases = (
        np.searchsorted(keys, part[once]).astype(np.uint32) for part in (firsts, seconds, both)
    )
    forms, words = np.array(new.forms, np.uint64), np.array(new.words, np.uint64)
    unknown = ~positions(old.keys, words)[1]
    forms = np.concatenate((old.forms, forms[unknown]))
    numbers = old.words[:-1] & NONE
    words = np.concatenate((old.keys[numbers], words[unknown]))
    return vocabulary(keys, forms, np.searchsorted(keys, words).astype(np.uint32), *phrases)


def _subscriptions(old: Segment, new: Gathering) -> tuple[U32, U32, Numbers]:
    """Ids and subscribers in the new order, and by index in the old one (then in what is new) the
    index in the new one, -1 for what was removed.
    """
    first = np.flatnonzero(old.owners.firsts())
    whos = np.concatenate((old.whos[old.owners.places[first]], np.array(new.whos, np.uint32)))
    ids = np.concatenate((old.owners.ids[first], np.array(new.ids, np.uint32)))
    there = np.flatnonzero(whos < GONE)
    order = there[np.argsort(ids[there], kind="stable")]
    order = order[lasts(ids[order])]
    indices = np.full(len(ids), -1, np.int64)
    indices[order] = np.arange(len(order))
    return ids[order], whos[order], indices


def _crowded(rows: Loose, whos: U32) -> Flags:
    """Which rows go into bitmaps: of those of a term alone the ones that many have."""
    alone: Flags = rows.lengths == 0
    counts = np.bincount(rows.anchors[alone], minlength=1)
    parts = len(Mode) * (1 + int((whos % PLANE).max(initial=0) >> 16))
    many = counts >= _CROWD * parts
    crowded = alone.copy()
    crowded[alone] = many[rows.anchors[alone]]
    return crowded


def _rows(rows: Loose, size: int) -> Rows:
    literals = np.full(len(rows.anchors), 2 * size, np.uint32)
    first = rows.begins_with(1)
    literals[first] = rows.literals[rows.starts[first]] >> 2
    literals[rows.lengths > 1] |= np.uint32(MORE)
    return Rows(offsets(rows.anchors, size), literals)


def _seconds(rows: Loose, size: int) -> Seconds:
    several = np.flatnonzero(rows.lengths > 1)
    chosen = rows[several]
    literals = np.full(len(several), 2 * size | MORE, np.uint32)
    two = _are_two(chosen)
    literals[two] = rows.literals[chosen.starts[two] + 1] >> 2
    return Seconds(several.astype(np.uint32), literals)


def _are_two(rows: Loose) -> Flags:
    two: Flags = (rows.lengths == 2) & rows.begins_with(2)
    return two


def _more(rows: Loose) -> More:
    several = np.flatnonzero((rows.lengths > 1) & ~_are_two(rows))
    chosen = rows[several]
    at = np.concatenate((np.zeros(1, np.int64), sums(chosen.lengths)))
    return More(several.astype(np.uint32), at.astype(np.uint32), chosen.flat())


def _crowds(rows: Loose, whos: U32) -> Crowds:
    here = whos[rows.subscriptions]
    keys = np.sort(rows.anchors.astype(np.uint64) << np.uint64(32) | here)
    twice = keys[1:][keys[1:] == keys[:-1]].tolist()
    terms = distinct(rows.anchors)
    starts = np.searchsorted(rows.anchors, terms).tolist()
    bits = {}
    for term, (start, end) in zip(terms.tolist(), pairwise([*starts, len(here)]), strict=True):
        bits[term] = bitmap(here[start:end])
    repeated = Counter((key >> 32, key & 0xFFFFFFFF) for key in twice)
    return Crowds(bits, repeated, rows.anchors)
