"""Row templates: a cache of normal forms by query shape.

The shape of a stored query is its text with each term replaced by its kind. Queries of one shape
have the same rows except for their terms, so the rows of a shape are computed once. A million
queries have some hundred shapes, and many terms occur in many of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from matching.query.ast import (
    NearTerm,
    Phrase,
    PlaceTerm,
    PropertyTerm,
    SourceTerm,
    Term,
    TopicTerm,
    Word,
    load,
    requires_positive_term,
)
from matching.query.normal_form import Clause, build_rows

# Flags of a literal:
OPENS_CLAUSE = 1
OPENS_ROW = 2
NEGATED = 4

_TERM = re.compile(
    r'(\["(?:word|phrase|topic|in|from|prop|near)"(?:,(?:"(?:[^"\\]|\\.)*"|[-+.e\d]+))+\])'
)
_KIND = slice(2, 4)  # of a term's text: the first letters of its kind
_EXAMPLES = {
    "wo": '["word","{}"]',
    "ph": '["phrase","{}",""]',
    "to": '["topic","{}"]',
    "in": '["in","{}"]',
    "fr": '["from","{}"]',
    "pr": '["prop","{}",">=",0]',
    "ne": '["near",0,0,1,"{}"]',
}


@dataclass(frozen=True, slots=True)
class RowTemplate:
    """Row whose terms are numbers: their positions among the terms of the query."""

    anchor: int
    literals: tuple[tuple[int, bool], ...]  # a term, and whether it is negated
    flags: bytes  # one per literal


class RowTemplates:
    """Cache of the row templates of every shape seen."""

    def __init__(self) -> None:
        self._templates: dict[str, tuple[RowTemplate, ...] | None] = {}

    def get(self, query: str) -> tuple[Sequence[str], tuple[RowTemplate, ...] | None]:
        """Return the JSON texts of a stored query's terms, and the templates of its rows.

        The templates are None for a query without rows (see `normal_form.build_rows`). Raises
        ValueError for a text that is not a stored query, and for a query that requires no positive
        term.
        """
        pieces = _TERM.split(query)
        terms = pieces[1::2]
        pieces[1::2] = [term[_KIND] for term in terms]
        shape = "".join(pieces)
        try:
            return terms, self._templates[shape]
        except KeyError:
            templates = self._templates[shape] = _build(pieces)
            return terms, templates


def _build(pieces: list[str]) -> tuple[RowTemplate, ...] | None:
    examples = [_EXAMPLES[kind].format(number) for number, kind in enumerate(pieces[1::2])]
    query = load("".join(chain(*zip(pieces[::2], [*examples, ""], strict=True))))
    if not requires_positive_term(query):
        raise ValueError("the query matches texts that contain none of its terms")
    rows = build_rows(query)
    if rows is None:
        return None
    return tuple(
        RowTemplate(
            _number(row.anchor),
            tuple(
                (_number(term), is_negated) for clause in row.clauses for term, is_negated in clause
            ),
            b"".join(_flags(clause, first=not i) for i, clause in enumerate(row.clauses)),
        )
        for row in rows
    )


def _flags(clause: Clause, *, first: bool) -> bytes:
    flags = bytearray(NEGATED if is_negated else 0 for _, is_negated in clause)
    flags[0] |= OPENS_CLAUSE | (OPENS_ROW if first else 0)
    return bytes(flags)


def _number(example: Term) -> int:
    """Return the number that replaces a word in an example."""
    match example:
        case Phrase((number, *_)):
            return int(number)
        case Word(number) | TopicTerm(number) | PlaceTerm(number) | SourceTerm(number):
            return int(number)
        case PropertyTerm(name=number) | NearTerm(reference=number):
            return int(number)
        case _:
            raise TypeError(example)
