"""Name index: looks up the spellings of place names by words in any case form.

The index is a constant hash table from the stems of a name to its spellings. Case forms are not
expanded in it, so it is small and loads at once.
"""

import functools
import gzip
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import product

from matching.morphology.declension import is_case_form, stem_all_forms, stem_name
from matching.places.hash_table import ConstantHashTable
from matching.places.region_table import RegionTable
from matching.text.tokenizer import Token, tokenize

_BUCKET_COUNT = 1 << 14
_CACHE_SIZE = 30_000  # look-ups
_PLAIN_LATIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_LENGTH_SUFFIX = "+"  # stem + suffix -> words in the longest name that starts with the stem


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling of the name of one or more regions."""

    words: tuple[str, ...]  # normalised; Latin letters without accents
    capitals: tuple[bool, ...]  # for each word: starts with a capital letter
    is_acronym: bool  # all upper-case
    is_indeclinable: bool  # has no case forms
    is_ordinary_word: bool  # is also an ordinary word
    referents: tuple[int, ...]  # numbers of the regions with this name, likeliest first
    weak_count: int = 0  # of the last referents, which a text means only if it shows so

    @property
    def strong_referents(self) -> tuple[int, ...]:
        """The regions that a text means by the bare name."""
        return self.referents[: len(self.referents) - self.weak_count]

    @property
    def is_weak(self) -> bool:
        """True if a text means none of the regions by the bare name: Centre, Reading."""
        return self.weak_count == len(self.referents)


def strip_accents(word: str) -> str:
    """Remove the accents of Latin letters from a normalised word."""
    if word.isascii() or "\u0400" <= word[0] <= "\u052f":
        return word
    decomposed = unicodedata.normalize("NFKD", word.translate(_PLAIN_LATIN))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class NameIndex:
    """Spellings by normalised words; look-ups are cached (LRU)."""

    def __init__(self, table: ConstantHashTable) -> None:
        """Use a table of build()."""
        self._table = table
        self.max_length = functools.lru_cache(_CACHE_SIZE)(self._max_length_uncached)
        self.find = functools.lru_cache(_CACHE_SIZE)(self._find_uncached)

    @classmethod
    def load(cls) -> "NameIndex":
        """Load the index of the package."""
        packed = (files("matching") / "data" / "names.txt.gz").read_bytes()
        return cls(ConstantHashTable.from_bytes(gzip.decompress(packed)))

    @classmethod
    def build(
        cls,
        spellings: Iterable[tuple[str, int, bool]],
        is_word: Callable[[str], bool],
        is_weak: Callable[[str, int], bool] = lambda _spelling, _number: False,
    ) -> "NameIndex":
        """Build an index from (spelling, region number, is indeclinable), likeliest referent first.

        is_word decides whether a normalised name of one word is also an ordinary word, is_weak
        whether a text means a region by a spelling only if it shows so.
        """
        referents: dict[str, list[int]] = {}
        weak_referents: dict[str, list[int]] = {}
        flags: dict[str, str] = {}
        for spelling, number, is_indeclinable in spellings:
            tokens = tokenize(spelling)
            if tokens:
                encoded = " ".join(map(_encode_word, tokens))
                strong = referents.setdefault(encoded, [])
                weak = weak_referents.setdefault(encoded, [])
                numbers = weak if is_weak(spelling, number) else strong
                if number not in (*strong, *weak):
                    numbers.append(number)
                is_ordinary_word = len(tokens) == 1 and is_word(strip_accents(tokens[0].text))
                flags[encoded] = "f" * is_indeclinable + "o" * is_ordinary_word
        for encoded, weak in weak_referents.items():
            referents[encoded] += weak
            flags[encoded] += str(len(weak)) if weak else ""
        return cls(ConstantHashTable.build(_build_entries(referents, flags).items(), _BUCKET_COUNT))

    @classmethod
    def from_table(cls, table: RegionTable) -> "NameIndex":
        """Build an index of all names in a table; none counts as an ordinary word."""
        ranked = sorted(enumerate(table), key=lambda pair: pair[1].rank_key)
        spellings = (
            (spelling, number, False)
            for number, region in ranked
            for spelling in dict.fromkeys((*region.names.values(), *region.aliases))
        )
        return cls.build(spellings, lambda _: False)

    def __bytes__(self) -> bytes:
        return bytes(self._table)

    def _max_length_uncached(self, first: str) -> int:
        """Return the length in words of the longest name that starts with a word; 0: none does."""
        key = stem_name(strip_accents(first))
        length = self._table.get(f"{key}{_LENGTH_SUFFIX}")
        return int(length) if length else int(self._table.get(key) is not None)

    def _find_uncached(self, words: tuple[str, ...]) -> tuple[Spelling, ...]:
        """Return the spellings of which normalised words are a form; exact spellings first."""
        words = tuple(map(strip_accents, words))
        value = self._table.get(" ".join(map(stem_name, words)))
        candidates = map(_decode_spelling, value.split(";")) if value else ()
        spellings = [spelling for spelling in candidates if _matches_spelling(words, spelling)]
        return tuple(sorted(spellings, key=lambda spelling: spelling.words != words))


def _matches_spelling(words: Sequence[str], spelling: Spelling) -> bool:
    if spelling.is_indeclinable:
        return words == spelling.words
    return len(words) == len(spelling.words) and all(map(is_case_form, words, spelling.words))


def _encode_word(token: Token) -> str:
    """Encode a word of a name: without accents, with its capitals."""
    word = strip_accents(token.text)
    if token.is_upper and len(word) < 5:
        return word.upper()
    return word[0].upper() + word[1:] if token.is_capitalized else word


def _build_entries(referents: dict[str, list[int]], flags: dict[str, str]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    max_lengths: dict[str, int] = {}
    for encoded, numbers in referents.items():
        words = encoded.lower().split(" ")
        value = f"{encoded}|{flags[encoded]}|{' '.join(map(str, numbers))}"
        is_indeclinable = "f" in flags[encoded]
        word_stems = [
            {stem_name(word)} if is_indeclinable else stem_all_forms(word) for word in words
        ]
        for key in sorted({" ".join(parts) for parts in product(*word_stems)}):
            values.setdefault(key, []).append(value)
        if len(words) > 1:
            for first in sorted(word_stems[0]):
                max_lengths[first] = max(len(words), max_lengths.get(first, 0))
    entries = {key: ";".join(spellings) for key, spellings in values.items()}
    return entries | {f"{first}{_LENGTH_SUFFIX}": str(size) for first, size in max_lengths.items()}


def _decode_spelling(value: str) -> Spelling:
    encoded, flags, numbers = value.split("|")
    encoded_words = encoded.split(" ")
    return Spelling(
        words=tuple(encoded.lower().split(" ")),
        capitals=tuple(word[0] != word[0].lower() for word in encoded_words),
        is_acronym=len(encoded_words) == 1 and len(encoded) > 1 and encoded.isupper(),
        is_indeclinable="f" in flags,
        is_ordinary_word="o" in flags,
        referents=tuple(map(int, numbers.split(" "))),
        weak_count=int(flags.strip("fo") or 0),
    )
