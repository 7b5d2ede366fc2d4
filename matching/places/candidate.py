"""Candidate: words of a text that may be a toponym, as the pipeline passes them on."""

from dataclasses import dataclass

from matching.places.name_index import Spelling

CONJUNCTIONS = frozenset(("та", "і", "й", "и", "and", "e", "ed", "або", "чи", "или", "or", "o"))


@dataclass(slots=True)
class Candidate:
    """Words that may be the name of a place, with the possible referents."""

    first: int  # position of the first word
    size: int  # words
    start: int  # code points
    end: int  # exclusive
    words: tuple[str, ...]  # in the form of the text, normalised
    referents: tuple[int, ...]  # region numbers, likeliest first
    spelling: Spelling | None  # None: a demonym or a flag emoji
    weak_referents: tuple[int, ...] = ()  # regions that it means only if the text shows so
    is_certain: bool = False  # needs no disambiguation
    is_elliptic: bool = False  # an adjective without its noun: на Харківській
    is_rejected: bool = False
    is_accepted: bool = False

    @property
    def is_weak(self) -> bool:
        """True if it means no region unless the text shows so."""
        return self.referents[:1] == self.weak_referents[:1]

    @property
    def name_words(self) -> tuple[str, ...]:
        """Words of the name as it is spelled, in the nominative; of a demonym its own."""
        return self.spelling.words if self.spelling else self.words

    @property
    def is_nominative(self) -> bool:
        """True if the text has the name as it is spelled, in no other case."""
        return self.words == self.name_words

    def prefer(self, *numbers: int) -> None:
        """Put these referents first."""
        self.referents = tuple(dict.fromkeys((*numbers, *self.referents)))

    @property
    def last(self) -> int:
        """Position of the last word."""
        return self.first + self.size - 1
