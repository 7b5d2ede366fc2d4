"""Pieces of a query to terms: which words are a place, and what else they could have meant."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from matching.places.gazetteer import Gazetteer, Region
from matching.places.lookup import suggest
from matching.query.ast import Phrase, PlaceTerm, Query, SourceTerm, TopicTerm, Word
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import QUOTES, Kind, Piece
from matching.text.tokenizer import Token, tokens, words

MOST_OTHERS = 5  # with the chosen one as many as a person looks through

_MOST_GUESSED = 6
_MOST_GUESSES = 4  # in one query: each takes up to 10 ms
_SHORT = 2  # words of a query in which also what is written small may be a misspelt name
_WELL_KNOWN = frozenset(("country", "city", "oblast", "region"))
_AS_NAME, _AS_WORD = 0.75, 0.82  # how like a place's name a word must be, with and without capital
_MOST_AROUND = 3  # words of the region that may follow a name: Mykolaiv Lviv Oblast
_NEVER_BARE = frozenset(("village", "hromada"))  # a bare name means them only in in:"…"

Meaning = Word | Phrase | PlaceTerm


@dataclass(frozen=True, slots=True)
class Choice:
    """A name that means several things: what was taken, and what else it could be."""

    start: int  # in the text as typed, code points
    end: int  # exclusive
    written: str  # text[start:end]
    chosen: Meaning  # what stands in the query
    others: tuple[Meaning, ...]  # best first, at most five; of a guess six
    guessed: bool = False  # no place is called that: the others are called nearly that


class TopicNames(Protocol):
    """What the parser asks of Topics."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""

    def find(self, written: str) -> str | None:
        """The name of the topic written so."""


class Terms:
    """Reads the terms of one query and collects the choices met."""

    def __init__(
        self, text: str, pieces: Sequence[Piece], gazetteer: Gazetteer, topics: TopicNames
    ) -> None:
        self._text = text
        self._pieces = pieces
        self._gazetteer = gazetteer
        self._topics = topics
        self.choices: list[Choice] = []
        self._guesses_left = _MOST_GUESSES
        self._is_short = sum(piece.kind is Kind.BARE for piece in pieces) <= _SHORT

    def read(self, at: int) -> tuple[Query, int]:
        """The term that begins with piece number at, and the number of the piece after it."""
        piece = self._pieces[at]
        match piece.kind:
            case Kind.TOPIC:
                return self._topic(piece), at + 1
            case Kind.SOURCE:
                return SourceTerm(piece.value.casefold()), at + 1
            case Kind.WORD:
                return _literal(piece), at + 1
            case Kind.QUOTED:
                return self._meaning(piece.start, piece.end, tokens(piece.value)), at + 1
            case Kind.PLACE:
                return self._place(at)
            case _:
                return self._bare(at)

    def _topic(self, piece: Piece) -> TopicTerm:
        name = self._topics.find(piece.value)
        if name is None:
            close = _closest(piece.value.casefold(), self._topics.names)
            suggestion = f"#{close}" if close else None
            raise QueryError(ErrorKind.UNKNOWN_TOPIC, piece.start, piece.end, suggestion)
        return TopicTerm(name)

    def _place(self, at: int) -> tuple[PlaceTerm, int]:
        """in:"Kryvyi Rih", in:Kryvyi Rih or in:CODE."""
        piece = self._pieces[at]
        if self._gazetteer.get(piece.value):
            return PlaceTerm(piece.value), at + 1
        line, after = (tokens(piece.value), at + 1) if piece.quoted else self._longest_name(at)
        codes = [region.code for region in self._regions(line)]
        if not codes:
            suggestion = self._suggestion(piece.value)
            raise QueryError(ErrorKind.UNKNOWN_PLACE, piece.start, piece.end, suggestion)
        chosen, *others = map(PlaceTerm, codes)
        self._offer(piece.start, self._pieces[after - 1].end, chosen, others)
        return chosen, after

    def _bare(self, at: int) -> tuple[Query, int]:
        line, after = self._longest_name(at)
        start, end = self._pieces[at].start, self._pieces[after - 1].end
        guessed = self._guessed_pair(at) if after == at + 1 and not self._is_known(line) else None
        return guessed or (self._meaning(start, end, line), after)

    def _is_known(self, line: Sequence[Token]) -> bool:
        return any(region.kind in _WELL_KNOWN for region in self._regions(line))

    def _guessed_pair(self, at: int) -> tuple[Query, int] | None:
        """Two words that are nearly a place's name, Bila Tserkwa, as a phrase; else None."""
        pair = self._pieces[at : at + 2]
        if len(pair) < 2 or pair[1].kind is not Kind.BARE or not pair[1].joins:
            return None
        first, second = (tokens(piece.value) for piece in pair)
        if not first or not second or self._is_known(second):
            return None
        plain = _plain(token.text for token in (*first, *second))
        is_guessed = self._guess(pair[0].start, pair[1].end, plain, is_name=False)
        return (plain, at + 2) if is_guessed else None

    def _guess(self, start: int, end: int, plain: Word | Phrase, *, is_name: bool) -> bool:
        """Offers the places that are called nearly so; whether there are any."""
        if not self._guesses_left or not (is_name or self._is_short):
            return False
        self._guesses_left -= 1
        written = self._text[start:end]
        close = suggest(written, self._gazetteer, _MOST_GUESSED, _AS_NAME if is_name else _AS_WORD)
        others = tuple(
            PlaceTerm(region.code) for region in close if is_name or region.kind in _WELL_KNOWN
        )
        if others:
            self.choices.append(Choice(start, end, written, plain, others, guessed=True))
        return bool(others)

    def _longest_name(self, at: int) -> tuple[Sequence[Token], int]:
        """The words of the longest place name from here, else of this piece alone.

        Operators may stand in a name: Sakko i Vantsetti, Bosnia and Herzegovina.
        """
        line: Sequence[Token] = tokens(self._pieces[at].value)
        best = line, at + 1
        longest = self._gazetteer.names.longest(line[0].text) if line else 0
        longest += _MOST_AROUND if longest else 0
        for number in range(at + 1, len(self._pieces)):
            piece = self._pieces[number]
            if len(line) >= longest or not piece.joins:
                break
            line = [*line, *tokens(piece.value)]
            if self._regions(line):
                best = line, number + 1
        return best

    def _regions(self, line: Sequence[Token]) -> tuple[Region, ...]:
        return self._gazetteer.find(" ".join(token.text for token in line))

    def _suggestion(self, written: str) -> str | None:
        """The name closest to what was written, of the place it is likeliest to mean."""
        likeliest = suggest(written, self._gazetteer, 1)
        names = [name for region in likeliest for name in region.names.values()]
        close = difflib.get_close_matches(written, names, 1, 0.0)
        return f'in:"{close[0]}"' if close else None

    def _meaning(self, start: int, end: int, line: Sequence[Token]) -> Meaning:
        """A place, unless it is an ordinary word that is not written as a name."""
        if not line:
            raise QueryError(ErrorKind.EMPTY, start, end, "")
        plain = _plain(token.text for token in line)
        regions = self._regions(line)
        names = self._gazetteer.names
        is_bare = bool(names.bearers(tuple(token.text for token in line)))
        alone = len(regions) == 1 and len(line) > 1
        likely = [r for r in regions if alone or not is_bare or r.kind not in _NEVER_BARE]
        is_word = names.is_ordinary(line) or not likely
        places = [PlaceTerm(region.code) for region in likely or regions]
        if not places:
            self._guess(start, end, plain, is_name=names.is_written_as_name(line))
            return plain
        if not likely or (is_word and not names.is_written_as_name(line)):
            self._offer(start, end, plain, places)
            return plain
        words_too = [plain] if is_word or self._text[start] in QUOTES else []
        self._offer(start, end, places[0], [*places[1:], *words_too])
        return places[0]

    def _offer(self, start: int, end: int, chosen: Meaning, others: Sequence[Meaning]) -> None:
        if others:
            written = self._text[start:end]
            self.choices.append(Choice(start, end, written, chosen, tuple(others[:MOST_OTHERS])))


def _literal(piece: Piece) -> Word | Phrase:
    line = words(piece.value)
    if not line:
        raise QueryError(ErrorKind.EMPTY, piece.start, piece.end, "")
    return _plain(line)


def _plain(line: Iterable[str]) -> Word | Phrase:
    parts = tuple(line)
    return Word(parts[0]) if len(parts) == 1 else Phrase(parts)


def _closest(written: str, names: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(written, names, 1, 0.7)), None)
