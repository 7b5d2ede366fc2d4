"""Query syntax tree (AST): terms and operators, and their stored form as JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal, TypeAlias, get_args

Comparison: TypeAlias = Literal[">=", "<="]


@dataclass(frozen=True, slots=True)
class Word:
    """Word in any of its inflected forms."""

    text: str  # one normalised word


@dataclass(frozen=True, slots=True)
class Phrase:
    """Adjacent words in this order, each in any of its inflected forms."""

    words: tuple[str, ...]  # normalised, two or more


@dataclass(frozen=True, slots=True)
class TopicTerm:
    """Topic of the bulletin."""

    name: str  # as in Topics: lower case; or ALERT_TOPIC


@dataclass(frozen=True, slots=True)
class PlaceTerm:
    """Place and everything inside it.

    Unless negated, an alert for a region that contains the place matches it as well.
    """

    code: str  # a Region's code


@dataclass(frozen=True, slots=True)
class SourceTerm:
    """Source of the bulletin."""

    name: str  # casefolded


@dataclass(frozen=True, slots=True)
class PropertyTerm:
    """Bound of a property of the bulletin. A bulletin without the property does not match."""

    name: str  # a Property's name in matching.query.properties
    comparison: Comparison  # of the bulletin's value with this one
    value: float  # on the property's grid; the level as its rank


@dataclass(frozen=True, slots=True)
class NearTerm:
    """Circle on the earth: a point of the bulletin lies in it."""

    latitude: float  # of the centre, degrees
    longitude: float  # degrees
    radius_km: int
    reference: str  # of the centre: a Region's code, HERE, or SAVED and the id of a saved place


ALERT_TOPIC = "any alert"
"""Name of a topic that every alert has. No query that a person types can contain the space."""

HERE = "here"
"""Reference of a point that the person shared."""

SAVED = "saved:"
"""Prefix of the reference to a saved place; its id follows."""


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction: all parts hold."""

    parts: tuple["Query", ...]  # two or more


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction: at least one part holds."""

    parts: tuple["Query", ...]  # two or more


@dataclass(frozen=True, slots=True)
class Not:
    """Negation: the part does not hold."""

    part: "Query"


Term: TypeAlias = Word | Phrase | TopicTerm | PlaceTerm | SourceTerm | PropertyTerm | NearTerm
Query: TypeAlias = Term | And | Or | Not

_TAGS: dict[type[Any], str] = {
    Word: "word",
    TopicTerm: "topic",
    PlaceTerm: "in",
    SourceTerm: "from",
}
_TERM_TYPES = {tag: kind for kind, tag in _TAGS.items()}


def dump(query: Query) -> str:
    """Return a query as compact JSON. The format is stored in databases and does not change."""
    return json.dumps(_to_list(query), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Query:
    """Return the query that dump() wrote. Raises ValueError for any other text."""
    try:
        return _from_list(json.loads(text))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(f"not a stored query: {text[:80]!r}") from error


def replace(query: Query, part: Query, replacement: Query) -> Query:
    """Return the query with every occurrence of a part replaced."""
    if query == part:
        return replacement
    match query:
        case And(operands):
            return And(tuple(replace(operand, part, replacement) for operand in operands))
        case Or(operands):
            return Or(tuple(replace(operand, part, replacement) for operand in operands))
        case Not(operand):
            return Not(replace(operand, part, replacement))
        case _:
            return query


def terms(query: Query) -> Iterator[Term]:
    """Yield every term in written order, including negated and repeated ones."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)
        case Not(part):
            yield from terms(part)
        case _:
            yield query


def requires_positive_term(query: Query, *, is_negated: bool = False) -> bool:
    """Return whether the query fails for every text in which none of its terms holds.

    A query that does not would match every bulletin that lacks something.
    """
    match query:
        case And(parts):
            return (all if is_negated else any)(
                requires_positive_term(part, is_negated=is_negated) for part in parts
            )
        case Or(parts):
            return (any if is_negated else all)(
                requires_positive_term(part, is_negated=is_negated) for part in parts
            )
        case Not(part):
            return requires_positive_term(part, is_negated=not is_negated)
        case _:
            return not is_negated


def _to_list(query: Query) -> list[Any]:  # noqa: PLR0911 - a return for each kind
    match query:
        case And(parts):
            return ["and", *map(_to_list, parts)]
        case Or(parts):
            return ["or", *map(_to_list, parts)]
        case Not(part):
            return ["not", _to_list(part)]
        case Phrase(words):
            return ["phrase", *words]
        case Word(value) | TopicTerm(value) | PlaceTerm(value) | SourceTerm(value):
            return [_TAGS[type(query)], value]
        case PropertyTerm(name, comparison, bound):
            return ["prop", name, comparison, bound]
        case NearTerm(latitude, longitude, radius, reference):
            return ["near", latitude, longitude, radius, reference]


def _from_list(value: list[Any]) -> Query:  # noqa: PLR0911 - a return for each kind
    tag, *operands = value
    match tag:
        case "and":
            return And(tuple(map(_from_list, operands)))
        case "or":
            return Or(tuple(map(_from_list, operands)))
        case "not":
            return Not(_from_list(operands[0]))
        case "phrase":
            return Phrase(tuple(map(str, operands)))
        case "prop":
            return _load_property(*operands)
        case "near":
            return _load_circle(*operands)
        case _:
            term: Term = _TERM_TYPES[tag](str(operands[0]))
            return term


def _load_property(name: str, comparison: Comparison, value: float) -> PropertyTerm:
    if comparison not in get_args(Comparison):
        raise ValueError(comparison)
    return PropertyTerm(str(name), comparison, _number(value))


def _load_circle(latitude: float, longitude: float, radius: int, reference: str) -> NearTerm:
    return NearTerm(_number(latitude), _number(longitude), int(_number(radius)), str(reference))


def _number(value: float) -> float:
    """Return the value, an integer as such. Raises TypeError or ValueError for anything else."""
    if isinstance(value, bool) or not isfinite(value):
        raise ValueError(value)
    return value
