"""Compact names: places in short forms that no table of names has.

Б. Церква is a city by its initial, Черкасиобленерго the utility of an oblast, Салтівка a part of a
city that the gazetteer does not have.
"""

import tomllib
from collections.abc import Iterator
from importlib.resources import files

from matching.morphology.declension import decline
from matching.places.candidate import Candidate
from matching.places.lexicon import Lexicon
from matching.places.name_index import NameIndex, Spelling
from matching.places.region_table import RegionTable
from matching.text.tokenizer import TokenSequence, split_words

_UTILITY_ENDINGS = ("обленерго", "облэнерго", "oblenergo", "облгаз", "облрада")
_MIN_STEM = 4  # letters before such an ending
_INITIAL_WORDS = 2  # words of a city's name that is written with an initial


class CompactNames:
    """Finds the candidates that are short forms of a name."""

    def __init__(self, name_index: NameIndex, table: RegionTable, lexicon: Lexicon) -> None:
        """Find names of a table."""
        self._name_index = name_index
        self._table = table
        self._by_initial = dict(self._initials())
        self._initial_letters = frozenset(initial for initial, _ in self._by_initial)
        self._city_parts = dict(self._load_city_parts(lexicon))

    def can_start(self, text: str) -> bool:
        """Return whether a short form may start with a word."""
        return (
            text in self._initial_letters
            or text in self._city_parts
            or text.endswith(_UTILITY_ENDINGS)
        )

    def candidate_at(self, tokens: TokenSequence, position: int) -> Candidate | None:
        """Return the candidate that starts with a word, or None."""
        word = tokens.words[position]
        text = word.text
        if not (word.is_capitalized and self.can_start(text)):
            return None
        if text in self._initial_letters:
            return self._city_by_initial(tokens, position)
        number = self._city_parts.get(text)
        if number is None and text.endswith(_UTILITY_ENDINGS):
            number = self._utility_oblast(text)
        if number is None:
            return None
        start, spelling = tokens.starts[position], _spelling((text,), number)
        return Candidate(position, 1, start, tokens.end(position), (text,), (number,), spelling)

    def _city_by_initial(self, tokens: TokenSequence, position: int) -> Candidate | None:
        """Return the city whose first word is an initial: Б. Церква."""
        following = tokens.words[position + 1 : position + 2]
        if not following or not following[0].is_capitalized:
            return None
        if not tokens.gaps[position + 1].startswith("."):
            return None
        words = (tokens.texts[position], following[0].text)
        number = self._by_initial.get(words)
        if number is None:
            return None
        start, spelling = tokens.starts[position], _spelling(words, number)
        end = tokens.end(position + 1)
        return Candidate(position, 2, start, end, words, (number,), spelling, is_certain=True)

    def _utility_oblast(self, text: str) -> int | None:
        """Return the oblast of a utility: Черкасиобленерго."""
        ending = next(ending for ending in _UTILITY_ENDINGS if text.endswith(ending))
        stem = text.removesuffix(ending)
        if len(stem) < _MIN_STEM:
            return None
        for words in ((stem,), (f"{stem}ий",)):
            for spelling in self._name_index.find(words):
                number: int | None = spelling.referents[0]
                while number is not None and self._table.region(number).is_home:
                    region = self._table.region(number)
                    if region.kind == "oblast":
                        return number
                    number = self._table.number(region.parent) if region.parent else None
        return None

    def _initials(self) -> Iterator[tuple[tuple[str, str], int]]:
        """Yield (initial, form of the second word) and the city at home of such a name."""
        for number, region in self._table.home_cities():
            for name in dict.fromkeys(region.names.values()):
                words = split_words(name)
                if len(words) == _INITIAL_WORDS and not words[0].isascii():
                    for form in decline(words[1]):
                        yield (words[0][0], form), number

    def _load_city_parts(self, lexicon: Lexicon) -> Iterator[tuple[str, int]]:
        """Yield the forms of the parts of cities that are no name of a place or word."""
        text = (files("matching") / "data" / "neighbourhoods.toml").read_text("utf-8")
        for code, city in tomllib.loads(text).items():
            number = self._table.number(code)
            if number is None:
                continue
            for name in split_words(city["names"]):
                if name in lexicon.city_part_words or self._name_index.find((name,)):
                    continue
                for form in decline(name):
                    if not self._name_index.find((form,)):
                        yield form, number


def _spelling(words: tuple[str, ...], number: int) -> Spelling:
    return Spelling(
        words=words,
        capitals=(True,) * len(words),
        is_acronym=False,
        is_indeclinable=False,
        is_ordinary_word=False,
        referents=(number,),
        weak_count=0,
    )
