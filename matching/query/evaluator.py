"""Query evaluator and highlighter for one reading: the reference the index must agree with."""

from collections.abc import Iterator

from matching.morphology.inflection import inflect
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
from matching.query.properties import holds
from matching.text.reading import MatchableReading, Reading


def evaluate(query: Query, reading: MatchableReading, *, is_negated: bool = False) -> bool:
    """Return whether a query holds for a reading.

    `is_negated`: the query is under an odd number of NOTs; the result is not inverted.
    """
    match query:
        case And(parts):
            return all(evaluate(part, reading, is_negated=is_negated) for part in parts)
        case Or(parts):
            return any(evaluate(part, reading, is_negated=is_negated) for part in parts)
        case Not(part):
            return not evaluate(part, reading, is_negated=not is_negated)
        case _:
            return evaluate_term(query, reading, is_negated=is_negated)


def evaluate_term(  # noqa: PLR0911 - a return for each kind
    term: Term, reading: MatchableReading, *, is_negated: bool = False
) -> bool:
    """Return whether a term holds for a reading.

    `is_negated`: the term is under NOT, where an alert for a containing region does not count.
    """
    match term:
        case Word(text):
            return not inflect(text).isdisjoint(reading.words)
        case Phrase():
            return next(phrase_positions(term, reading), None) is not None
        case TopicTerm(name):
            return name in reading.topics or (name == ALERT_TOPIC and reading.is_alert)
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


def phrase_positions(phrase: Phrase, reading: MatchableReading) -> Iterator[int]:
    """Yield the positions in reading.texts at which a phrase begins."""
    first, *following = map(inflect, phrase.words)
    last = len(reading.texts) - len(following)
    for form in first & reading.positions.keys():
        for position in reading.positions[form]:
            if position < last and all(
                reading.texts[position + offset] in forms
                for offset, forms in enumerate(following, start=1)
            ):
                yield position


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
        case Word(text):
            positions = (i for form in inflect(text) for i in reading.positions.get(form, ()))
            return [(tokens[i].start, tokens[i].end) for i in positions]
        case Phrase(words):
            last = len(words) - 1
            starts = phrase_positions(term, reading)
            return [(tokens[i].start, tokens[i + last].end) for i in starts]
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
