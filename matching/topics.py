"""The topics there are: each a name and the query that decides it."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from matching.gazetteer import Gazetteer
from matching.names import Customs
from matching.normalise import words
from matching.parser import Limits, parse
from matching.query import Query

# A topic is written by those who run the bot, and lists words of several languages.
_LIMITS = Limits(size=65_536, terms=2_000, depth=8)

# Topics are decided by words: in their queries a place's name is a word, and there is no #topic.
_NO_PLACES = Gazetteer((), Customs.none())


@dataclass(frozen=True, slots=True)
class Topic:
    """A category of bulletins."""

    name: str  # as written after #: lower case
    query: str  # in the language of subscriptions, of words, phrases and sources
    titles: Mapping[str, str] = field(default_factory=dict)  # language -> what people read


class Topics:
    """Topics by name."""

    def __init__(self, topics: Iterable[Topic] = ()) -> None:
        """QueryError for a topic whose query cannot be read, with its name as a note."""
        self._topics = {topic.name.casefold(): topic for topic in topics}
        self._queries = {name: self._parsed(topic) for name, topic in self._topics.items()}
        self._written = {
            words(title): name
            for name, topic in self._topics.items()
            for title in (*topic.titles.values(), name)
        }

    @classmethod
    def built_in(cls) -> "Topics":
        """The topics that come with the package."""
        data = tomllib.loads((files("matching") / "data" / "topics.toml").read_text("utf-8"))
        return cls(Topic(t["name"], t["query"], t["title"]) for t in data["topic"])

    def with_(self, topics: Iterable[Topic]) -> "Topics":
        """These and the given ones, which replace those of the same name.

        QueryError for a topic whose query cannot be read, with its name as a note.
        """
        merged = dict(self._topics)
        for topic in topics:
            known = merged.get(topic.name.casefold())
            titles = topic.titles or (known.titles if known else {})
            merged[topic.name.casefold()] = Topic(topic.name.casefold(), topic.query, titles)
        return Topics(merged.values())

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of the data."""
        return tuple(self._topics)

    def get(self, name: str) -> Topic | None:
        """The topic of this name, in any case of letters."""
        return self._topics.get(name.casefold())

    def find(self, written: str) -> str | None:
        """The name of the topic written so: its name or a title, with _ or - for spaces."""
        return self._written.get(words(written.replace("-", " ")))

    def query(self, name: str) -> Query:
        """The query that decides a topic; KeyError when there is none of this name."""
        return self._queries[name]

    def title(self, name: str, language: str) -> str:
        """What people call the topic in a language, else in English, else its name."""
        topic = self._topics.get(name)
        titles = topic.titles if topic else {}
        return titles.get(language) or titles.get("en") or name

    @staticmethod
    def _parsed(topic: Topic) -> Query:
        try:
            return parse(topic.query, _NO_PLACES, _NoTopics(), _LIMITS).query
        except ValueError as error:
            error.add_note(f"topic {topic.name}")
            raise


class _NoTopics:
    names: tuple[str, ...] = ()

    def find(self, written: str) -> None:
        """No topic is written in any way."""
