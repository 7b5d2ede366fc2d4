"""A query spelled out so that it can be read in one way only, whatever a name could mean else."""

from collections.abc import Sequence

from matching.query.ast import And, Not, Or, Phrase, PlaceTerm, Query, SourceTerm, TopicTerm, Word


def spell(query: Query) -> str:  # noqa: PLR0911 - a table reads best whole
    """What `matching.parser.parse` reads as just this query: `word:"van" AND in:PL`."""
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
        case Not(part):
            return f"NOT {_grouped(part, And, Or)}"
        case And(parts):
            return _joined(" AND ", parts, Or)
        case Or(parts):
            return _joined(" OR ", parts)


def _joined(operator: str, parts: Sequence[Query], *looser: type[Query]) -> str:
    return operator.join(_grouped(part, *looser) for part in parts)


def _grouped(part: Query, *looser: type[Query]) -> str:
    """In parentheses where it would come apart otherwise."""
    return f"({spell(part)})" if isinstance(part, looser) else spell(part)
