"""Normal form of a query: rows of an anchor term and clauses (a disjunction of conjunctions).

A query holds if at least one of its rows holds. `air AND (raid OR drill)` is one row, `raid OR
(drone AND NOT toy)` are two. The index stores a row in the postings of its anchor, so the row costs
nothing while the anchor is absent from a bulletin. The clauses of a row are in conjunctive normal
form.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TypeAlias

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
    Term,
    TopicTerm,
    Word,
)

Literal: TypeAlias = tuple[Term, bool]  # a term, and whether it is negated
Clause: TypeAlias = tuple[Literal, ...]  # a disjunction of literals

MAX_LITERALS = 1_024
"""In all rows of one query together; a query that needs more has no rows."""

# Rough relative frequency in bulletins of a term of each kind.
_FREQUENCY = {
    Phrase: 1,
    Word: 4,
    PlaceTerm: 10,
    NearTerm: 20,
    SourceTerm: 50,
    TopicTerm: 50,
    PropertyTerm: 50,
}


@dataclass(frozen=True, slots=True)
class Row:
    """Conjunction of an anchor and clauses."""

    anchor: Term  # not negated
    clauses: tuple[Clause, ...]  # shortest first


class _TooManyLiteralsError(Exception):
    """The rows of a query would need more than MAX_LITERALS."""


def build_rows(query: Query) -> tuple[Row, ...] | None:
    """Return the rows of a query that requires a positive term (`ast.requires_positive_term`).

    Return None for the rare query that is so nested that its rows need more than MAX_LITERALS.
    """
    try:
        rows = tuple(dict.fromkeys(_rows(query)))
    except _TooManyLiteralsError:
        return None
    size = sum(1 + sum(map(len, row.clauses)) for row in rows)
    return rows if size <= MAX_LITERALS else None


def anchor_terms(query: Query) -> frozenset[Term]:
    """Return terms of which at least one must hold for the query to hold.

    Of several such sets the result is the one that is rarest in bulletins.
    """
    anchors = _anchor_clause(query, is_negated=False)
    assert anchors, "the query requires a positive term"  # noqa: S101 - for the types
    return anchors


def _rows(query: Query) -> Iterator[Row]:
    for part in _disjuncts(query, is_negated=False):
        clauses = tuple(dict.fromkeys(_to_cnf(*part)))
        positive = [clause for clause in clauses if not any(is_negated for _, is_negated in clause)]
        anchor = min(positive, key=_clause_frequency)
        remaining = [clause for clause in clauses if clause is not anchor]
        conditions = tuple(sorted(remaining, key=len))
        for term, _ in anchor:
            yield Row(term, conditions)


def _disjuncts(query: Query, *, is_negated: bool) -> Iterator[tuple[Query, bool]]:
    """Yield the parts of a disjunction, each with whether it is negated."""
    match query:
        case Not(part):
            yield from _disjuncts(part, is_negated=not is_negated)
        case And(parts) | Or(parts) if isinstance(query, And) is is_negated:
            for part in parts:
                yield from _disjuncts(part, is_negated=is_negated)
        case _:
            yield query, is_negated


def _to_cnf(query: Query, is_negated: bool) -> Iterable[Clause]:  # noqa: FBT001 - of a pair
    """Return the conjunctive normal form of a query."""
    match query:
        case Not(part):
            return _to_cnf(part, not is_negated)
        case And(parts) | Or(parts):
            operands = [_to_cnf(part, is_negated) for part in parts]
            if isinstance(query, Or) is is_negated:  # an AND, or by De Morgan a negated OR
                return [clause for clauses in operands for clause in clauses]
            return _distribute([list(clauses) for clauses in operands])
        case _:
            return (((query, is_negated),),)


def _distribute(operands: list[list[Clause]]) -> Iterator[Clause]:
    """Distribute OR over AND: (a AND b) OR c becomes (a OR c) AND (b OR c)."""
    if prod(map(len, operands)) > MAX_LITERALS:
        raise _TooManyLiteralsError
    for combination in product(*operands):
        yield tuple(dict.fromkeys(literal for clause in combination for literal in clause))


def _clause_frequency(clause: Clause) -> int:
    return sum(_FREQUENCY[type(term)] for term, _ in clause)


def _anchor_clause(query: Query, *, is_negated: bool) -> frozenset[Term] | None:
    """Return the rarest set of anchors, None if the query can hold without any of its terms."""
    match query:
        case And(parts) | Or(parts):
            clauses = [_anchor_clause(part, is_negated=is_negated) for part in parts]
            anchored = [clause for clause in clauses if clause is not None]
            if isinstance(query, Or) is is_negated:
                return min(anchored, key=_frequency, default=None)
            return frozenset().union(*anchored) if len(anchored) == len(clauses) else None
        case Not(part):
            return _anchor_clause(part, is_negated=not is_negated)
        case _:
            return None if is_negated else frozenset((query,))


def _frequency(terms: frozenset[Term]) -> int:
    return sum(_FREQUENCY[type(term)] for term in terms)
