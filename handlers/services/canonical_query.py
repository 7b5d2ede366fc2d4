"""Canonical query: serializer to a text that has a single meaning, even for ambiguous names."""

from collections.abc import Sequence

from matching.query.ast import (
    And,
    NearTerm,
    Not,
    Or,
    Phrase,
    PlaceTerm,
    PropertyTerm,
    Query,
    SourceTerm,
    TopicTerm,
    Word,
)
from matching.query.properties import LEVEL, LEVELS


def serialize_query(query: Query) -> str:  # noqa: C901, PLR0911 - a return for each kind of node
    """Serialize a query to a text that parses to the same query, as `word:"van" AND in:"PL"`."""
    match query:
        case Word(text):
            return f'word:"{text}"'
        case Phrase(words):
            return f'word:"{" ".join(words)}"'
        case TopicTerm(name):
            return f'#"{name}"'
        case PlaceTerm(code):
            return f'in:"{code}"'
        case SourceTerm(name):
            return f'from:"{name}"'
        case PropertyTerm(name, comparison, value):
            bound = LEVELS[int(value)] if name == LEVEL else value
            return f"{name}{comparison}{bound}"
        case NearTerm(latitude, longitude, radius, reference):
            return f'near:"{latitude},{longitude},{radius},{reference}"'
        case Not(part):
            return f"NOT {_grouped(part, And, Or)}"
        case And(parts):
            return _joined(" AND ", parts, Or)
        case Or(parts):
            return _joined(" OR ", parts)


def _joined(operator: str, parts: Sequence[Query], *looser: type[Query]) -> str:
    return operator.join(_grouped(part, *looser) for part in parts)


def _grouped(part: Query, *looser: type[Query]) -> str:
    """Serialize a part, in parentheses if its operator binds more loosely."""
    return f"({serialize_query(part)})" if isinstance(part, looser) else serialize_query(part)
