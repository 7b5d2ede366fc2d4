"""Ambiguities of a query: names with several meanings, in the order of the text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matching.query.ast import NearTerm, Phrase, PlaceTerm, Query, Word

MAX_ALTERNATIVES = 5  # with the meaning taken as many as a person reads

Meaning = Word | Phrase | PlaceTerm | NearTerm


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Name with several meanings: the one taken, and the alternatives."""

    start: int  # in the text as typed, code points
    end: int  # exclusive
    text: str  # as typed, from start to end
    meaning: Meaning  # the one in the query
    alternatives: tuple[Meaning, ...]  # best first, at most five; six for a guess
    is_guess: bool = False  # no place has this name: the alternatives have similar names


class Ambiguities:
    """Ambiguities found so far in a text as typed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._items: list[Ambiguity] = []

    def __iter__(self) -> Iterator[Ambiguity]:
        return iter(self._items)

    @property
    def last(self) -> Ambiguity | None:
        """Return the ambiguity recorded last."""
        return self._items[-1] if self._items else None

    def record(
        self, start: int, end: int, meaning: Meaning, alternatives: Sequence[Meaning]
    ) -> None:
        """Record an ambiguity, if there are alternatives."""
        if alternatives:
            text = self._text[start:end]
            offered = tuple(alternatives[:MAX_ALTERNATIVES])
            self._items.append(Ambiguity(start, end, text, meaning, offered))

    def record_guess(
        self, start: int, end: int, literal: Word | Phrase, places: tuple[PlaceTerm, ...]
    ) -> None:
        """Record places with similar names for a word that no place is called."""
        text = self._text[start:end]
        self._items.append(Ambiguity(start, end, text, literal, places, is_guess=True))

    def choose_place(self, literal: Query, place: Query) -> None:
        """Record that a word was read as a place, with the word as an alternative."""
        for index, ambiguity in enumerate(self._items):
            if ambiguity.meaning == literal and place in ambiguity.alternatives:
                remaining = [term for term in ambiguity.alternatives if term != place]
                alternatives = (*remaining[: MAX_ALTERNATIVES - 1], ambiguity.meaning)
                self._items[index] = replace(ambiguity, meaning=place, alternatives=alternatives)
                return

    def pop(self, start: int, meaning: Query) -> Ambiguity | None:
        """Remove and return the last ambiguity if it has this meaning and begins at or after."""
        last = self.last
        if last is None or last.start < start or last.meaning != meaning:
            return None
        return self._items.pop()

    def remove_from(self, start: int) -> None:
        """Remove the ambiguities that begin at a position or after it."""
        self._items = [item for item in self._items if item.start < start]
