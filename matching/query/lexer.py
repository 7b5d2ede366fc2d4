"""Query lexer: splits a typed query into parentheses, operators, separators, quotes and words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from matching.query.ast import Query
from matching.query.errors import ErrorKind, QueryError
from matching.query.measures import (
    Distance,
    find_joined_distance,
    scan_comparison,
    scan_distance,
    scan_within,
)
from matching.text.look_alikes import unmix_scripts
from matching.text.pieces import is_function_word
from matching.text.tokenizer import split_words


class TokenKind(Enum):
    """Kind of a query token."""

    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    SEPARATOR = auto()  # a comma, a semicolon or the end of a line
    QUOTED = auto()  # "…"
    TOPIC = auto()  # #…
    PLACE = auto()  # in:…
    WORD = auto()  # word:…
    SOURCE = auto()  # from:…
    CIRCLE = auto()  # near:"…", as the bot itself writes it
    COMPARISON = auto()  # magnitude>=4.5
    DISTANCE = auto()  # +20km, after a place
    WITHIN = auto()  # within 20 km of, before a place
    BARE = auto()


@dataclass(frozen=True, slots=True)
class QueryToken:
    """Token of a query."""

    kind: TokenKind
    start: int  # in the text as typed, code points
    end: int  # exclusive
    value: str  # without quotes, # or the field's name
    is_quoted: bool  # the value was in quotes
    query: Query | None = None  # of a comparison
    distance: Distance | None = None

    @property
    def can_join_name(self) -> bool:
        """Return whether a place name of several words can continue with this token."""
        kinds = {TokenKind.BARE, TokenKind.AND, TokenKind.OR, TokenKind.NOT}
        return (self.kind in kinds and bool(self.value)) or self.is_comma

    @property
    def is_comma(self) -> bool:
        """Return whether this is a comma, which may be inside a name: Paris, Texas."""
        return self.kind is TokenKind.SEPARATOR and self.value in COMMAS

    @property
    def is_capital(self) -> bool:
        """Return whether an operator is written in capitals: AND, not and."""
        return self.value.isupper()


# In English and the languages of the bot, in any letter case. Nobody wants to subscribe to one of
# these words alone, and the bot shows a stored query with them. word:or searches for the word.
OPERATORS = {
    **dict.fromkeys(("and", "і", "й", "та", "и", "e", "ed"), TokenKind.AND),
    **dict.fromkeys(("or", "або", "чи", "или", "o", "oppure"), TokenKind.OR),
    **dict.fromkeys(("not", "не", "non"), TokenKind.NOT),
}
FIELDS = {"in": TokenKind.PLACE, "word": TokenKind.WORD, "from": TokenKind.SOURCE}
_FIELD_SYNONYMS = {"place": "in", "source": "from"}  # other systems call them so
_CIRCLE = re.compile(r'near:"(?P<value>[^"]*)"', re.IGNORECASE)

QUOTES = '"“”„‟«»＂'
COMMAS = ",，、،"
_SEPARATORS = rf"{COMMAS};；؛"
_LINE_ENDS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_TOKEN = re.compile(
    rf"""
      (?P<open>\() | (?P<close>\))
    | (?P<separator>[{_SEPARATORS}{_LINE_ENDS}])
    | (?P<minus>[-−–](?=[^\s){_SEPARATORS}]))
    | (?P<topic>\#)(?P<topic_name>[\w-]*)
    | (?P<field>in|word|from|(?:place|source)(?=:\S)):
      (?P<field_value>[^\s(){QUOTES}{_SEPARATORS}]*)
    | (?P<quote>[{QUOTES}])
    | (?P<bare>(?:[^\s(){QUOTES}{_SEPARATORS}]|(?<=\d),(?=\d))+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TOKEN_START = re.compile(rf"[\S{_LINE_ENDS}]")
_QUOTE = re.compile(f"[{QUOTES}]")
_MODEL_LETTERS = re.compile(r"[^\W\d_]{1,3}")
_MODEL_NUMBER = re.compile(r"\d{1,3}(?:[^\W\d_]{1,3}\d?)?")


def lex(text: str) -> Iterator[QueryToken]:
    """Yield the tokens of a query in order, without emoji and punctuation.

    A model in two words is one token: F 16. Raises QueryError for an unclosed quote or a field
    without a value.
    """
    previous = None
    for token in _lex_words(text):
        if previous and _is_model(previous, token):
            name = f"{previous.value}-{token.value}"
            yield replace(previous, end=token.end, value=name)
            previous = None
            continue
        if previous:
            yield previous
        previous = token
    if previous:
        yield previous


def _is_model(letters: QueryToken, number: QueryToken) -> bool:
    """Return whether two tokens are a model, as short letters and a number are."""
    return (
        letters.kind is number.kind is TokenKind.BARE
        and bool(_MODEL_LETTERS.fullmatch(letters.value) and _MODEL_NUMBER.fullmatch(number.value))
        and (letters.is_capital or not is_function_word(letters.value.casefold()))
    )


def _lex_words(text: str) -> Iterator[QueryToken]:
    position = 0
    while start := _TOKEN_START.search(text, position):
        token = _lex_measure(text, start.start()) or _lex_token(text, start.start())
        if token.kind is TokenKind.BARE:
            token = _without_distance(token, text)
        position = token.end
        if token.kind is not TokenKind.BARE or split_words(token.value):
            yield token


def _lex_measure(text: str, start: int) -> QueryToken | None:
    """Return a token with a comparison, a distance or a circle, None for any other."""
    if within := scan_within(text, start):
        return _distance_token(text, TokenKind.WITHIN, within)
    distance = scan_distance(text, start)
    if distance and (distance.has_plus or distance.is_known_unit):
        return _distance_token(text, TokenKind.DISTANCE, distance)
    if circle := _CIRCLE.match(text, start):
        return QueryToken(TokenKind.CIRCLE, start, circle.end(), circle["value"], is_quoted=True)
    scanned = scan_comparison(text, start)
    if scanned is None:
        return None
    value = text[start : scanned.end]
    return QueryToken(
        TokenKind.COMPARISON, start, scanned.end, value, is_quoted=False, query=scanned.query
    )


def _distance_token(text: str, kind: TokenKind, distance: Distance) -> QueryToken:
    value = text[distance.start : distance.end]
    return QueryToken(kind, distance.start, distance.end, value, is_quoted=False, distance=distance)


def _without_distance(token: QueryToken, text: str) -> QueryToken:
    """Return the token without a distance that is joined to it: Kyiv+20km."""
    end = find_joined_distance(text, token.start, token.end)
    return token if end is None else replace(token, end=end, value=text[token.start : end])


def _lex_token(text: str, start: int) -> QueryToken:
    match_ = _TOKEN.match(text, start)
    assert match_, "any character other than a space begins a token"  # noqa: S101 - for the types
    end = match_.end()
    match match_.lastgroup:
        case "open" | "close" | "separator" as group:
            return QueryToken(TokenKind[group.upper()], start, end, match_[0], is_quoted=False)
        case "minus":
            return QueryToken(TokenKind.NOT, start, end, "", is_quoted=False)
        case "quote":
            return _lex_quoted(text, TokenKind.QUOTED, start, end)
        case "topic_name":
            return _lex_field(text, TokenKind.TOPIC, start, match_["topic_name"], end)
        case "field_value":
            field = match_["field"].lower()
            kind = FIELDS[_FIELD_SYNONYMS.get(field, field)]
            return _lex_field(text, kind, start, match_["field_value"], end)
        case _:
            kind = OPERATORS.get(match_["bare"].casefold(), TokenKind.BARE)
            value = unmix_scripts(match_["bare"])
            return QueryToken(kind, start, end, value, is_quoted=False)


def _lex_field(text: str, kind: TokenKind, start: int, value: str, end: int) -> QueryToken:
    if value:
        return QueryToken(kind, start, end, value, is_quoted=False)
    if text[end : end + 1] and text[end] in QUOTES:
        return _lex_quoted(text, kind, start, end + 1)
    raise QueryError(ErrorKind.MISSING_VALUE, start, end)


def _lex_quoted(text: str, kind: TokenKind, start: int, value_start: int) -> QueryToken:
    closing = _QUOTE.search(text, value_start)
    if not closing:
        raise QueryError(ErrorKind.UNCLOSED_QUOTE, start, len(text), f'{text[start:]}"')
    value = text[value_start : closing.start()].strip()
    if not value:
        raise QueryError(ErrorKind.MISSING_VALUE, start, closing.end())
    return QueryToken(kind, start, closing.end(), value, is_quoted=True)
