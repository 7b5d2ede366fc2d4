"""Event report: the words of one text that carry its event, in order, with their numbers."""

import functools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from matching.events.lexicon import EventLexicon, WordRole, load_lexicon
from matching.events.stemmer import stem

MAX_WORDS = 40
"""Carrying words kept of a text: news begins with the event. Bounds memory and comparisons."""

CARRIED = "+"
"""Prefix of the marker of a word that follows one word after its preposition."""

_MAX_TOKENS = 400
_THOUSAND = "1000"
_NEUTRAL = WordRole("", is_turning=False, is_denial=False, is_harm=False)


class EventWord(NamedTuple):
    """Word that carries a part of an event."""

    key: str  # a stem, =MEANING, @COUNTRY or a number: #5.6
    form: str = ""  # stem; words of one meaning may differ in it
    marker: str = ""  # neutral word before it, often its preposition
    is_turning: bool = False

    @property
    def is_number(self) -> bool:
        """Return True for a number, in figures or in words."""
        return self.key.startswith("#")


@dataclass(frozen=True, slots=True)
class EventReport:
    """Report of one event."""

    words: tuple[EventWord, ...]
    keys: frozenset[str]  # of the words, without numbers
    numbers: frozenset[str]  # keys of the numbers
    turning: frozenset[str]  # keys of the words that make another event of it

    @classmethod
    def of(cls, words: Iterable[EventWord]) -> "EventReport":
        """Return the report with these words."""
        ordered = tuple(words)
        numbers = frozenset(word.key for word in ordered if word.is_number)
        return cls(
            ordered,
            frozenset(word.key for word in ordered) - numbers,
            numbers,
            frozenset(word.key for word in ordered if word.is_turning),
        )

    def positions_of(self, word: EventWord) -> Iterator[int]:
        """Yield the positions of the same word, not of others of its meaning."""
        for position, other in enumerate(self.words):
            if (other.key, other.form) == (word.key, word.form):
                yield position


def read_report(texts: Sequence[str]) -> EventReport:
    """Return the report in the normalised words of a text."""
    lexicon = load_lexicon()
    words = lexicon.join_pairs(_join_numbers(texts[:_MAX_TOKENS]))
    roles = _without_harmless(words, [_role(lexicon, word) for word in words])
    roles = _without_onsets(roles, lexicon.begins)
    report: list[EventWord] = []
    keys: set[str] = set()
    markers = ["", ""]  # of the next word and of the one after it: at a fireworks factory
    for word, role in zip(words, roles, strict=True):
        if role.key:
            if role.key not in keys or word.startswith("#"):
                report.append(EventWord(role.key, stem(word), markers[0], role.is_turning))
                keys.add(role.key)
            markers = [markers[1], ""]
        elif word in lexicon.background or not (
            word in lexicon.articles or markers[0] in lexicon.background
        ):
            markers = [word, f"{CARRIED}{word}"]
        if len(report) == MAX_WORDS:
            break
    return EventReport.of(report)


def _role(lexicon: EventLexicon, word: str) -> WordRole:
    if word.startswith("#"):
        return WordRole(word, is_turning=False, is_denial=False, is_harm=False)
    return lexicon.role(word)


def _without_onsets(roles: Sequence[WordRole], begins: str) -> list[WordRole]:
    """Make `breaks out` neutral beside a fire: a fire that breaks out is a fire."""
    result = list(roles)
    carrying = [position for position, role in enumerate(roles) if role.key]
    for pair in pairwise(carrying):
        for position, other in (pair, pair[::-1]):
            if roles[position].is_onset and roles[other].key == begins:
                result[position] = _NEUTRAL
    return result


def _without_harmless(words: Sequence[str], roles: Sequence[WordRole]) -> list[WordRole]:
    """Make `no casualties` neutral: it is a detail of the same event."""
    result = list(roles)
    carrying = [position for position in range(len(words)) if roles[position].key]
    for first, second in pairwise(carrying):
        pair = roles[first], roles[second]
        if any(role.is_denial for role in pair) and any(role.is_harm for role in pair):
            result[first] = result[second] = _NEUTRAL
    return result


def _join_numbers(texts: Iterable[str]) -> list[str]:
    """Replace numbers by #figures: 5 6 is 5.6, 80 000 and 80 thousand are 80000.

    The tokenizer separates the digits at a decimal sign, and blanks separate thousands.
    """
    numerals = _load_numerals()
    joined: list[str] = []
    previous = ""
    for text in _split_figures(texts):
        if not text:
            continue
        if text == "to" and previous == "due":  # English, not the Italian number
            joined[-1] = "due to"
        elif text in numerals or text.isdecimal():
            figure = numerals.get(text, text)
            if joined and joined[-1].startswith("#"):
                joined[-1] += _continuation(text, figure)
            else:
                joined.append(f"#{figure}")
        else:
            joined.append(f"#{text}" if text[0].isdecimal() else text)
        previous = text
    return joined


def _split_figures(texts: Iterable[str]) -> Iterator[str]:
    """Separate a number from the word that is joined to it: 6-magnitude."""
    for text in texts:
        figure, hyphen, word = text.partition("-")
        if hyphen and figure.isdecimal():
            yield figure
            yield word
        else:
            yield text


def _continuation(text: str, figure: str) -> str:
    if figure == _THOUSAND and not text.isdecimal():
        return "000"
    return figure if len(figure) == 3 else f".{figure}"


@functools.lru_cache(maxsize=1)
def _load_numerals() -> Mapping[str, str]:
    """Return the words for small numbers in four languages, mapped to figures."""
    data = tomllib.loads((files("matching") / "data" / "numbers.toml").read_text("utf-8"))
    return {word: figure for figure, words in data.items() for word in words.split()}
