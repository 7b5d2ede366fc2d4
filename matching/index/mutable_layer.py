"""Subscriptions that can change at once: in dictionaries, each evaluated by itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from matching.index.matches import PLANE, Mode
from matching.morphology.inflection import forms
from matching.query.ast import Phrase, PlaceTerm, Query, SourceTerm, Term, TopicTerm, Word
from matching.query.evaluator import evaluate, holds
from matching.query.normal_form import anchors
from matching.text.reading import Reading


@dataclass(frozen=True, slots=True)
class Subscription:
    """What was added."""

    subscriber: int
    query: Query
    mode: Mode


def check_numbers(subscription: int, subscriber: int) -> None:
    """ValueError for what does not fit in 32 bits, of the latter with a mode beside it."""
    if not 0 <= subscription < 1 << 32:
        raise ValueError(f"not the number of a subscription: {subscription}")
    if not 0 <= subscriber < PLANE:
        raise ValueError(f"not the number of a subscriber: {subscriber}")


class _Posting:
    """Who waits at one term."""

    __slots__ = ("alone", "anchored", "repeated")

    def __init__(self) -> None:
        self.alone = tuple(BitMap() for _ in Mode)  # subscribers of nothing but this term
        self.repeated: Counter[tuple[Mode, int]] = Counter()  # who subscribed to it once more
        self.anchored: dict[int, Subscription] = {}  # by number: to be evaluated

    def __bool__(self) -> bool:
        return bool(self.anchored) or any(self.alone)

    def add(self, mode: Mode, subscriber: int) -> None:
        if subscriber in self.alone[mode]:
            self.repeated[mode, subscriber] += 1
        self.alone[mode].add(subscriber)

    def discard(self, mode: Mode, subscriber: int) -> None:
        if self.repeated[mode, subscriber]:
            self.repeated[mode, subscriber] -= 1
        else:
            del self.repeated[mode, subscriber]
            self.alone[mode].discard(subscriber)


class Recent:
    """A few subscriptions by number.

    One of a single term is a bit in that term's bitmap; any other waits at the terms of one clause
    it cannot do without, and is evaluated when one of them is there.
    """

    def __init__(self) -> None:
        self.subscriptions: dict[int, Subscription] = {}
        self._postings: dict[Term, _Posting] = {}
        # By form of a first word the terms: a tuple, the same one for all forms of most words, so
        # that the collector of garbage has little to look through.
        self._starting: dict[str, tuple[Term, ...]] = {}
        self._places: set[str] = set()  # codes that are waited at

    def add(self, number: int, added: Subscription) -> None:
        """Add a subscription of a number that is not there."""
        self.subscriptions[number] = added
        for term in anchors(added.query):
            posting = self._posting(term)
            if term == added.query:
                posting.add(added.mode, added.subscriber)
            else:
                posting.anchored[number] = added

    def remove(self, number: int) -> bool:
        """Whether there was a subscription of this number."""
        removed = self.subscriptions.pop(number, None)
        if removed is None:
            return False
        for term in anchors(removed.query):
            posting = self._postings[term]
            if term == removed.query:
                posting.discard(removed.mode, removed.subscriber)
            else:
                del posting.anchored[number]
            if not posting:
                self._forget(term)
        return True

    def match(self, reading: Reading, found: tuple[BitMap, BitMap, BitMap]) -> None:
        """Add the subscribers of each mode a reading concerns to those found."""
        if not self.subscriptions:
            return
        for term in self._present(reading):
            posting = self._postings[term]
            for bits, alone in zip(found, posting.alone, strict=True):
                bits |= alone  # noqa: PLW2901 - it grows in place
            for candidate in posting.anchored.values():
                bits = found[candidate.mode]
                if candidate.subscriber not in bits and evaluate(candidate.query, reading):
                    bits.add(candidate.subscriber)

    def _present(self, reading: Reading) -> Iterator[Term]:
        """The terms somebody waits at that hold for a reading."""
        starting = self._starting
        begun = {term for text in reading.where for term in starting.get(text, ())}
        yield from (term for term in begun if isinstance(term, Word) or holds(term, reading))
        codes = self._places & reading.within
        codes.update(*(self._places & inside for inside in reading.below.values()))
        said: list[Term] = [SourceTerm(reading.source), *map(TopicTerm, reading.topics)]
        yield from (term for term in said if term in self._postings)
        yield from map(PlaceTerm, codes)

    def _posting(self, term: Term) -> _Posting:
        """The posting of a term, made when there is none."""
        posting = self._postings.get(term)
        if posting is None:
            posting = self._postings[term] = _Posting()
            if isinstance(term, PlaceTerm):
                self._places.add(term.code)
            alone = (term,)
            for form in _first_forms(term):
                others = self._starting.get(form)
                self._starting[form] = (*others, term) if others else alone
        return posting

    def _forget(self, term: Term) -> None:
        del self._postings[term]
        if isinstance(term, PlaceTerm):
            self._places.discard(term.code)
        for form in _first_forms(term):
            waiting = tuple(other for other in self._starting[form] if other != term)
            if waiting:
                self._starting[form] = waiting
            else:
                del self._starting[form]


def _first_forms(term: Term) -> frozenset[str]:
    match term:
        case Word(text):
            return forms(text)
        case Phrase((first, *_)):
            return forms(first)
        case _:
            return frozenset()
