"""Does a reading satisfy a query? The definition the index must equal."""

from collections.abc import Iterator

from matching.morphology.inflection import forms
from matching.query.ast import (
    And,
    Not,
    Or,
    Phrase,
    PlaceTerm,
    Query,
    SourceTerm,
    Term,
    TopicTerm,
    Word,
)
from matching.text.reading import Reading


def evaluate(query: Query, reading: Reading, *, negated: bool = False) -> bool:
    """Whether the query holds for the reading; negated: it stands under an odd number of NOTs."""
    match query:
        case And(parts):
            return all(evaluate(part, reading, negated=negated) for part in parts)
        case Or(parts):
            return any(evaluate(part, reading, negated=negated) for part in parts)
        case Not(part):
            return not evaluate(part, reading, negated=not negated)
        case _:
            return holds(query, reading, negated=negated)


def holds(term: Term, reading: Reading, *, negated: bool = False) -> bool:
    """Whether one term holds; under NOT a place is not reached by an alert for what is around."""
    match term:
        case Word(text):
            return not forms(text).isdisjoint(reading.where)
        case Phrase():
            return next(phrase_at(term, reading), None) is not None
        case TopicTerm(name):
            return name in reading.topics
        case PlaceTerm(code):
            return code in reading.within or (
                not negated and any(code in inside for inside in reading.below.values())
            )
        case SourceTerm(name):
            return name == reading.source


def phrase_at(phrase: Phrase, reading: Reading) -> Iterator[int]:
    """The positions in reading.tokens at which the phrase begins."""
    first, *rest = map(forms, phrase.words)
    last = len(reading.tokens) - len(rest)
    for form in first & reading.where.keys():
        for at in reading.where[form]:
            if at < last and all(
                reading.tokens.texts[at + step] in allowed
                for step, allowed in enumerate(rest, start=1)
            ):
                yield at


def evidence(query: Query, reading: Reading) -> list[tuple[Term, int, int]]:
    """The positive terms that hold, each with the spans that show it (title + newline + text).

    Sorted by place in the text. A term no words stand for (a topic, a source, a region the source
    gave) has the span (0, 0); evidence(topics.query(name), reading) shows the words of a topic.
    """
    found = {
        (term, *span)
        for term in _positive(query)
        if holds(term, reading)
        for span in _spans(term, reading) or [(0, 0)]
    }
    return sorted(found, key=lambda item: (item[1], item[2], repr(item[0])))


def failing(query: Query, reading: Reading) -> list[Query]:
    """The smallest parts for the lack of which the query does not hold; none when it does."""
    if evaluate(query, reading):
        return []
    if isinstance(query, And):
        return [part for each in query.parts for part in failing(each, reading)]
    return [query]


def _positive(query: Query, *, negated: bool = False) -> Iterator[Term]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _positive(part, negated=negated)
        case Not(part):
            yield from _positive(part, negated=not negated)
        case _:
            if not negated:
                yield query


def _spans(term: Term, reading: Reading) -> list[tuple[int, int]]:
    tokens = reading.tokens
    match term:
        case Word(text):
            places = (at for form in forms(text) for at in reading.where.get(form, ()))
            return [(tokens[at].start, tokens[at].end) for at in places]
        case Phrase(words):
            last = len(words) - 1
            return [(tokens[at].start, tokens[at + last].end) for at in phrase_at(term, reading)]
        case PlaceTerm(code):
            return [(m.start, m.end) for m in reading.mentions if code in _shown(m.code, reading)]
        case _:
            return []


def _shown(code: str, reading: Reading) -> frozenset[str]:
    """The places a mention of this region speaks for."""
    return reading.above.get(code, frozenset()) | reading.below.get(code, frozenset())
