"""Query formatter: a parsed query in words, which shows how it was understood."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from handlers.text import plain_text
from handlers.text.html import Html, bold, escape, join, visible_text
from handlers.text.i18n import Translator
from handlers.text.measure_text import format_bound, format_circle, format_exact
from matching.places.gazetteer import Gazetteer
from matching.query.ast import (
    ALERT_TOPIC,
    SAVED,
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
from matching.text.tokenizer import tokenize
from matching.topics.topics import Topics

_MAX_LENGTH = 350
"""UTF-16 units. A longer description does not help a reader."""


class QueryFormatter:
    """Formatter of queries in one language.

    `saved_names` has the names of the person's saved places by their id.
    """

    def __init__(
        self,
        translator: Translator,
        gazetteer: Gazetteer,
        topics: Topics,
        saved_names: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        self._translator = translator
        self._gazetteer = gazetteer
        self._topics = topics
        self._saved_names = saved_names
        self._typed: dict[str, str] = {}

    def format(self, query: Query, written: str) -> Html:
        """Describe the bulletins that a query matches; if too long, return the truncated query.

        `written` is the query as typed.
        """
        description = self._describe(query, written)
        if _is_place(query):
            description = self._format_everything(query, description)
        return _shorten(description, written)

    def format_part(self, part: Query, written: str) -> Html:
        """Describe a part of the query that was typed as `written`; truncated if too long."""
        description = self._describe(part, written)
        return _shorten(description, visible_text(description))

    def _describe(self, part: Query, written: str) -> Html:
        # A query stores words in lower case: show F-35 as it was typed.
        self._typed = {token.text: written[token.start : token.end] for token in tokenize(written)}
        return self._format(part)

    def place_name(self, code: str) -> str:
        """Return a region's name, with the region around it if the name alone is ambiguous."""
        name = self._gazetteer.name(code, self._translator.language)
        first = next(iter(self._gazetteer.find(name)), None)
        if first and first.code == code:
            return name
        return self._gazetteer.title(code, self._translator.language)

    def centre_name(self, term: NearTerm) -> str:
        """Return the name of a circle's centre: a place, a saved place or the location."""
        if not term.reference.startswith(SAVED):
            return self.place_name(term.reference)
        number = term.reference.removeprefix(SAVED)
        name = self._saved_names.get(int(number)) if number.isdecimal() else None
        return name or self._translator.text("query-saved-place")

    def _format_everything(self, query: Query, places: Html) -> Html:
        if _is_circle(query):
            return self._translator.html("query-everything-near", places=places)
        return self._translator.html("query-everything", places=places)

    def _format(self, query: Query) -> Html:
        match query:
            case Not(part):
                return self._translator.html("query-not", what=self._format_operand(part))
            case Or(parts):
                # Everything about Lviv or within 20 km of Kyiv, not about within 20 km.
                ordered = sorted(parts, key=_is_circle) if _is_place(query) else parts
                return self._join(ordered, "query-or")
            case And(parts):
                return format_exact(query, self._translator) or self._format_conjunction(parts)
            case _:
                return self._format_term(query)

    def _format_term(self, term: Term) -> Html:  # noqa: PLR0911 - a return for each kind
        match term:
            case Word(text):
                word = bold(self._typed.get(text, text))
                return self._translator.html("query-word", word=word)
            case Phrase(words):
                phrase = " ".join(self._typed.get(word, word) for word in words)
                return self._translator.html("query-phrase", words=bold(phrase))
            case TopicTerm(name) if name == ALERT_TOPIC:
                return self._translator.html("query-any-alert")
            case TopicTerm(name):
                return bold(self._topics.title(name, self._translator.language))
            case PlaceTerm(code):
                return bold(self.place_name(code))
            case SourceTerm(name):
                return self._translator.html("query-source", source=bold(name))
            case PropertyTerm():
                return format_bound(term, self._translator)
            case NearTerm():
                return format_circle(term, self.centre_name(term), self._translator)

    def _format_conjunction(self, parts: Sequence[Query]) -> Html:
        """Format the parts in order: subjects, places, properties, sources, exclusions."""
        places = [part for part in parts if _is_place(part)]
        sources = [part for part in parts if isinstance(part, SourceTerm)]
        exclusions = [part for part in parts if isinstance(part, Not)]
        properties = [part for part in parts if isinstance(part, PropertyTerm)]
        modifiers = (*places, *properties, *sources, *exclusions)
        subjects = [part for part in parts if part not in modifiers]
        where = self._join(places, "query-and")
        if len(places) > 1:
            where = self._translator.html("query-together", places=where, count=len(places))
        description = (
            self._format(subjects[0]) if len(subjects) == 1 else self._join(subjects, "query-and")
        )
        is_near = all(map(_is_circle, places))
        if where and description:
            key = "query-in-near" if is_near else "query-in"
            description = self._translator.html(key, what=description, places=where)
        elif where:
            description = self._format_everything(places[0] if is_near else And(()), where)
        bounds = self._format_bounds(properties)
        description = join(", ", [description, *bounds, self._join(sources, "query-and")])
        if not exclusions:
            return description
        excluded = self._join([exclusion.part for exclusion in exclusions], "query-or")
        return self._translator.html("query-without", what=description, without=excluded)

    def _format_bounds(self, bounds: Sequence[PropertyTerm]) -> list[Html]:
        """Format bounds, two equal ones as a value."""
        exact = format_exact(And(tuple(bounds)), self._translator)
        return [exact] if exact else [format_bound(bound, self._translator) for bound in bounds]

    def _join(self, parts: Sequence[Query], key: str) -> Html:
        separator = f" {self._translator.text(key)} "
        return join(separator, [self._format_operand(part) for part in parts])

    def _format_operand(self, query: Query) -> Html:
        """Format a query, in parentheses if it has operators of its own."""
        if isinstance(query, And) and (exact := format_exact(query, self._translator)):
            return exact
        text = self._format(query)
        return Html(f"({text})") if isinstance(query, And | Or) else text


def _shorten(description: Html, plain: str) -> Html:
    """Return a description, or the truncated plain text if the description is too long."""
    if plain_text.utf16_length(visible_text(description)) <= _MAX_LENGTH:
        return description
    return escape(plain_text.truncate(plain_text.single_line(plain), _MAX_LENGTH))


def _is_place(query: Query) -> bool:
    """Return whether the query is a place, or a choice of places."""
    match query:
        case PlaceTerm() | NearTerm():
            return True
        case Or(parts):
            return all(isinstance(part, PlaceTerm | NearTerm) for part in parts)
        case _:
            return False


def _is_circle(query: Query) -> bool:
    """Return whether the query is a circle, or a choice of circles."""
    parts = query.parts if isinstance(query, Or) else (query,)
    return all(isinstance(part, NearTerm) for part in parts)
