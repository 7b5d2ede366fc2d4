"""The rows of a stored query without reading it: those of one shape differ in their terms alone.

A shape is what is left of the text when each term gives way to its kind. Among a million queries
there are some hundred shapes, and terms that are there many times.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from matching.query.ast import (
    Phrase,
    PlaceTerm,
    SourceTerm,
    Term,
    TopicTerm,
    Word,
    load,
    needs_a_term,
)
from matching.query.normal_form import Clause, rows

# What is said of a literal:
OPENS_CLAUSE = 1
OPENS_ROW = 2
NEGATED = 4

_TERM = re.compile(r'(\["(?:word|phrase|topic|in|from)"(?:,"(?:[^"\\]|\\.)*")+\])')
_KIND = 2  # where in the text of a term is the first letter of its kind
_EXAMPLES = {
    "w": '["word","{}"]',
    "p": '["phrase","{}",""]',
    "t": '["topic","{}"]',
    "i": '["in","{}"]',
    "f": '["from","{}"]',
}


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row by the places of its terms in the text."""

    anchor: int
    literals: tuple[tuple[int, bool], ...]  # with whether each is negated
    flags: bytes  # one of each literal


class Plans:
    """The rows of every shape met."""

    def __init__(self) -> None:
        self._plans: dict[str, tuple[PlannedRow, ...] | None] = {}

    def plan(self, query: str) -> tuple[Sequence[str], tuple[PlannedRow, ...] | None]:
        """The terms as they stand in the text, and the rows; None as of clauses.rows.

        ValueError for what is no stored query, or one that needs none of its terms.
        """
        pieces = _TERM.split(query)
        terms = pieces[1::2]
        pieces[1::2] = [term[_KIND] for term in terms]
        shape = "".join(pieces)
        try:
            return terms, self._plans[shape]
        except KeyError:
            found = self._plans[shape] = _plan(pieces)
            return terms, found


def _plan(pieces: list[str]) -> tuple[PlannedRow, ...] | None:
    examples = [_EXAMPLES[kind].format(number) for number, kind in enumerate(pieces[1::2])]
    query = load("".join(chain(*zip(pieces[::2], [*examples, ""], strict=True))))
    if not needs_a_term(query):
        raise ValueError("the query holds for a text without any of its terms")
    found = rows(query)
    if found is None:
        return None
    return tuple(
        PlannedRow(
            _number(row.anchor),
            tuple((_number(term), negated) for clause in row.rest for term, negated in clause),
            b"".join(_flags(clause, first=not at) for at, clause in enumerate(row.rest)),
        )
        for row in found
    )


def _flags(clause: Clause, *, first: bool) -> bytes:
    flags = bytearray(NEGATED if negated else 0 for _, negated in clause)
    flags[0] |= OPENS_CLAUSE | (OPENS_ROW if first else 0)
    return bytes(flags)


def _number(example: Term) -> int:
    match example:
        case Phrase((number, *_)):
            return int(number)
        case Word(number) | TopicTerm(number) | PlaceTerm(number) | SourceTerm(number):
            return int(number)
        case _:
            raise TypeError(example)
