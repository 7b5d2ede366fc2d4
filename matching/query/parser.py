"""Query parser: turns the text a person types into a Query, by recursive descent.

Words, "phrases", #topic, place names, in:"place", word:"word", from:"source", comparisons
(magnitude>=4.5), distances (Kyiv +20km, within 20 km of Kyiv); lists (a comma, a semicolon or the
end of a line), AND (also a space), OR, NOT (also a leading -) and parentheses:

    group   = operand ((separator* (AND | OR)? separator*) operand)*
    operand = NOT* ( "(" group ")" | term )

Precedence within a group: see matching.query.precedence.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from matching.places.gazetteer import Gazetteer
from matching.query.ast import Not, Phrase, Query, Word, requires_positive_term
from matching.query.errors import ErrorKind, QueryError
from matching.query.joined_names import split_joined_names
from matching.query.lead_ins import drop_lead_ins
from matching.query.lexer import QueryToken, TokenKind, lex
from matching.query.personal_places import NO_PERSONAL_PLACES, PersonalPlaces
from matching.query.precedence import Joiner, Operand, OperandKind, combine, find_kind
from matching.query.state_abbreviations import expand_state_abbreviations
from matching.query.stopwords import is_too_common
from matching.query.terms.ambiguities import Ambiguity
from matching.query.terms.term_resolver import TermResolver
from matching.query.terms.topic_terms import TopicNames

__all__ = ["ErrorKind", "ParsedQuery", "QueryError", "QueryLimits", "parse"]


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Limits of the size of a query."""

    size: int = 4096  # bytes of UTF-8
    terms: int = 64  # each word of a phrase counts
    depth: int = 8  # levels of parentheses
    guesses: int = 3  # misspelt names that get similar ones offered: each takes up to 10 ms


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
    personal: PersonalPlaces = NO_PERSONAL_PLACES,
    sources: Collection[str] | None = None,
) -> ParsedQuery:
    """Parse a query as a person types it. Raises QueryError.

    `personal` has the places that only this person can name, `sources` the names of all sources;
    None: any name is accepted.
    """
    span = (0, len(text))
    if len(text.encode("utf-8", "surrogatepass")) > limits.size:
        raise QueryError(ErrorKind.TOO_LONG, *span, limit=limits.size)
    joined = list(split_joined_names(lex(text), gazetteer))
    expanded = list(expand_state_abbreviations(joined, gazetteer))
    tokens = list(drop_lead_ins(expanded, gazetteer, personal))
    resolver = TermResolver(
        text,
        tokens,
        gazetteer,
        topics,
        max_guesses=limits.guesses,
        personal=personal,
        sources=sources,
    )
    query = _Parser(tokens, resolver, limits, len(text)).parse()
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
        self._limits = limits
        self._text_length = text_length
        self._position = 0
        self._term_count = 0

    def parse(self) -> Query:
        if all(token.kind is TokenKind.SEPARATOR for token in self._tokens):
            raise QueryError(ErrorKind.EMPTY, 0, self._text_length)
        query = self._parse_operands(0, None)
        if extra := self._peek():
            raise QueryError(ErrorKind.UNBALANCED, extra.start, extra.end, "")
        return query

    def _peek(self) -> QueryToken | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _accept(self, *kinds: TokenKind) -> QueryToken | None:
        """Consume and return the next token if it is of one of these kinds."""
        token = self._peek()
        if token is None or token.kind not in kinds:
            return None
        self._position += 1
        return token

    def _accept_separators(self) -> bool:
        """Consume all separators; return whether there are any."""
        start = self._position
        while self._accept(TokenKind.SEPARATOR):
            pass
        return self._position > start

    def _parse_operands(self, depth: int, previous: QueryToken | None) -> Query:
        """Parse the operands of one level of parentheses. `previous` is the token before them."""
        operands: list[Operand] = []
        joiner = Joiner.SPACE
        self._accept_separators()
        while True:
            operands.append(self._parse_operand(joiner, depth, previous))
            is_separated = self._accept_separators()
            previous = self._accept(TokenKind.AND, TokenKind.OR)
            is_separated |= self._accept_separators()
            following = self._peek()
            if previous is None and (following is None or following.kind is TokenKind.CLOSE):
                return combine(self._read_lists_of_places(operands))
            joiner = _joiner(previous, is_separated=is_separated)

    def _parse_operand(self, joiner: Joiner, depth: int, previous: QueryToken | None) -> Operand:
        is_negated = False
        while operator := self._accept(TokenKind.NOT):
            is_negated, previous = not is_negated, operator
            self._accept_separators()
        if opening := self._accept(TokenKind.OPEN):
            group = self._parse_group(opening, depth + 1)
            if distance := self._accept(TokenKind.DISTANCE):
                group = self._resolver.measure_group(group, opening.start, distance)
            return _operand(joiner, group, is_negated=is_negated)
        following = self._peek()
        if following is None or following.kind in {TokenKind.AND, TokenKind.OR, TokenKind.CLOSE}:
            raise _missing_operand(previous, following)
        query = self._parse_term()
        place = None if is_negated else self._resolver.read_as_place(query)
        return _operand(joiner, query, is_negated=is_negated, place=place)

    def _parse_term(self) -> Query:
        query, self._position = self._resolver.resolve(self._position)
        self._term_count += _count_words(query)
        if self._term_count > self._limits.terms:
            limit = self._limits.terms
            raise QueryError(ErrorKind.TOO_MANY_TERMS, 0, self._text_length, limit=limit)
        return query

    def _read_lists_of_places(self, operands: list[Operand]) -> list[Operand]:
        """Read a word that can be a place as a place if it is in a list of places."""
        read = [*operands]
        pairs = [(index - 1, index) for index in range(1, len(read))]
        for neighbour, index in (*pairs, *((right, left) for left, right in reversed(pairs))):
            word, joiner = read[index], read[max(neighbour, index)].joiner
            is_list = joiner in (Joiner.SEPARATOR, Joiner.AND_WORD, Joiner.OR_WORD)
            if word.place and is_list and read[neighbour].kind is OperandKind.PLACE:
                self._resolver.ambiguities.choose_place(word.query, word.place)
                read[index] = Operand(word.joiner, word.place, OperandKind.PLACE)
        return read

    def _parse_group(self, opening: QueryToken, depth: int) -> Query:
        if depth > self._limits.depth:
            limit = self._limits.depth
            raise QueryError(ErrorKind.TOO_DEEP, opening.start, opening.end, limit=limit)
        if closing := self._accept(TokenKind.CLOSE):
            raise QueryError(ErrorKind.EMPTY, opening.start, closing.end, "")
        query = self._parse_operands(depth, opening)
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


def _count_words(query: Query) -> int:
    """Return the number of words of a term, each part of a compound with hyphens included."""
    match query:
        case Phrase(words):
            return sum(1 + word.count("-") for word in words)
        case Word(text):
            return 1 + text.count("-")
        case _:
            return 1


def _operand(
    joiner: Joiner, query: Query, *, is_negated: bool, place: Query | None = None
) -> Operand:
    query = _negate(query) if is_negated else query
    return Operand(joiner, query, find_kind(query), place)


def _joiner(operator: QueryToken | None, *, is_separated: bool) -> Joiner:
    """Return what joins two operands. A comma before `and` makes it the last item of a list."""
    if operator is None or (is_separated and not operator.is_capital):
        return Joiner.SEPARATOR if is_separated else Joiner.SPACE
    if operator.kind is TokenKind.AND:
        return Joiner.AND if operator.is_capital else Joiner.AND_WORD
    return Joiner.OR if operator.is_capital else Joiner.OR_WORD


def _negate(query: Query) -> Query:
    return query.part if isinstance(query, Not) else Not(query)
