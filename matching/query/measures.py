"""Measures in a query: comparisons with a property (magnitude>=4.5) and distances (+20km).

Scans them at the beginning of a token. A sign makes a comparison of any name, so that an unknown
property is an error; a word (magnitude over 5) only with a known property and a fitting value.
"""

import difflib
import re
from dataclasses import dataclass, replace

from matching.query.ast import Query
from matching.query.errors import ErrorKind, QueryError
from matching.query.measure_words import NUMBER, MeasureWords, load_measure_words
from matching.query.properties import DEPTH, LEVEL, MAGNITUDE, compare

MIN_RADIUS_KM, MAX_RADIUS_KM = 1, 500

_NAME = re.compile(r"[^\W\d_]+")
_LONG_NAME = re.compile(r"[^\W\d_](?:[\w-]{0,40}\w)?")
_FIRST_NUMBER = re.compile(NUMBER)
_MAX_DISTANCE_LENGTH = 60  # code points
_VALUE = re.compile(rf"[-−+]?{NUMBER}|[^\W\d_]+|[🟢🟡🟠🔴]")
_WRONG_VALUE = {
    LEVEL: ErrorKind.WRONG_LEVEL,
    MAGNITUDE: ErrorKind.WRONG_MAGNITUDE,
    DEPTH: ErrorKind.WRONG_DEPTH,
}


@dataclass(frozen=True, slots=True)
class ScannedComparison:
    """Comparison in the text of a query."""

    query: Query
    end: int  # exclusive


@dataclass(frozen=True, slots=True)
class Distance:
    """Distance as typed. Its limits and unit count only beside a place."""

    start: int
    end: int  # exclusive
    has_plus: bool
    number: str
    unit: str  # known, unknown or empty

    @property
    def is_known_unit(self) -> bool:
        """Return whether the unit is one of length."""
        return self.unit.casefold() in load_measure_words().km_per_unit

    def radius_km(self) -> int:
        """Return the distance in whole kilometres. Raises QueryError for a wrong one."""
        if not self.is_known_unit:
            suggestion = f"+{self.number}km"
            raise QueryError(ErrorKind.WRONG_UNIT, self.start, self.end, suggestion)
        factor = load_measure_words().km_per_unit[self.unit.casefold()]
        radius = _to_float(self.number) * factor
        rounded = int(radius + 0.5)
        if not MIN_RADIUS_KM <= rounded <= MAX_RADIUS_KM or radius > MAX_RADIUS_KM:
            raise QueryError(ErrorKind.WRONG_DISTANCE, self.start, self.end, limit=MAX_RADIUS_KM)
        return rounded


def scan_comparison(text: str, start: int) -> ScannedComparison | None:
    """Return the comparison that begins at an index, None if none does.

    Raises QueryError for one with an unknown property, a missing or wrong value, or a wrong unit.
    """
    words = load_measure_words()
    name = _NAME.match(text, start)
    if name is None:
        return None
    known_name = words.properties.get(name[0].casefold())
    sign = words.sign.match(text, name.end())
    if known_name is None:
        _refuse_unknown(text, start, words)
        return None
    strict = sign or (words.colon.match(text, name.end()) if len(name[0]) > 1 else None)
    if strict:
        return _scan_value(text, known_name, start, strict, words)
    try:
        return _scan_value(text, known_name, start, words.sign_word.match(text, name.end()), words)
    except QueryError:  # words: level over the top
        return None


def scan_distance(text: str, start: int) -> Distance | None:
    """Return the distance that begins at an index: +20km, 20 km, +20; None if none does."""
    match_ = load_measure_words().distance.match(text, start)
    return _distance(match_) if match_ else None


def scan_within(text: str, start: int) -> Distance | None:
    """Return the distance before a place: within 20 km of; None if none begins at an index."""
    match_ = load_measure_words().within.match(text, start)
    if match_ is None:
        return None
    number = _FIRST_NUMBER.search(text, start, match_.end())
    length = load_measure_words().distance.match(text, number.start()) if number else None
    if length is None:
        return None
    distance = _distance(length)
    return replace(distance, start=start, end=match_.end())


def find_joined_distance(text: str, start: int, end: int) -> int | None:
    """Return the index of a distance inside a word (Kyiv+20km), None without one."""
    # Not the whole text after each word: that takes quadratic time.
    match_ = load_measure_words().joined_distance.search(text, start, end + _MAX_DISTANCE_LENGTH)
    return match_.start() if match_ and match_.start() < end else None


def _scan_value(
    text: str, name: str, start: int, sign: re.Match[str] | None, words: MeasureWords
) -> ScannedComparison | None:
    value_start = sign.end() if sign else _skip_spaces(text, _name_end(text, start))
    value = _VALUE.match(text, value_start)
    if value is None:
        if sign is None:
            return None
        raise QueryError(ErrorKind.MISSING_VALUE, start, value_start)
    unit = words.unit.match(text, value.end()) if value[0][-1].isdigit() else None
    end = unit.end() if unit else value.end()
    suffix = words.suffix.match(text, end)
    typed_sign = words.signs[_spaced(sign["sign"])] if sign else None
    if suffix and typed_sign in (None, "="):
        typed_sign = words.signs[_spaced(suffix["sign"] or suffix["words"])]
        end = suffix.end()
    if typed_sign is None:
        return None
    number = _number(name, value, words)
    if unit:
        number *= _unit_factor(name, unit, words)
    query = compare(name, typed_sign, number)
    if query is None:
        raise QueryError(_WRONG_VALUE[name], value.start(), value.end())
    return ScannedComparison(query, end)


def _number(name: str, value: re.Match[str], words: MeasureWords) -> float:
    """Return the number of a value: the rank of a level."""
    if name == LEVEL:
        rank = words.ranks.get(value[0].casefold().replace("ё", "е"))
        if rank is None:
            raise _wrong_level(value, words)
        return rank
    if not value[0][-1].isdigit():
        raise QueryError(_WRONG_VALUE[name], value.start(), value.end())
    return _to_float(value[0])


def _wrong_level(value: re.Match[str], words: MeasureWords) -> QueryError:
    closest = difflib.get_close_matches(value[0].casefold(), words.ranks, 1, 0.7)
    suggestion = closest[0] if closest else None
    return QueryError(ErrorKind.WRONG_LEVEL, value.start(), value.end(), suggestion)


def _unit_factor(name: str, unit: re.Match[str], words: MeasureWords) -> float:
    """Return the kilometres in a unit. Raises QueryError if the property is not a length."""
    factor = words.km_per_unit.get((unit["unit"] or "").casefold())
    if name != DEPTH or factor is None:
        start = unit.start("unit") if unit["unit"] else unit.start("other")
        suggestion = "km" if name == DEPTH else ""
        raise QueryError(ErrorKind.WRONG_UNIT, start, unit.end(), suggestion)
    return factor


def _refuse_unknown(text: str, start: int, words: MeasureWords) -> None:
    """Raise QueryError if a sign follows a name that is no property."""
    name = _LONG_NAME.match(text, start)
    sign = words.sign.match(text, name.end()) if name else None
    if name is None or sign is None or not _VALUE.match(text, sign.end()):
        return
    closest = difflib.get_close_matches(name[0].casefold(), words.properties, 1, 0.7)
    suggestion = words.properties[closest[0]] if closest else None
    raise QueryError(ErrorKind.UNKNOWN_FIELD, name.start(), name.end(), suggestion)


def _distance(match_: re.Match[str]) -> Distance:
    unit = match_["unit"] or match_["other"] or ""
    has_plus = match_["plus"] is not None
    return Distance(match_.start(), match_.end(), has_plus, match_["number"], unit)


def _to_float(number: str) -> float:
    return float(number.replace(",", ".").replace("−", "-"))


def _name_end(text: str, start: int) -> int:
    name = _NAME.match(text, start)
    return name.end() if name else start


def _skip_spaces(text: str, start: int) -> int:
    return start + len(text[start:]) - len(text[start:].lstrip())


def _spaced(words: str) -> str:
    """Return words in lower case with single spaces, as in the tables."""
    return " ".join(words.casefold().split())
