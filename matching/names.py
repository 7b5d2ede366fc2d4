"""Names of places in a text: the longest one at each word, by its spelling and its capitals."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from matching.normalise import Token, tokens, words


@dataclass(frozen=True, slots=True)
class Customs:
    """How names are told from ordinary words; all in normalised form."""

    ordinary: frozenset[str]  # names that are words too
    common: frozenset[str]  # of these, those that are the word at the head of a sentence
    people: frozenset[str]  # names that in a text are people's
    generic: frozenset[str]  # words of a name that need no capital
    not_places: tuple[str, ...]  # as written

    @classmethod
    def load(cls) -> "Customs":
        """What comes with the package."""
        data = tomllib.loads((files("matching") / "data" / "names.toml").read_text("utf-8"))
        return cls(
            ordinary=frozenset(words(data["ordinary"])),
            common=frozenset(words(data["common"])),
            people=frozenset(words(data["people"])),
            generic=frozenset(words(data["generic"])),
            not_places=tuple(data["not_places"]),
        )

    @classmethod
    def none(cls) -> "Customs":
        """For a table without names."""
        nothing: frozenset[str] = frozenset()
        return cls(nothing, nothing, nothing, nothing, ())


@dataclass(slots=True)
class _Entry:
    """All that is known of one sequence of words."""

    codes: list[str] = field(default_factory=list)  # likeliest first; none: no place
    acronym: bool = False  # only written in capitals
    small: set[int] = field(default_factory=set)  # positions written small in some spelling


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found in a text."""

    codes: tuple[str, ...]  # of those who bear it, likeliest first
    first: int  # the position of its first word
    start: int  # code points
    end: int  # exclusive


class Names:
    """Spellings of places, each a sequence of normalised words."""

    def __init__(self, named: Iterable[tuple[str, str]], customs: Customs) -> None:
        """named: (spelling, code), the likeliest bearer of a spelling first."""
        self._customs = customs
        self._entries: dict[tuple[str, ...], _Entry] = {}
        self._longest: dict[str, int] = {}  # first word -> words of the longest name
        for spelling, code in named:
            self._learn(spelling, code)
        for spelling in customs.not_places:
            self._learn(spelling, None)

    def _learn(self, spelling: str, code: str | None) -> None:
        parts = tokens(spelling)
        key = tuple(token.text for token in parts)
        if not key:
            return
        entry = self._entries.setdefault(key, _Entry())
        if code is None:
            entry.codes.clear()
        elif code not in entry.codes:
            entry.codes.append(code)
        entry.small.update(i for i, token in enumerate(parts) if not token.capital)
        entry.acronym = entry.acronym or (len(parts) == 1 and parts[0].upper and len(key[0]) < 5)
        self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))

    def bearers(self, key: tuple[str, ...]) -> tuple[str, ...]:
        """The codes of those who bear a name, likeliest first."""
        entry = self._entries.get(key)
        return tuple(entry.codes) if entry else ()

    def longest(self, first: str) -> int:
        """How many words the longest name has that begins with this one; 0: none does."""
        return self._longest.get(first, 0)

    def is_ordinary(self, line: Sequence[Token]) -> bool:
        """Whether the name is an ordinary word as well."""
        if len(line) != 1:
            return False
        name = line[0].text
        entry = self._entries.get((name,))
        return (
            name in self._customs.ordinary
            or name in self._customs.people
            or (entry is not None and entry.acronym)
        )

    def is_written_as_name(self, line: Sequence[Token]) -> bool:
        """Whether the capitals of a name are there."""
        entry = self._entries[tuple(token.text for token in line)]
        return line[0].upper if entry.acronym else line[0].capital

    def find(self, line: Sequence[Token]) -> Iterator[Hit]:
        """The places named in a text, from its left to its right; names do not overlap."""
        shouting = sum(token.upper for token in line) * 2 > len(line)
        at = 0
        while at < len(line):
            size = self._size(line, at, shouting=shouting)
            if size:
                yield from self._hit(line[at : at + size], at)
            for part in () if size else line[at].parts:  # US-led, Kyiv-Lviv
                if self._size((part,), 0, shouting=shouting):
                    yield from self._hit((part,), at)
            at += size or 1

    def _hit(self, span: Sequence[Token], first: int) -> Iterator[Hit]:
        """The name these words are, unless it is one that speaks of no place."""
        codes = self._entries[tuple(token.text for token in span)].codes
        if codes:
            yield Hit(tuple(codes), first, span[0].start, span[-1].end)

    def _size(self, line: Sequence[Token], at: int, *, shouting: bool) -> int:
        """How many words from here are written as the longest name; 0: none."""
        longest = self._longest.get(line[at].text, 0)
        for size in range(min(longest, len(line) - at), 0, -1):
            span = line[at : at + size]
            entry = self._entries.get(tuple(token.text for token in span))
            if entry and self._written_as_name(span, entry, shouting=shouting):
                return size
        return 0

    def _written_as_name(self, span: Sequence[Token], entry: _Entry, *, shouting: bool) -> bool:
        if not entry.codes:
            return True
        if len(span) == 1 and self._is_the_word(span[0]):
            return False
        if entry.acronym:
            return span[0].upper and not shouting
        return all(
            token.capital or place in entry.small or token.text in self._customs.generic
            for place, token in enumerate(span)
        )

    def _is_the_word(self, token: Token) -> bool:
        return token.text in self._customs.people or (
            token.head and token.text in self._customs.common
        )
