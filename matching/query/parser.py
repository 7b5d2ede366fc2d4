"""The query language: what a person types becomes a Query.

Words, "phrases", #topic, place names, in:"place", word:"word", from:"source"; AND (also a space),
OR, NOT (also a leading -) and parentheses. NOT binds tightest, OR least:

    any  = all (OR all)*
    all  = one (AND? one)*
    one  = NOT* ( "(" any ")" | term )
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.places.gazetteer import Gazetteer
from matching.query.ast import And, Not, Or, Query, needs_a_term, terms
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import Kind, Piece, cut
from matching.query.stopwords import is_common
from matching.query.term_resolver import Choice, Terms, TopicNames

__all__ = ["Choice", "ErrorKind", "Limits", "Parsed", "QueryError", "parse"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a query may be."""

    size: int = 4096  # bytes of UTF-8
    terms: int = 64
    depth: int = 8  # levels of parentheses


SUBSCRIPTION = Limits()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query and where it could have meant something else."""

    query: Query
    choices: tuple[Choice, ...]  # in the order of the text


def parse(
    text: str, gazetteer: Gazetteer, topics: TopicNames, limits: Limits = SUBSCRIPTION
) -> Parsed:
    """Read a query as a person types it; QueryError says what is wrong and where."""
    whole = (0, len(text))
    if len(text.encode("utf-8", "surrogatepass")) > limits.size:
        raise QueryError(ErrorKind.TOO_LONG, *whole, limit=limits.size)
    pieces = list(cut(text))
    resolved = Terms(text, pieces, gazetteer, topics)
    query = _Parser(pieces, resolved, limits, len(text)).read()
    if sum(1 for _ in terms(query)) > limits.terms:
        raise QueryError(ErrorKind.TOO_MANY_TERMS, *whole, limit=limits.terms)
    if not needs_a_term(query):
        raise QueryError(ErrorKind.NO_POSITIVE_TERM, *whole)
    if is_common(query):
        raise QueryError(ErrorKind.TOO_COMMON, *whole)
    return Parsed(query, tuple(resolved.choices))


class _Parser:
    """Goes through the pieces once, from the left."""

    def __init__(self, pieces: Sequence[Piece], terms: Terms, limits: Limits, end: int) -> None:
        self._pieces = pieces
        self._terms = terms
        self._depth = limits.depth
        self._end = end  # of the text
        self._at = 0

    def read(self) -> Query:
        if not self._pieces:
            raise QueryError(ErrorKind.EMPTY, 0, self._end)
        query = self._any(0)
        if left := self._next():
            raise QueryError(ErrorKind.UNBALANCED, left.start, left.end, "")
        return query

    def _next(self) -> Piece | None:
        return self._pieces[self._at] if self._at < len(self._pieces) else None

    def _take(self, *kinds: Kind) -> Piece | None:
        """The next piece, passed over, when it is of one of these kinds."""
        piece = self._next()
        if piece is None or piece.kind not in kinds:
            return None
        self._at += 1
        return piece

    def _any(self, depth: int, after: Piece | None = None) -> Query:
        parts = [self._all(depth, after)]
        while operator := self._take(Kind.OR):
            parts.append(self._all(depth, operator))
        return _joined(Or, parts)

    def _all(self, depth: int, after: Piece | None) -> Query:
        parts = [self._one(depth, after)]
        while True:
            operator = self._take(Kind.AND)
            following = self._next()
            if operator is None and (following is None or following.kind in {Kind.OR, Kind.CLOSE}):
                return _joined(And, parts)
            parts.append(self._one(depth, operator))

    def _one(self, depth: int, after: Piece | None) -> Query:
        negated = False
        while operator := self._take(Kind.NOT):
            negated, after = not negated, operator
        if opened := self._take(Kind.OPEN):
            query = self._group(opened, depth + 1)
        else:
            following = self._next()
            if following is None or following.kind in {Kind.AND, Kind.OR, Kind.CLOSE}:
                raise _misplaced(after, following)
            query, self._at = self._terms.read(self._at)
        return _negation(query) if negated else query

    def _group(self, opened: Piece, depth: int) -> Query:
        if depth > self._depth:
            raise QueryError(ErrorKind.TOO_DEEP, opened.start, opened.end, limit=self._depth)
        if closed := self._take(Kind.CLOSE):
            raise QueryError(ErrorKind.EMPTY, opened.start, closed.end, "")
        query = self._any(depth, opened)
        if not self._take(Kind.CLOSE):
            raise QueryError(ErrorKind.UNBALANCED, opened.start, opened.end, "")
        return query


def _misplaced(before: Piece | None, following: Piece | None) -> QueryError:
    """An operator that has nothing to work on, or a parenthesis without its other half."""
    beside = [piece for piece in (before, following) if piece]
    operators = [piece for piece in beside if piece.kind not in {Kind.OPEN, Kind.CLOSE}]
    wrong = (operators or beside)[0]
    kind = ErrorKind.DANGLING_OPERATOR if operators else ErrorKind.UNBALANCED
    return QueryError(kind, wrong.start, wrong.end, "")


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(flat))


def _negation(query: Query) -> Query:
    return query.part if isinstance(query, Not) else Not(query)
