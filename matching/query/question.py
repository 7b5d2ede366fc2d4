"""Question reader: free text as a query, without function words. Pure.

A question is never a syntax error: a text that is not a query is read as a sequence of words and
places.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from matching.places.gazetteer import Gazetteer
from matching.query.ast import HERE, SAVED, And, NearTerm, Or, PlaceTerm, Query
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import FIELDS, OPERATORS
from matching.query.measure_words import load_measure_words
from matching.query.parser import ParsedQuery, QueryLimits, parse
from matching.query.personal_places import NO_PERSONAL_PLACES, PersonalPlaces
from matching.query.question_words import load_question_words
from matching.query.terms.topic_terms import TopicNames
from matching.text.tokenizer import split_words, tokenize

_MAX_PIECES = 60  # of a text, separated by spaces
_MAX_WORDS = 12  # of a text that is not a query
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
    circles: tuple[NearTerm, ...]  # the first saved places it names
    similar_places: tuple[str, ...]  # codes of places that a misspelt name can mean
    is_about_alerts: bool

    @property
    def names_place(self) -> bool:
        """Return whether it names a place, if only one that is misspelt."""
        return bool(self.places or self.circles or self.similar_places)


def read_question(
    text: str,
    gazetteer: Gazetteer,
    topics: TopicNames,
    limits: QueryLimits,
    personal: PersonalPlaces = NO_PERSONAL_PLACES,
) -> Question:
    """Read a free text. Raises QueryError only if it has no word to search for."""
    words = load_question_words()
    alert_words = words.alert | words.air
    pieces = text.replace("\n", " ; ").split()[:_MAX_PIECES]
    is_about_alerts = any(not alert_words.isdisjoint(split_words(piece)) for piece in pieces)
    ignored = words.fillers | alert_words
    written = " ".join(_significant(pieces, ignored, gazetteer))
    question = _read(written, ignored, gazetteer, topics, limits, personal)
    if question is None and is_about_alerts:
        return Question("", None, (), (), (), is_about_alerts=True)
    if is_about_alerts and question and not question.names_place:
        # Without a place the words are part of the subject: fire alarm.
        written = " ".join(_significant(pieces, words.fillers, gazetteer))
        question = _read(written, words.fillers, gazetteer, topics, limits, personal)
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
    personal: PersonalPlaces,
) -> Question | None:
    """Read a text as a query, else as its words; None if no word is left."""
    texts = ((written, limits.guesses), (_plain_words(written, ignored), 0))
    for text, guesses in texts:
        try:
            parsed = parse(text, gazetteer, topics, replace(limits, guesses=guesses), personal)
            return _question(text, parsed, gazetteer)
        except QueryError as error:
            if error.kind is ErrorKind.UNKNOWN_TOPIC and error.suggestion and " " not in written:
                raise
    return None


def _plain_words(written: str, ignored: frozenset[str]) -> str:
    """Return the first words of a text that do not belong to the query language."""
    tokens = tokenize(written)
    syntax = {*OPERATORS, *FIELDS, *load_measure_words().km_per_unit}
    names = (
        written[token.start : token.end]
        for token in tokens
        if token.text not in syntax and token.text not in ignored
    )
    return " ".join([*names][:_MAX_WORDS])


def _question(written: str, parsed: ParsedQuery, gazetteer: Gazetteer) -> Question:
    places = [code for code in dict.fromkeys(_places(parsed.query)) if gazetteer.get(code)]
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
        tuple(dict.fromkeys(_circles(parsed.query)))[:_MAX_PLACES],
        () if places else tuple(dict.fromkeys(similar)),
        is_about_alerts=False,
    )


def _circles(query: Query) -> Iterable[NearTerm]:
    """Yield the saved places and locations that are not negated."""
    match query:
        case NearTerm(reference=reference) if reference == HERE or reference.startswith(SAVED):
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from _circles(part)
        case _:
            return


def _places(query: Query) -> Iterable[str]:
    """Yield the codes of the places that are not negated."""
    match query:
        case PlaceTerm(code) | NearTerm(reference=code):
            yield code
        case And(parts) | Or(parts):
            for part in parts:
                yield from _places(part)
        case _:
            return
