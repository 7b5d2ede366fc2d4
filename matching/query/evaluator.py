"""Query evaluator and highlighter for one reading: the reference the index must agree with."""

from collections.abc import Iterator, Sequence, Set

from matching.morphology.piece_forms import piece_forms, query_pieces
from matching.places.discs import is_within
from matching.query.ast import (
    ALERT_TOPIC,
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
from matching.query.phase_views import AIR_ALERT, views
from matching.query.properties import holds
from matching.text.pieces import Pieces
from matching.text.reading import MatchableReading, Reading

_AIR = "air"  # root of the air threats in the hazard tree


def evaluate(query: Query, reading: MatchableReading) -> bool:
    """Return whether a query holds for a reading, in one view of it."""
    return any(_holds_in_view(query, view) for view in views(reading))


def _holds_in_view(query: Query, reading: MatchableReading, *, is_negated: bool = False) -> bool:
    """Return whether a query holds for a view.

    `is_negated`: the query is under an odd number of NOTs; the result is not inverted.
    """
    match query:
        case And(parts):
            return all(_holds_in_view(part, reading, is_negated=is_negated) for part in parts)
        case Or(parts):
            return any(_holds_in_view(part, reading, is_negated=is_negated) for part in parts)
        case Not(part):
            return not _holds_in_view(part, reading, is_negated=not is_negated)
        case _:
            return evaluate_term(query, reading, is_negated=is_negated)


def topics_of(reading: MatchableReading) -> Iterator[str]:
    """Yield each topic of a query that a reading matches, once.

    An alert of any kind matches ALERT_TOPIC, and an alarm in the air the hazard air, although it is
    no node of the hazard tree.
    """
    yield from reading.topics
    if reading.is_alert:
        yield ALERT_TOPIC
    if AIR_ALERT in reading.topics and _AIR not in reading.topics:
        yield _AIR


def _has_topic(name: str, topics: Set[str]) -> bool:
    return name in topics or (name == _AIR and AIR_ALERT in topics)


def evaluate_term(  # noqa: PLR0911 - a return for each kind
    term: Term, reading: MatchableReading, *, is_negated: bool = False
) -> bool:
    """Return whether a term holds for a reading.

    `is_negated`: the term is under NOT, where an alert for a containing region does not count.
    """
    match term:
        case Word() | Phrase():
            pieces = term_pieces(term)
            if len(pieces) == 1:
                return not piece_forms(pieces[0]).isdisjoint(reading.pieces.texts)
            return next(_find_pieces(pieces, reading.pieces), None) is not None
        case TopicTerm(name):
            return (
                _has_topic(name, reading.topics)
                or (name == ALERT_TOPIC and reading.is_alert)
                or (is_negated and name in reading.withheld_topics)
            )
        case PlaceTerm(code):
            return code in reading.regions or (
                not is_negated
                and any(code in subtree for subtree in reading.affected_subtrees.values())
            )
        case SourceTerm(name):
            return name == reading.source
        case PropertyTerm(name, comparison, value):
            measure = reading.measures.get(name)
            return measure is not None and holds(comparison, value, measure)
        case NearTerm(latitude, longitude, radius):
            return is_within(latitude, longitude, radius, reading.points)


def term_pieces(term: Term) -> tuple[str, ...]:
    """Return the pieces by which a word or phrase is matched: a compound is a phrase of its parts.

    A term without words has none.
    """
    match term:
        case Word(text):
            return query_pieces((text,))
        case Phrase(words):
            return query_pieces(words)
        case _:
            return ()


def _find_pieces(pieces: Sequence[str], text: Pieces) -> Iterator[tuple[int, int]]:
    """Yield the first and the last position in a text of adjacent pieces of a query."""
    first, *following = map(piece_forms, pieces)
    for form in first & text.positions.keys():
        for position in text.positions[form]:
            last = text.follow(following, position)
            if last is not None:
                yield position, last


def highlight(query: Query, reading: Reading) -> list[tuple[Term, int, int]]:
    """Return the positive terms that hold, with the spans that show it (title + newline + text).

    Sorted by position in the text. A term without words in the text (a topic, a source, a property,
    a region or point that the source gave) has the span (0, 0). For the words of a topic highlight
    topics.get_query(name).
    """
    highlights = {
        (term, *span)
        for term in _positive_terms(query)
        if evaluate_term(term, reading)
        for span in _spans(term, reading) or [(0, 0)]
    }
    return sorted(highlights, key=lambda item: (item[1], item[2], repr(item[0])))


def find_unmet_parts(query: Query, reading: MatchableReading) -> list[Query]:
    """Return the smallest parts because of which a query does not hold; empty if it holds."""
    if evaluate(query, reading):
        return []
    if isinstance(query, And):
        return [unmet for part in query.parts for unmet in find_unmet_parts(part, reading)]
    return [query]


def _positive_terms(query: Query, *, is_negated: bool = False) -> Iterator[Term]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _positive_terms(part, is_negated=is_negated)
        case Not(part):
            yield from _positive_terms(part, is_negated=not is_negated)
        case _:
            if not is_negated:
                yield query


def _spans(term: Term, reading: Reading) -> list[tuple[int, int]]:
    tokens = reading.tokens
    match term:
        case Word() | Phrase():
            owners = reading.pieces.owners
            spans = _find_pieces(term_pieces(term), reading.pieces)
            return [(tokens[owners[i]].start, tokens[owners[j]].end) for i, j in spans]
        case PlaceTerm(code):
            return [
                (mention.start, mention.end)
                for mention in reading.mentions
                if code in _places_shown_by(mention.code, reading)
            ]
        case NearTerm(latitude, longitude, radius):
            inside = {
                point.code
                for point in reading.points
                if is_within(latitude, longitude, radius, (point,))
            }
            return [
                (mention.start, mention.end)
                for mention in reading.mentions
                if not inside.isdisjoint(_places_inside(mention.code, reading))
            ]
        case _:
            return []


def _places_shown_by(code: str, reading: Reading) -> frozenset[str]:
    """Return the places a mention of a region shows: those above it, in alerts those below."""
    above = reading.ancestors.get(code, frozenset())
    return above | reading.affected_subtrees.get(code, frozenset())


def _places_inside(code: str, reading: Reading) -> frozenset[str]:
    return reading.affected_subtrees.get(code, frozenset()) | {code}
