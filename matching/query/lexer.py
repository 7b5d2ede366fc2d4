"""A typed query cut into pieces: parentheses, operators, quotes, fields, topics, bare words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from matching.query.errors import ErrorKind, QueryError
from matching.text.tokenizer import words


class Kind(Enum):
    """What a piece of a query is."""

    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    QUOTED = auto()  # "…"
    TOPIC = auto()  # #…
    PLACE = auto()  # in:…
    WORD = auto()  # word:…
    SOURCE = auto()  # from:…
    BARE = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a query."""

    kind: Kind
    start: int  # in the text as typed, code points
    end: int  # exclusive
    value: str  # without quotes, # or the field's name
    quoted: bool  # the value stood in quotes

    @property
    def joins(self) -> bool:
        """Whether a name of several words may go on with this piece."""
        return self.kind in {Kind.BARE, Kind.AND, Kind.OR, Kind.NOT} and bool(self.value)


# English and the languages the bot speaks, in any case of letters: as words nobody could want them
# alone, and the query that is stored is said back in words. word:or is the word.
OPERATORS = {
    **dict.fromkeys(("and", "і", "й", "та", "и", "e", "ed"), Kind.AND),
    **dict.fromkeys(("or", "або", "чи", "или", "o", "oppure"), Kind.OR),
    **dict.fromkeys(("not", "не", "non"), Kind.NOT),
}
FIELDS = {"in": Kind.PLACE, "word": Kind.WORD, "from": Kind.SOURCE}

QUOTES = '"“”„‟«»＂'
_PIECE = re.compile(
    rf"""
      (?P<open>\() | (?P<close>\))
    | (?P<minus>[-−–](?=[^\s)]))
    | (?P<topic>\#)(?P<topic_name>[\w-]*)
    | (?P<field>in|word|from):(?P<field_value>[^\s(){QUOTES}]*)
    | (?P<quote>[{QUOTES}])
    | (?P<bare>[^\s(){QUOTES}]+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NO_SPACE = re.compile(r"\S")
_END_OF_QUOTE = re.compile(f"[{QUOTES}]")


def cut(text: str) -> Iterator[Piece]:
    """The pieces in their order, emoji and punctuation left out.

    QueryError for a quote without its end or a field without a value.
    """
    at = 0
    while start := _NO_SPACE.search(text, at):
        piece = _piece(text, start.start())
        at = piece.end
        if piece.kind is not Kind.BARE or words(piece.value):
            yield piece


def _piece(text: str, at: int) -> Piece:
    found = _PIECE.match(text, at)
    assert found, "any character that is no space begins a piece"  # noqa: S101 - for the types
    end = found.end()
    match found.lastgroup:
        case "open" | "close" as group:
            return Piece(Kind[group.upper()], at, end, "", quoted=False)
        case "minus":
            return Piece(Kind.NOT, at, end, "", quoted=False)
        case "quote":
            return _quoted(text, Kind.QUOTED, at, end)
        case "topic_name":
            return _field(text, Kind.TOPIC, at, found["topic_name"], end)
        case "field_value":
            return _field(text, FIELDS[found["field"].lower()], at, found["field_value"], end)
        case _:
            kind = OPERATORS.get(found["bare"].casefold(), Kind.BARE)
            return Piece(kind, at, end, found["bare"], quoted=False)


def _field(text: str, kind: Kind, at: int, value: str, end: int) -> Piece:
    if value:
        return Piece(kind, at, end, value, quoted=False)
    if text[end : end + 1] and text[end] in QUOTES:
        return _quoted(text, kind, at, end + 1)
    raise QueryError(ErrorKind.MISSING_VALUE, at, end)


def _quoted(text: str, kind: Kind, at: int, inside: int) -> Piece:
    closing = _END_OF_QUOTE.search(text, inside)
    if not closing:
        raise QueryError(ErrorKind.UNCLOSED_QUOTE, at, len(text), f'{text[at:]}"')
    value = text[inside : closing.start()].strip()
    if not value:
        raise QueryError(ErrorKind.MISSING_VALUE, at, closing.end())
    return Piece(kind, at, closing.end(), value, quoted=True)
