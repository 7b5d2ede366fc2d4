"""Every spelling of every name, on a shelf by what its case forms have in common.

A look-up takes the words of a text, in whatever case they stand, and gives the spellings they are
a form of. Nothing is expanded beforehand, so the shelf is small and loads at once.
"""

import functools
import gzip
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import product

from matching.morphology.declension import is_form, skeleton, skeletons
from matching.places.hash_table import Shelf
from matching.places.region_table import Table
from matching.text.tokenizer import Token, tokens

_LINES = 1 << 14
_REMEMBERED = 30_000  # look-ups
_LIKE_LATIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_FIRST = "+"  # after a skeleton: how many words the longest name has that begins with it


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write the name of a place, or of several."""

    words: tuple[str, ...]  # normalised, Latin ones without accents
    capitals: tuple[bool, ...]  # which of them are written large
    acronym: bool  # written in capitals only
    fixed: bool  # has no case forms
    ordinary: bool  # is a word too
    numbers: tuple[int, ...]  # of those who bear it, likeliest first


def plain(word: str) -> str:
    """A normalised word without the accents of Latin letters."""
    if word.isascii() or "\u0400" <= word[0] <= "\u052f":
        return word
    apart = unicodedata.normalize("NFKD", word.translate(_LIKE_LATIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


class Spellings:
    """Spellings by the words of a text."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.longest = functools.lru_cache(_REMEMBERED)(self._longest)
        self.find = functools.lru_cache(_REMEMBERED)(self._find)

    @classmethod
    def load(cls) -> "Spellings":
        """Those of the table that comes with the package."""
        packed = (files("matching") / "data" / "names.txt.gz").read_bytes()
        return cls(Shelf.read(gzip.decompress(packed)))

    @classmethod
    def of(
        cls, named: Iterable[tuple[str, int, bool]], is_word: Callable[[str], bool]
    ) -> "Spellings":
        """From (spelling, number of its bearer, whether it is fixed), the likeliest bearer first.

        is_word tells of a normalised name of one word whether it is a word as well.
        """
        bearers: dict[str, list[int]] = {}
        flags: dict[str, str] = {}
        for spelling, number, fixed in named:
            line = tokens(spelling)
            if line:
                written = " ".join(map(_written, line))
                known = bearers.setdefault(written, [])
                if number not in known:
                    known.append(number)
                ordinary = len(line) == 1 and is_word(plain(line[0].text))
                flags[written] = "f" * fixed + "o" * ordinary
        return cls(Shelf.of(_entries(bearers, flags).items(), _LINES))

    @classmethod
    def of_table(cls, table: Table) -> "Spellings":
        """Of all its regions; none is taken for a word."""
        ranked = sorted(enumerate(table), key=lambda pair: pair[1].likeliness)
        named = (
            (spelling, number, False)
            for number, region in ranked
            for spelling in dict.fromkeys((*region.names.values(), *region.aliases))
        )
        return cls.of(named, lambda _: False)

    def __bytes__(self) -> bytes:
        return bytes(self._shelf)

    def _longest(self, first: str) -> int:
        """How many words the longest name has that begins with this one; 0: none does."""
        key = skeleton(plain(first))
        several = self._shelf.get(f"{key}{_FIRST}")
        return int(several) if several else int(self._shelf.get(key) is not None)

    def _find(self, words: tuple[str, ...]) -> tuple[Spelling, ...]:
        """The spellings these normalised words are a form of; those they equal come first."""
        words = tuple(map(plain, words))
        value = self._shelf.get(" ".join(map(skeleton, words)))
        known = map(_read, value.split(";")) if value else ()
        found = [spelling for spelling in known if _is(words, spelling)]
        return tuple(sorted(found, key=lambda spelling: spelling.words != words))


def _is(words: Sequence[str], spelling: Spelling) -> bool:
    if spelling.fixed:
        return words == spelling.words
    return len(words) == len(spelling.words) and all(map(is_form, words, spelling.words))


def _written(token: Token) -> str:
    """A word of a name as it is kept: plain, and with its capitals."""
    word = plain(token.text)
    if token.upper and len(word) < 5:
        return word.upper()
    return word[0].upper() + word[1:] if token.capital else word


def _entries(bearers: dict[str, list[int]], flags: dict[str, str]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    longest: dict[str, int] = {}
    for written, numbers in bearers.items():
        words = written.lower().split(" ")
        value = f"{written}|{flags[written]}|{' '.join(map(str, numbers))}"
        fixed = "f" in flags[written]
        forms = [{skeleton(word)} if fixed else skeletons(word) for word in words]
        for key in {" ".join(parts) for parts in product(*forms)}:
            values.setdefault(key, []).append(value)
        if len(words) > 1:
            for first in forms[0]:
                longest[first] = max(len(words), longest.get(first, 0))
    entries = {key: ";".join(several) for key, several in values.items()}
    return entries | {f"{first}{_FIRST}": str(size) for first, size in longest.items()}


def _read(value: str) -> Spelling:
    written, flags, numbers = value.split("|")
    large = written.split(" ")
    return Spelling(
        words=tuple(written.lower().split(" ")),
        capitals=tuple(word[0] != word[0].lower() for word in large),
        acronym=len(large) == 1 and len(written) > 1 and written.isupper(),
        fixed="f" in flags,
        ordinary="o" in flags,
        numbers=tuple(map(int, numbers.split(" "))),
    )
