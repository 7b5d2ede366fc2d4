"""What a subscription asks for: a tree of terms, and its form in the database."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its inflected forms."""

    text: str  # one normalised word


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to each other in this order, each in any of its forms."""

    words: tuple[str, ...]  # normalised, two or more


@dataclass(frozen=True, slots=True)
class TopicTerm:
    """A topic the bulletin falls under."""

    name: str  # as in Topics: lower case


@dataclass(frozen=True, slots=True)
class PlaceTerm:
    """A place and all inside it; unless negated also alerts for a larger region around it."""

    code: str  # a Region's code


@dataclass(frozen=True, slots=True)
class SourceTerm:
    """Bulletins of one source."""

    name: str  # casefolded


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple["Query", ...]  # two or more


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple["Query", ...]  # two or more


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Query"


Term: TypeAlias = Word | Phrase | TopicTerm | PlaceTerm | SourceTerm
Query: TypeAlias = Term | And | Or | Not

_TAGS: dict[type[Any], str] = {
    Word: "word",
    TopicTerm: "topic",
    PlaceTerm: "in",
    SourceTerm: "from",
}
_TERMS = {tag: kind for kind, tag in _TAGS.items()}


def dump(query: Query) -> str:
    """The query as compact JSON; the form is stored, so it does not change."""
    return json.dumps(_as_list(query), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Query:
    """The query that dump() wrote; ValueError when the text is nothing of the kind."""
    try:
        return _from_list(json.loads(text))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(f"not a stored query: {text[:80]!r}") from error


def replace(query: Query, old: Query, new: Query) -> Query:
    """The query with every occurrence of one part replaced by another."""
    if query == old:
        return new
    match query:
        case And(parts):
            return And(tuple(replace(part, old, new) for part in parts))
        case Or(parts):
            return Or(tuple(replace(part, old, new) for part in parts))
        case Not(part):
            return Not(replace(part, old, new))
        case _:
            return query


def terms(query: Query) -> Iterator[Term]:
    """Every term in the order written, negated ones and repetitions included."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)
        case Not(part):
            yield from terms(part)
        case _:
            yield query


def needs_a_term(query: Query, *, negated: bool = False) -> bool:
    """Whether the query fails for a text in which none of its terms holds.

    One that does not would ring for everything that lacks something.
    """
    match query:
        case And(parts):
            return (all if negated else any)(needs_a_term(p, negated=negated) for p in parts)
        case Or(parts):
            return (any if negated else all)(needs_a_term(p, negated=negated) for p in parts)
        case Not(part):
            return needs_a_term(part, negated=not negated)
        case _:
            return not negated


def _as_list(query: Query) -> list[Any]:
    match query:
        case And(parts):
            return ["and", *map(_as_list, parts)]
        case Or(parts):
            return ["or", *map(_as_list, parts)]
        case Not(part):
            return ["not", _as_list(part)]
        case Phrase(words):
            return ["phrase", *words]
        case Word(value) | TopicTerm(value) | PlaceTerm(value) | SourceTerm(value):
            return [_TAGS[type(query)], value]


def _from_list(value: list[Any]) -> Query:
    tag, *rest = value
    match tag:
        case "and":
            return And(tuple(map(_from_list, rest)))
        case "or":
            return Or(tuple(map(_from_list, rest)))
        case "not":
            return Not(_from_list(rest[0]))
        case "phrase":
            return Phrase(tuple(map(str, rest)))
        case _:
            term: Term = _TERMS[tag](str(rest[0]))
            return term
