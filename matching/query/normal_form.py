"""A query as rows: each one term that must hold and the clauses that must hold beside it.

A query holds when one of its rows does. `air AND (raid OR drill)` is one row, `raid OR (drone AND
NOT toy)` are two. A row waits at its term, its anchor, and costs nothing while that is absent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TypeAlias

from matching.query.ast import (
    And,
    Not,
    Or,
    Phrase,
    PlaceTerm,
    Query,
    SourceTerm,
    Term,
    TopicTerm,
    Word,
)

Literal: TypeAlias = tuple[Term, bool]  # a term, and whether it is negated
Clause: TypeAlias = tuple[Literal, ...]  # one of them holds

MOST_LITERALS = 1_024
"""In all rows of one query together; what would need more has no rows."""

# How often a term of each kind stands in a bulletin, roughly and against each other.
_COMMON = {Phrase: 1, Word: 4, PlaceTerm: 10, SourceTerm: 50, TopicTerm: 50}


@dataclass(frozen=True, slots=True)
class Row:
    """A conjunction."""

    anchor: Term  # holds, not negated
    rest: tuple[Clause, ...]  # each holds; those of one literal come first


class _TooManyError(Exception):
    """The query has no rows of a sensible size."""


def rows(query: Query) -> tuple[Row, ...] | None:
    """The rows of a query that needs one of its terms (`query.needs_a_term`).

    None for the rare one that is so nested that its rows would be more than it is worth.
    """
    try:
        found = tuple(dict.fromkeys(_rows(query)))
    except _TooManyError:
        return None
    size = sum(1 + sum(map(len, row.rest)) for row in found)
    return found if size <= MOST_LITERALS else None


def anchors(query: Query) -> frozenset[Term]:
    """The terms of which one must hold for the query to hold: of several such sets the rarest."""
    found = _clause(query, negated=False)
    assert found, "it needs a term"  # noqa: S101 - for the types
    return found


def _rows(query: Query) -> Iterator[Row]:
    for part in _disjuncts(query, negated=False):
        clauses = tuple(dict.fromkeys(_clauses(*part)))
        positive = [clause for clause in clauses if not any(negated for _, negated in clause)]
        anchor = min(positive, key=_rarity)
        rest = tuple(sorted((c for c in clauses if c is not anchor), key=len))
        for term, _ in anchor:
            yield Row(term, rest)


def _disjuncts(query: Query, *, negated: bool) -> Iterator[tuple[Query, bool]]:
    """The parts of which one must hold, each with whether it is negated."""
    match query:
        case Not(part):
            yield from _disjuncts(part, negated=not negated)
        case And(parts) | Or(parts) if isinstance(query, And) is negated:
            for part in parts:
                yield from _disjuncts(part, negated=negated)
        case _:
            yield query, negated


def _clauses(query: Query, negated: bool) -> Iterable[Clause]:  # noqa: FBT001 - of a pair
    """Conjunctive normal form."""
    match query:
        case Not(part):
            return _clauses(part, not negated)
        case And(parts) | Or(parts):
            each = [_clauses(part, negated) for part in parts]
            if isinstance(query, Or) is negated:  # an AND, or by De Morgan a negated OR
                return [clause for clauses in each for clause in clauses]
            return _distributed([list(clauses) for clauses in each])
        case _:
            return (((query, negated),),)


def _distributed(parts: list[list[Clause]]) -> Iterator[Clause]:
    """(a AND b) OR c is (a OR c) AND (b OR c)."""
    if prod(map(len, parts)) > MOST_LITERALS:
        raise _TooManyError
    for chosen in product(*parts):
        yield tuple(dict.fromkeys(literal for clause in chosen for literal in clause))


def _rarity(clause: Clause) -> int:
    return sum(_COMMON[type(term)] for term, _ in clause)


def _clause(query: Query, *, negated: bool) -> frozenset[Term] | None:
    """None: the query may hold without any of its terms."""
    match query:
        case And(parts) | Or(parts):
            clauses = [_clause(part, negated=negated) for part in parts]
            known = [clause for clause in clauses if clause is not None]
            if isinstance(query, Or) is negated:
                return min(known, key=_weight, default=None)
            return frozenset().union(*known) if len(known) == len(clauses) else None
        case Not(part):
            return _clause(part, negated=not negated)
        case _:
            return None if negated else frozenset((query,))


def _weight(terms: frozenset[Term]) -> int:
    return sum(_COMMON[type(term)] for term in terms)
