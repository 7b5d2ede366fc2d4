"""Query formatter: a parsed query in words, which shows how it was understood."""

from collections.abc import Sequence

from handlers.text import plain_text
from handlers.text.html import Html, bold, escape, join, visible_text
from handlers.text.i18n import Translator
from matching.places.gazetteer import Gazetteer
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
from matching.text.tokenizer import tokenize
from matching.topics.topics import Topics

_MAX_LENGTH = 350
"""UTF-16 units. A longer description does not help a reader."""


class QueryFormatter:
    """Formatter of queries in one language."""

    def __init__(self, translator: Translator, gazetteer: Gazetteer, topics: Topics) -> None:
        self._translator = translator
        self._gazetteer = gazetteer
        self._topics = topics
        self._typed: dict[str, str] = {}

    def format(self, query: Query, written: str) -> Html:
        """Describe the bulletins that a query matches; if too long, return the truncated query.

        `written` is the query as typed.
        """
        description = self._describe(query, written)
        if _is_place(query):
            description = self._translator.html("query-everything", places=description)
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

    def _format(self, query: Query) -> Html:
        match query:
            case Not(part):
                return self._translator.html("query-not", what=self._format_operand(part))
            case Or(parts):
                return self._join(parts, "query-or")
            case And(parts):
                return self._format_conjunction(parts)
            case _:
                return self._format_term(query)

    def _format_term(self, term: Term) -> Html:
        match term:
            case Word(text):
                word = bold(self._typed.get(text, text))
                return self._translator.html("query-word", word=word)
            case Phrase(words):
                phrase = " ".join(self._typed.get(word, word) for word in words)
                return self._translator.html("query-phrase", words=bold(phrase))
            case TopicTerm(name):
                return bold(self._topics.title(name, self._translator.language))
            case PlaceTerm(code):
                return bold(self.place_name(code))
            case SourceTerm(name):
                return self._translator.html("query-source", source=bold(name))

    def _format_conjunction(self, parts: Sequence[Query]) -> Html:
        """Format the parts in order: subjects, places, sources, exclusions."""
        places = [part for part in parts if _is_place(part)]
        sources = [part for part in parts if isinstance(part, SourceTerm)]
        exclusions = [part for part in parts if isinstance(part, Not)]
        modifiers = (*places, *sources, *exclusions)
        subjects = [part for part in parts if part not in modifiers]
        where = self._join(places, "query-and")
        if len(places) > 1:
            where = self._translator.html("query-together", places=where, count=len(places))
        description = (
            self._format(subjects[0]) if len(subjects) == 1 else self._join(subjects, "query-and")
        )
        if where and description:
            description = self._translator.html("query-in", what=description, places=where)
        elif where:
            description = self._translator.html("query-everything", places=where)
        description = join(", ", [description, self._join(sources, "query-and")])
        if not exclusions:
            return description
        excluded = self._join([exclusion.part for exclusion in exclusions], "query-or")
        return self._translator.html("query-without", what=description, without=excluded)

    def _join(self, parts: Sequence[Query], key: str) -> Html:
        separator = f" {self._translator.text(key)} "
        return join(separator, [self._format_operand(part) for part in parts])

    def _format_operand(self, query: Query) -> Html:
        """Format a query, in parentheses if it has operators of its own."""
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
        case PlaceTerm():
            return True
        case Or(parts):
            return all(isinstance(part, PlaceTerm) for part in parts)
        case _:
            return False
