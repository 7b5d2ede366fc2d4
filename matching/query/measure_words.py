"""Measure words: names, units and signs of comparisons and distances, as tables and patterns.

The words of each language are in matching/data/properties.toml.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

_KM_PER_MILE = 1.609344
_SIGNS = {
    **dict.fromkeys((">=", "=>", "≥", "⩾"), ">="),
    **dict.fromkeys(("<=", "=<", "≤", "⩽"), "<="),
    ">": ">",
    "<": "<",
    "=": "=",
    "==": "=",
}
NUMBER = r"\d{1,9}(?:[.,]\d{1,9})?"
_WORD_END = r"(?!\w)"


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """Words by meaning, and patterns that begin where a token does."""

    properties: Mapping[str, str]  # word -> name of a property
    ranks: Mapping[str, int]  # word -> rank of a level
    km_per_unit: Mapping[str, float]
    signs: Mapping[str, str]  # sign, word or suffix -> one of >= <= > < =
    here: frozenset[tuple[str, ...]]  # words for the shared location
    sign: re.Pattern[str]
    colon: re.Pattern[str]
    sign_word: re.Pattern[str]
    suffix: re.Pattern[str]
    unit: re.Pattern[str]
    distance: re.Pattern[str]  # groups plus, number, unit; other: letters that are no unit
    joined_distance: re.Pattern[str]  # inside a word: Kyiv+20km
    within: re.Pattern[str]  # up to the place: within 20 km of


@functools.lru_cache(maxsize=1)
def load_measure_words() -> MeasureWords:
    """Load the words of the package."""
    data = tomllib.loads((files("matching") / "data" / "properties.toml").read_text("utf-8"))
    factors = {"km": 1.0, "mi": _KM_PER_MILE}
    units = {word: factors[name] for word, name in _invert(data["units"]).items()}
    sign_words, suffixes = _invert(data["comparisons"]), _invert(data["suffixes"])
    unit, length = _any_of(units), f"{NUMBER}\\s*{_any_of(units)}{_WORD_END}"
    return MeasureWords(
        properties=_invert(data["names"]),
        ranks={
            word: rank
            for rank, words in enumerate(data["levels"].values())
            for word in _split(words)
        },
        km_per_unit=units,
        signs={**_SIGNS, **sign_words, **suffixes, "+": ">=", ":": "="},
        here=frozenset(tuple(words.split()) for words in _split(data["distance"]["here"])),
        sign=_compile(rf"\s*(?P<sign>{_any_of(_SIGNS)})\s*"),
        colon=_compile(r"\s*(?P<sign>:)\s*"),
        sign_word=_compile(rf"\s+(?P<sign>{_any_of(sign_words)})\s+"),
        suffix=_compile(rf"\s*(?P<sign>\+)(?!\w)|\s+(?P<words>{_any_of(suffixes)}){_WORD_END}"),
        unit=_compile(rf"\s*(?P<unit>{unit}){_WORD_END}|(?P<other>[^\W\d_]+)"),
        distance=_compile(
            rf"(?P<plus>[+±]\s*)?(?P<number>{NUMBER})"
            rf"(?:\s*(?P<unit>{unit})|(?P<other>[^\W\d_]*)){_WORD_END}"
        ),
        joined_distance=_compile(rf"(?<=\w)[+±]{length}"),
        within=_within(data["distance"], length),
    )


def _within(words: Mapping[str, str], length: str) -> re.Pattern[str]:
    """Return the pattern of a distance before its place; `of` needs a word before the distance."""
    leads, away, of, from_here = (
        _any_of(_split(words[key])) for key in ("leads", "away", "of", "from_here")
    )
    gap = r"(?:\s+|(?<=['’]))"
    after = rf"\s+(?:{away}{gap}|(?={from_here}{_WORD_END}))"
    return _compile(rf"{leads}\s+{length}(?:{after}|\s+{of}{gap})|{length}{after}")


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


def _invert(words_by_meaning: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in words_by_meaning.items() for word in _split(words)}


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, the longest first; a space matches any spaces."""
    longest_first = sorted(words, key=len, reverse=True)
    escaped = (
        re.escape(word).replace(r"\ ", r"\s+").replace("'", "['’]") for word in longest_first
    )
    return f"(?:{'|'.join(escaped)})"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
