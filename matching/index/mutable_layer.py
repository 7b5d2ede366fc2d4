"""Mutable layer (memtable): recent subscriptions in dictionaries, evaluated one by one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from matching.index.circles import CircleTable, build_circles_of
from matching.index.matches import MODE_STRIDE, MatchMode
from matching.morphology.piece_forms import piece_forms
from matching.query.ast import (
    NearTerm,
    PlaceTerm,
    PropertyTerm,
    Query,
    SourceTerm,
    Term,
    TopicTerm,
)
from matching.query.evaluator import evaluate, evaluate_term, term_pieces, topics_of
from matching.query.normal_form import anchor_terms
from matching.text.reading import MatchableReading


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """Index entry: a subscription as the index holds it."""

    subscriber: int
    query: Query
    mode: MatchMode


def check_numbers(subscription: int, subscriber: int) -> None:
    """Raise ValueError for numbers out of range.

    A subscription has 32 bits, a subscriber 29: it is packed with a mode.
    """
    if not 0 <= subscription < 1 << 32:
        raise ValueError(f"not the number of a subscription: {subscription}")
    if not 0 <= subscriber < MODE_STRIDE:
        raise ValueError(f"not the number of a subscriber: {subscriber}")


class _PostingList:
    """Posting list of one term."""

    __slots__ = ("anchored", "duplicate_counts", "subscribers")

    def __init__(self) -> None:
        # By mode: the subscribers with a query of this term alone.
        self.subscribers = tuple(BitMap() for _ in MatchMode)
        # How many further such subscriptions a subscriber has.
        self.duplicate_counts: Counter[tuple[MatchMode, int]] = Counter()
        self.anchored: dict[int, IndexEntry] = {}  # by subscription: candidates to evaluate

    def __bool__(self) -> bool:
        return bool(self.anchored) or any(self.subscribers)

    def add(self, mode: MatchMode, subscriber: int) -> None:
        if subscriber in self.subscribers[mode]:
            self.duplicate_counts[mode, subscriber] += 1
        self.subscribers[mode].add(subscriber)

    def discard(self, mode: MatchMode, subscriber: int) -> None:
        if self.duplicate_counts[mode, subscriber]:
            self.duplicate_counts[mode, subscriber] -= 1
        else:
            del self.duplicate_counts[mode, subscriber]
            self.subscribers[mode].discard(subscriber)


class MutableLayer:
    """Mutable layer of an index: a few subscriptions by number.

    A query of a single term is a bit in the bitmap of that term. Any other is anchored at the terms
    of its rarest necessary clause; it is a candidate, and evaluated, when one of them occurs.
    """

    def __init__(self) -> None:
        self.entries: dict[int, IndexEntry] = {}
        self._postings: dict[Term, _PostingList] = {}
        # By form of the first word. Tuples, and the same one for all forms of most words, so that
        # the garbage collector has few objects to visit.
        self._terms_by_form: dict[str, tuple[Term, ...]] = {}
        self._place_codes: set[str] = set()  # of the place terms in _postings
        self._property_terms: set[PropertyTerm] = set()  # in _postings
        # The circles in _postings, and a table of them, made at the next need after a change.
        self._near_terms: dict[NearTerm, None] = {}
        self._circles: CircleTable | None = None

    def add(self, number: int, entry: IndexEntry) -> None:
        """Add a subscription. Its number must not be in the layer."""
        self.entries[number] = entry
        for term in anchor_terms(entry.query):
            posting_list = self._get_posting_list(term)
            if term == entry.query:
                posting_list.add(entry.mode, entry.subscriber)
            else:
                posting_list.anchored[number] = entry

    def remove(self, number: int) -> bool:
        """Remove a subscription; return whether it was there."""
        entry = self.entries.pop(number, None)
        if entry is None:
            return False
        for term in anchor_terms(entry.query):
            posting_list = self._postings[term]
            if term == entry.query:
                posting_list.discard(entry.mode, entry.subscriber)
            else:
                del posting_list.anchored[number]
            if not posting_list:
                self._remove_posting_list(term)
        return True

    def match(self, reading: MatchableReading, subscribers: Sequence[BitMap]) -> None:
        """Add the matching subscribers of each mode to the bitmaps."""
        if not self.entries:
            return
        for term in self._find_terms(reading):
            posting_list = self._postings[term]
            for bitmap, single_term in zip(subscribers, posting_list.subscribers, strict=True):
                bitmap |= single_term  # noqa: PLW2901 - it grows in place
            for candidate in posting_list.anchored.values():
                bitmap = subscribers[candidate.mode]
                if candidate.subscriber not in bitmap and evaluate(candidate.query, reading):
                    bitmap.add(candidate.subscriber)

    def _find_terms(self, reading: MatchableReading) -> Iterator[Term]:
        """Yield the terms with a posting list that hold for a reading."""
        terms_by_form = self._terms_by_form
        texts = reading.pieces.texts
        possible = {term for text in texts for term in terms_by_form.get(text, ())}
        for term in possible:
            if len(term_pieces(term)) == 1 or evaluate_term(term, reading):
                yield term
        codes = self._place_codes & reading.regions
        codes.update(
            *(self._place_codes & subtree for subtree in reading.affected_subtrees.values())
        )
        context: list[Term] = [SourceTerm(reading.source), *map(TopicTerm, topics_of(reading))]
        yield from (term for term in context if term in self._postings)
        yield from map(PlaceTerm, codes)
        if reading.measures:
            yield from (term for term in self._property_terms if evaluate_term(term, reading))
        if self._near_terms and reading.points:
            yield from self._find_circles(reading)

    def _find_circles(self, reading: MatchableReading) -> Iterator[Term]:
        near_terms = [*self._near_terms]
        if self._circles is None:
            self._circles = build_circles_of(near_terms)
        return (near_terms[number] for number in self._circles.find(reading.points).tolist())

    def _get_posting_list(self, term: Term) -> _PostingList:
        """Return the posting list of a term; create it if there is none."""
        posting_list = self._postings.get(term)
        if posting_list is None:
            posting_list = self._postings[term] = _PostingList()
            match term:
                case PlaceTerm(code):
                    self._place_codes.add(code)
                case PropertyTerm():
                    self._property_terms.add(term)
                case NearTerm():
                    self._near_terms[term] = self._circles = None
            only_term = (term,)
            for form in _first_word_forms(term):
                terms = self._terms_by_form.get(form)
                self._terms_by_form[form] = (*terms, term) if terms else only_term
        return posting_list

    def _remove_posting_list(self, term: Term) -> None:
        del self._postings[term]
        match term:
            case PlaceTerm(code):
                self._place_codes.discard(code)
            case PropertyTerm():
                self._property_terms.discard(term)
            case NearTerm():
                del self._near_terms[term]
                self._circles = None
        for form in _first_word_forms(term):
            terms = tuple(other for other in self._terms_by_form[form] if other != term)
            if terms:
                self._terms_by_form[form] = terms
            else:
                del self._terms_by_form[form]


def _first_word_forms(term: Term) -> frozenset[str]:
    pieces = term_pieces(term)
    return piece_forms(pieces[0]) if pieces else frozenset()
