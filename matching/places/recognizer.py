"""Names of places in a text: where one is written, and of which place it is the name."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from matching.morphology import demonyms
from matching.places.candidates import Candidate, Scanner
from matching.places.disambiguation import Judge
from matching.places.lexicon import Customs
from matching.places.mention_context import Surroundings
from matching.places.name_index import Spellings, plain
from matching.places.region_table import Table
from matching.text.tokenizer import Line, Token

__all__ = ["Customs", "Hit", "Names"]

_MOST_CODES = 6


class Hit(NamedTuple):
    """A name found in a text."""

    codes: tuple[str, ...]  # of those who bear it, the one that is meant first
    first: int  # the position of its first word; -1 of a flag, which is no word
    start: int  # code points
    end: int  # exclusive


class Names:
    """The names of a table's regions."""

    def __init__(self, spellings: Spellings, table: Table, customs: Customs) -> None:
        self._spellings = spellings
        self._table = table
        self._customs = customs
        self._scanner = Scanner(spellings, table, customs, demonyms.load())

    def bearers(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """The codes of those who bear a name, likeliest first.

        Of a case form that is nobody's name itself only the places a bare name can mean.
        """
        key = tuple(map(plain, key))
        known = self._spellings.find(key)
        exact = [spelling for spelling in known if spelling.words == key]
        known = tuple(s for s in known if self._table.region(s.numbers[0]).is_known)
        numbers = {n for spelling in exact or known for n in spelling.numbers}
        ranked = sorted(numbers, key=lambda number: self._table.region(number).likeliness)
        return tuple(self._table.codes[number] for number in ranked)

    def longest(self, first: str) -> int:
        """How many words the longest name has that begins with this one; 0: none does."""
        return self._spellings.longest(first)

    def is_ordinary(self, line: Sequence[Token]) -> bool:
        """Whether the name is an ordinary word as well."""
        if len(line) != 1:
            return False
        name = line[0].text
        customs = self._customs
        known = self._spellings.find((name,))
        return (
            name in customs.ordinary
            or name in customs.people
            or name in customs.common
            or (bool(known) and all(s.ordinary or s.acronym for s in known))
        )

    def is_written_as_name(self, line: Sequence[Token]) -> bool:
        """Whether the capitals of a name are there."""
        known = self._spellings.find(tuple(token.text for token in line))
        if known and all(spelling.acronym for spelling in known):
            return line[0].upper
        return line[0].capital

    def find(self, line: Line, text: str = "") -> Iterator[Hit]:
        """The places a text speaks of, from its left to its right; they do not overlap.

        text: what the words of line were cut from, with their positions. Without it neither flags
        nor what stands between the words are known.
        """
        shouting = sum([word.upper for word in line.words]) * 2 > len(line)
        found = self._scanner.scan(line, shouting=shouting)
        found = sorted(chain(found, self._scanner.flags(text)), key=lambda c: c.start)
        if not found:
            return
        around = Surroundings(line, text, self._customs, shouting=shouting)
        for candidate in Judge(found, around, self._table, self._customs).judge():
            yield self._hit(candidate)

    def _hit(self, candidate: Candidate) -> Hit:
        codes = tuple(self._table.codes[n] for n in candidate.numbers[:_MOST_CODES])
        return Hit(codes, candidate.first, candidate.start, candidate.end)
