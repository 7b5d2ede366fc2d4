"""Query parser: turns the text a person types into a Query, by recursive descent.

Words, "phrases", #topic, place names, in:"place", word:"word", from:"source"; AND (also a space),
OR, NOT (also a leading -) and parentheses. NOT binds tightest, OR least:

    or   = and (OR and)*
    and  = not (AND? not)*
    not  = NOT* ( "(" or ")" | term )
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matching.places.gazetteer import Gazetteer
from matching.query.ast import And, Not, Or, Query, requires_positive_term, terms
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import QueryToken, TokenKind, lex
from matching.query.stopwords import is_too_common
from matching.query.term_resolver import Ambiguity, TermResolver, TopicNames

__all__ = ["Ambiguity", "ErrorKind", "ParsedQuery", "QueryError", "QueryLimits", "parse"]


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Limits of the size of a query."""

    size: int = 4096  # bytes of UTF-8
    terms: int = 64
    depth: int = 8  # levels of parentheses


SUBSCRIPTION_LIMITS = QueryLimits()


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """Query with the ambiguities that were resolved in it."""

    query: Query
    ambiguities: tuple[Ambiguity, ...]  # in the order of the text


def parse(
    text: str,
    gazetteer: Gazetteer,
    topics: TopicNames,
    limits: QueryLimits = SUBSCRIPTION_LIMITS,
) -> ParsedQuery:
    """Parse a query as a person types it. Raises QueryError."""
    span = (0, len(text))
    if len(text.encode("utf-8", "surrogatepass")) > limits.size:
        raise QueryError(ErrorKind.TOO_LONG, *span, limit=limits.size)
    tokens = list(lex(text))
    resolver = TermResolver(text, tokens, gazetteer, topics)
    query = _Parser(tokens, resolver, limits, len(text)).parse()
    if sum(1 for _ in terms(query)) > limits.terms:
        raise QueryError(ErrorKind.TOO_MANY_TERMS, *span, limit=limits.terms)
    if not requires_positive_term(query):
        raise QueryError(ErrorKind.NO_POSITIVE_TERM, *span)
    if is_too_common(query):
        raise QueryError(ErrorKind.TOO_COMMON, *span)
    return ParsedQuery(query, tuple(resolver.ambiguities))


class _Parser:
    """Recursive descent parser: one pass over the tokens."""

    def __init__(
        self,
        tokens: Sequence[QueryToken],
        resolver: TermResolver,
        limits: QueryLimits,
        text_length: int,
    ) -> None:
        self._tokens = tokens
        self._resolver = resolver
        self._max_depth = limits.depth
        self._text_length = text_length
        self._position = 0

    def parse(self) -> Query:
        if not self._tokens:
            raise QueryError(ErrorKind.EMPTY, 0, self._text_length)
        query = self._parse_or(0)
        if extra := self._peek():
            raise QueryError(ErrorKind.UNBALANCED, extra.start, extra.end, "")
        return query

    def _peek(self) -> QueryToken | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _accept(self, kind: TokenKind) -> QueryToken | None:
        """Consume and return the next token if it is of this kind."""
        token = self._peek()
        if token is None or token.kind is not kind:
            return None
        self._position += 1
        return token

    def _parse_or(self, depth: int, previous: QueryToken | None = None) -> Query:
        parts = [self._parse_and(depth, previous)]
        while operator := self._accept(TokenKind.OR):
            parts.append(self._parse_and(depth, operator))
        return _combine(Or, parts)

    def _parse_and(self, depth: int, previous: QueryToken | None) -> Query:
        parts = [self._parse_not(depth, previous)]
        while True:
            operator = self._accept(TokenKind.AND)
            following = self._peek()
            if operator is None and (
                following is None or following.kind in {TokenKind.OR, TokenKind.CLOSE}
            ):
                return _combine(And, parts)
            parts.append(self._parse_not(depth, operator))

    def _parse_not(self, depth: int, previous: QueryToken | None) -> Query:
        is_negated = False
        while operator := self._accept(TokenKind.NOT):
            is_negated, previous = not is_negated, operator
        if opening := self._accept(TokenKind.OPEN):
            query = self._parse_group(opening, depth + 1)
        else:
            following = self._peek()
            if following is None or following.kind in {
                TokenKind.AND,
                TokenKind.OR,
                TokenKind.CLOSE,
            }:
                raise _missing_operand(previous, following)
            query, self._position = self._resolver.resolve(self._position)
        return _negate(query) if is_negated else query

    def _parse_group(self, opening: QueryToken, depth: int) -> Query:
        if depth > self._max_depth:
            raise QueryError(ErrorKind.TOO_DEEP, opening.start, opening.end, limit=self._max_depth)
        if closing := self._accept(TokenKind.CLOSE):
            raise QueryError(ErrorKind.EMPTY, opening.start, closing.end, "")
        query = self._parse_or(depth, opening)
        if not self._accept(TokenKind.CLOSE):
            raise QueryError(ErrorKind.UNBALANCED, opening.start, opening.end, "")
        return query


def _missing_operand(previous: QueryToken | None, following: QueryToken | None) -> QueryError:
    """Return the error for a missing operand: dangling operator or unbalanced parenthesis."""
    neighbours = [token for token in (previous, following) if token]
    parentheses = {TokenKind.OPEN, TokenKind.CLOSE}
    operators = [token for token in neighbours if token.kind not in parentheses]
    culprit = (operators or neighbours)[0]
    kind = ErrorKind.DANGLING_OPERATOR if operators else ErrorKind.UNBALANCED
    return QueryError(kind, culprit.start, culprit.end, "")


def _combine(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    """Join parts with an operator; nested operators of the same kind become one."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(flat))


def _negate(query: Query) -> Query:
    return query.part if isinstance(query, Not) else Not(query)
