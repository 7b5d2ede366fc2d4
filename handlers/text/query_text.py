"""A query said back in words: how it was understood."""

from collections.abc import Sequence

from handlers.text import plain_text
from handlers.text.html import Html, bold, escape, join, shown
from handlers.text.i18n import Voice
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
from matching.text.tokenizer import tokens
from matching.topics.topics import Topics

_LONGEST = 350
"""UTF-16 units: what is longer is no help to a reader."""


class Wording:
    """Says queries in one language."""

    def __init__(self, voice: Voice, gazetteer: Gazetteer, topics: Topics) -> None:
        self._voice = voice
        self._gazetteer = gazetteer
        self._topics = topics
        self._typed: dict[str, str] = {}

    def describe(self, query: Query, written: str) -> Html:
        """What one hears of; what was `written`, shortened, where the words would be many."""
        said = self.describe_part(query, written)
        if _is_place(query):
            said = self._voice.say("query-everything", places=said)
        if plain_text.units(shown(said)) <= _LONGEST:
            return said
        return escape(plain_text.shorten(plain_text.line(written), _LONGEST))

    def describe_part(self, part: Query, written: str) -> Html:
        """What a part of what was `written` asks for."""
        # A query knows words without their capitals: F-35 is shown as it was typed.
        self._typed = {token.text: written[token.start : token.end] for token in tokens(written)}
        return self._say(part)

    def place(self, code: str) -> str:
        """A region's name; with what it lies in where the name alone would mean another."""
        name = self._gazetteer.name(code, self._voice.language)
        meant = next(iter(self._gazetteer.find(name)), None)
        if meant and meant.code == code:
            return name
        return self._gazetteer.title(code, self._voice.language)

    def _say(self, query: Query) -> Html:
        match query:
            case Not(part):
                return self._voice.say("query-not", what=self._part(part))
            case Or(parts):
                return self._joined(parts, "query-or")
            case And(parts):
                return self._all(parts)
            case _:
                return self._term(query)

    def _term(self, term: Term) -> Html:
        match term:
            case Word(text):
                return self._voice.say("query-word", word=bold(self._typed.get(text, text)))
            case Phrase(words):
                said = " ".join(self._typed.get(word, word) for word in words)
                return self._voice.say("query-phrase", words=bold(said))
            case TopicTerm(name):
                return bold(self._topics.title(name, self._voice.language))
            case PlaceTerm(code):
                return bold(self.place(code))
            case SourceTerm(name):
                return self._voice.say("query-source", source=bold(name))

    def _all(self, parts: Sequence[Query]) -> Html:
        """Things, then where, then from whom, then what is left out."""
        without = [part.part for part in parts if isinstance(part, Not)]
        where = [part for part in parts if _is_place(part)]
        whose = [part for part in parts if isinstance(part, SourceTerm)]
        apart = (*where, *whose, *(part for part in parts if isinstance(part, Not)))
        things = [part for part in parts if part not in apart]
        places = self._joined(where, "query-and")
        what = self._say(things[0]) if len(things) == 1 else self._joined(things, "query-and")
        if places and what:
            what = self._voice.say("query-in", what=what, places=places)
        elif places:
            what = self._voice.say("query-everything", places=places)
        what = join(", ", [what, self._joined(whose, "query-and")])
        if not without:
            return what
        return self._voice.say(
            "query-without", what=what, without=self._joined(without, "query-or")
        )

    def _joined(self, parts: Sequence[Query], word: str) -> Html:
        return join(f" {self._voice.label(word)} ", [self._part(part) for part in parts])

    def _part(self, query: Query) -> Html:
        said = self._say(query)
        return Html(f"({said})") if isinstance(query, And | Or) else said


def _is_place(query: Query) -> bool:
    match query:
        case PlaceTerm():
            return True
        case Or(parts):
            return all(isinstance(part, PlaceTerm) for part in parts)
        case _:
            return False
