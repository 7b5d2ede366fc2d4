"""All subscriptions at once: a reading becomes the subscribers it concerns.

Only the terms that stand in a reading cost anything. A subscription of one term is a bit in that
term's bitmap; any other waits at the terms of one clause it cannot do without, and is evaluated
when one of them is there.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from pyroaring import BitMap

from matching.evaluate import evaluate, holds
from matching.facts import Reading
from matching.inflection import forms
from matching.query import (
    And,
    Not,
    Or,
    Phrase,
    PlaceTerm,
    Query,
    SourceTerm,
    Term,
    TopicTerm,
    Word,
    needs_a_term,
)


class Mode(IntEnum):
    """What a match does; of several the strongest counts, which is the smallest number."""

    RING = 0  # at once, with sound
    SILENT = 1  # at once, without
    HELD = 2  # kept for a digest


@dataclass(frozen=True, slots=True)
class Matches:
    """Numbers of subscribers; one stands only in the strongest of its modes."""

    ring: BitMap
    silent: BitMap
    held: BitMap


@dataclass(frozen=True, slots=True)
class _Subscription:
    """What was added."""

    subscriber: int
    query: Query
    mode: Mode


class _Posting:
    """Who waits at one term."""

    __slots__ = ("alone", "anchored", "repeated")

    def __init__(self) -> None:
        self.alone = tuple(BitMap() for _ in Mode)  # subscribers of nothing but this term
        self.repeated: Counter[tuple[Mode, int]] = Counter()  # who subscribed to it once more
        self.anchored: dict[int, _Subscription] = {}  # by number: to be evaluated

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


class Index:
    """Subscriptions by number, matched together."""

    def __init__(self) -> None:
        self._subscriptions: dict[int, _Subscription] = {}
        self._postings: dict[Term, _Posting] = {}
        self._starting: dict[str, set[Word | Phrase]] = {}  # form of a first word -> terms
        self._places: set[str] = set()  # codes that are waited at

    def __len__(self) -> int:
        return len(self._subscriptions)

    def add(self, subscription: int, subscriber: int, query: Query, mode: Mode) -> None:
        """Add a subscription, or replace the one of this number.

        subscriber is a dense 32-bit number. ValueError for a query that would hold for a text
        without any of its terms; parse() refuses those.
        """
        if not needs_a_term(query):
            raise ValueError("the query holds for a text without any of its terms")
        self.remove(subscription)
        added = _Subscription(subscriber, query, mode)
        self._subscriptions[subscription] = added
        for term in _anchors(query):
            posting = self._posting(term)
            if term == query:
                posting.add(mode, subscriber)
            else:
                posting.anchored[subscription] = added

    def remove(self, subscription: int) -> None:
        """Remove a subscription; an unknown number is none."""
        removed = self._subscriptions.pop(subscription, None)
        if removed is None:
            return
        for term in _anchors(removed.query):
            posting = self._postings[term]
            if term == removed.query:
                posting.discard(removed.mode, removed.subscriber)
            else:
                del posting.anchored[subscription]
            if not posting:
                self._forget(term)

    def match(self, reading: Reading) -> Matches:
        """The subscribers a reading concerns."""
        ring, silent, held = found = tuple(BitMap() for _ in Mode)
        for term in self._present(reading):
            posting = self._postings[term]
            for bits, alone in zip(found, posting.alone, strict=True):
                bits |= alone  # noqa: PLW2901 - it grows in place
            for candidate in posting.anchored.values():
                bits = found[candidate.mode]
                if candidate.subscriber not in bits and evaluate(candidate.query, reading):
                    bits.add(candidate.subscriber)
        silent -= ring
        held -= ring | silent
        return Matches(ring, silent, held)

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
            for form in _first_forms(term):
                self._starting.setdefault(form, set()).add(term)  # type: ignore[arg-type]
        return posting

    def _forget(self, term: Term) -> None:
        del self._postings[term]
        if isinstance(term, PlaceTerm):
            self._places.discard(term.code)
        for form in _first_forms(term):
            waiting = self._starting[form]
            waiting.discard(term)
            if not waiting:
                del self._starting[form]


def _first_forms(term: Term) -> frozenset[str]:
    match term:
        case Word(text):
            return forms(text)
        case Phrase((first, *_)):
            return forms(first)
        case _:
            return frozenset()


# How often a term of each kind stands in a bulletin, roughly and against each other.
_COMMON = {Phrase: 1, Word: 4, PlaceTerm: 10, SourceTerm: 50, TopicTerm: 50}


def _anchors(query: Query) -> frozenset[Term]:
    """The terms of which one must hold for the query to hold: of several such sets the rarest."""
    anchors = _clause(query, negated=False)
    assert anchors, "needs_a_term() was asked"  # noqa: S101 - for the types
    return anchors


def _clause(query: Query, *, negated: bool) -> frozenset[Term] | None:
    """None: the query may hold without any of its terms."""
    match query:
        case And(parts) | Or(parts):
            clauses = [_clause(part, negated=negated) for part in parts]
            known = [clause for clause in clauses if clause is not None]
            if isinstance(query, Or) is negated:  # an AND, or by De Morgan a negated OR
                return min(known, key=_rarity, default=None)
            return frozenset().union(*known) if len(known) == len(clauses) else None
        case Not(part):
            return _clause(part, negated=not negated)
        case _:
            return None if negated else frozenset((query,))


def _rarity(clause: frozenset[Term]) -> int:
    return sum(_COMMON[type(term)] for term in clause)
