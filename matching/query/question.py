"""Question reader: free text as a query, without function words. Pure.

A question is never a syntax error: what is no query is read as a sequence of words and places.
"""

import functools
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

from matching.places.gazetteer import Gazetteer
from matching.query.ast import And, Or, PlaceTerm, Query
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import FIELDS, OPERATORS
from matching.query.parser import ParsedQuery, QueryLimits, parse
from matching.query.term_resolver import TopicNames
from matching.text.tokenizer import split_words, tokenize

_MAX_PIECES = 60  # of a text, separated by spaces
_MAX_WORDS = 12  # of a text that is no query
_MAX_NAME_WORDS = 4
_MAX_PLACES = 3
_SYNTAX = ("#", "-", '"', "«", "“", "(", *(f"{field}:" for field in FIELDS))
_HOME_KINDS = frozenset(("city", "oblast"))


@dataclass(frozen=True, slots=True)
class Question:
    """Free text as a query, with the places and alerts that it asks about."""

    written: str  # the query as text; empty: the text asks for alerts and nothing else
    query: Query | None  # None with an empty text
    places: tuple[str, ...]  # codes of the first places it names
    similar_places: tuple[str, ...]  # codes of places that a misspelt name can mean
    is_about_alerts: bool


@dataclass(frozen=True, slots=True)
class _Words:
    function: frozenset[str]
    alert: frozenset[str]


def read_question(
    text: str, gazetteer: Gazetteer, topics: TopicNames, limits: QueryLimits
) -> Question:
    """Read a free text. Raises QueryError only if it has no word to search for."""
    words = _load_words()
    pieces = text.replace("\n", " ; ").split()[:_MAX_PIECES]
    is_about_alerts = any(not words.alert.isdisjoint(split_words(piece)) for piece in pieces)
    ignored = words.function | words.alert
    written = " ".join(_significant(pieces, ignored, gazetteer))
    question = _read(written, ignored, gazetteer, topics, limits)
    if question is None and is_about_alerts:
        return Question("", None, (), (), is_about_alerts=True)
    if is_about_alerts and question and not question.places and not question.similar_places:
        # Without a place the words are part of the subject: fire alarm.
        written = " ".join(_significant(pieces, words.function, gazetteer))
        question = _read(written, words.function, gazetteer, topics, limits)
    if question is None:
        raise QueryError(ErrorKind.EMPTY, 0, len(text))
    return replace(question, is_about_alerts=is_about_alerts)


def _significant(
    pieces: Sequence[str], ignored: frozenset[str], gazetteer: Gazetteer
) -> Iterable[str]:
    """Return the pieces without ignored words, and without operators that join nothing."""
    kept: list[str] = []
    position = 0
    while position < len(pieces):
        size = _name_size(pieces[position : position + _MAX_NAME_WORDS], gazetteer)
        name = [piece.rstrip("?!") for piece in pieces[position : position + size]]
        position += size
        is_syntax = name[0].startswith(_SYNTAX)
        if size > 1 or is_syntax or not _is_ignored(name[0], ignored):
            kept += name
    while kept and _is_joiner(kept[0]):
        del kept[0]
    while kept and _is_joiner(kept[-1]):
        del kept[-1]
    return (
        piece
        for index, piece in enumerate(kept)
        if not (_is_joiner(piece) and _is_joiner(kept[index + 1]))
    )


def _name_size(pieces: Sequence[str], gazetteer: Gazetteer) -> int:
    """Return the number of pieces that are a place's name of several words, else 1."""
    for size in range(len(pieces), 1, -1):
        if pieces[0][:1].isupper() and gazetteer.find_words(split_words(" ".join(pieces[:size]))):
            return size
    return 1


def _is_ignored(piece: str, ignored: frozenset[str]) -> bool:
    words = split_words(piece)
    return " ".join(words) in ignored or (len(words) == 1 and words[0] in ignored)


def _is_joiner(piece: str) -> bool:
    """Return whether a piece is an operator or punctuation."""
    return piece.casefold() in OPERATORS or not split_words(piece)


def _read(
    written: str,
    ignored: frozenset[str],
    gazetteer: Gazetteer,
    topics: TopicNames,
    limits: QueryLimits,
) -> Question | None:
    """Read a text as a query, else as its words; None if no word is left."""
    texts = ((written, limits.guesses), (_plain_words(written, ignored), 0))
    for text, guesses in texts:
        try:
            parsed = parse(text, gazetteer, topics, replace(limits, guesses=guesses))
            return _question(text, parsed, gazetteer)
        except QueryError as error:
            if error.kind is ErrorKind.UNKNOWN_TOPIC and error.suggestion and " " not in written:
                raise
    return None


def _plain_words(written: str, ignored: frozenset[str]) -> str:
    """Return the first words of a text that are no part of the query language."""
    tokens = tokenize(written)
    names = (
        written[token.start : token.end]
        for token in tokens
        if token.text not in OPERATORS and token.text not in FIELDS and token.text not in ignored
    )
    return " ".join([*names][:_MAX_WORDS])


def _question(written: str, parsed: ParsedQuery, gazetteer: Gazetteer) -> Question:
    places = list(dict.fromkeys(_places(parsed.query)))
    similar: list[str] = []
    for ambiguity in parsed.ambiguities:
        codes = [term.code for term in ambiguity.alternatives if isinstance(term, PlaceTerm)]
        if isinstance(ambiguity.meaning, PlaceTerm) or not codes:
            continue
        if ambiguity.is_guess:
            similar += codes if ambiguity.text[0].isupper() else []
        elif (region := gazetteer.region(codes[0])).is_home and region.kind in _HOME_KINDS:
            places.append(region.code)
    first_places = tuple(places[:_MAX_PLACES])
    return Question(
        written,
        parsed.query,
        first_places,
        () if places else tuple(dict.fromkeys(similar)),
        is_about_alerts=False,
    )


def _places(query: Query) -> Iterable[str]:
    """Yield the codes of the places that are not negated."""
    match query:
        case PlaceTerm(code):
            yield code
        case And(parts) | Or(parts):
            for part in parts:
                yield from _places(part)
        case _:
            return


@functools.lru_cache(maxsize=1)
def _load_words() -> _Words:
    data = tomllib.loads((files("matching") / "data" / "question_words.toml").read_text("utf-8"))
    sets = {
        name: frozenset(
            " ".join(split_words(word)) for line in data[name].values() for word in line.split()
        )
        for name in ("function", "alert")
    }
    return _Words(sets["function"], sets["alert"])
