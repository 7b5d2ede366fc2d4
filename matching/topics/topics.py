"""The topics there are: each a name and what decides it.

A topic is decided by a query over the whole bulletin, in the language of subscriptions: operators
write these. Those that come with the package are decided sentence by sentence instead: their
query is over signs (see matching/signs.py), so that what is denied, over or only a drill can be
told. In such a query #name is a sign in the sentence; #no_name one that is denied there;
#any_name one in any sentence of the bulletin; #place a place named in the sentence; #brief a
sentence of three words or fewer; #red and #green a coloured circle before it.
"""

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from matching.places.gazetteer import Gazetteer
from matching.places.recognizer import Customs
from matching.query.ast import And, Or, Phrase, Query, TopicTerm, Word, terms
from matching.query.evaluator import evaluate
from matching.query.parser import Limits, parse
from matching.text.reading import Reading
from matching.text.tokenizer import tokens, words
from matching.topics.cues import Sign, Signs

# A topic is written by those who run the bot, and lists words of several languages.
_LIMITS = Limits(size=65_536, terms=2_000, depth=8)

# Topics are decided by words: in their queries a place's name is a word.
_NO_WORDS = tokens("")
_NO_PLACES = Gazetteer((), Customs.none())


@dataclass(frozen=True, slots=True)
class Topic:
    """A category of bulletins."""

    name: str  # as written after #: lower case
    query: str = ""  # over the bulletin: words, phrases and sources
    titles: Mapping[str, str] = field(default_factory=dict)  # language -> what people read
    sentence: str = ""  # in place of query: over the signs of one sentence


class Topics:
    """Topics by name."""

    def __init__(self, topics: Iterable[Topic] = (), signs: Signs | None = None) -> None:
        """QueryError for a topic whose query cannot be read, with its name as a note."""
        self.signs = signs or Signs(())
        self._topics = {topic.name.casefold(): topic for topic in topics}
        self._queries: dict[str, Query] = {}
        self._rules: dict[str, Query] = {}
        for name, topic in self._topics.items():
            if topic.sentence:
                self._rules[name] = rule = _parsed(topic, topic.sentence, _AnyName())
                self._queries[name] = self._shown(rule)
            else:
                self._queries[name] = _parsed(topic, topic.query, _NoTopics())
        self._written = {
            words(title): name
            for name, topic in self._topics.items()
            for title in (*topic.titles.values(), name)
        }
        named = {term.name for rule in self._rules.values() for term in _topics_in(rule)}
        # Signs asked for in any sentence, by their name in one.
        self.everywhere = {n.removeprefix("any_"): n for n in named if n.startswith("any_")}
        # Signs of which one must be there, denied or not, for any topic to hold in a sentence.
        self._leading = {
            name: _leading(rule, self.signs.stating) for name, rule in self._rules.items()
        }
        self.leading = self.leading_to(self._rules) | self.everywhere.keys()
        # Few sets of signs are ever seen, and the same ones over and over.
        self.decide = functools.lru_cache(maxsize=10_000)(self._decide)

    @classmethod
    def built_in(cls) -> "Topics":
        """The topics that come with the package."""
        data = tomllib.loads((files("matching") / "data" / "topics.toml").read_text("utf-8"))
        signs = [_sign(entry) for entry in (*data["sign"], *data["topic"])]
        topics = (
            Topic(t["name"], titles=t["title"], sentence=t.get("sentence", f"#{t['name']}"))
            for t in data["topic"]
        )
        return cls(topics, Signs(signs))

    def with_(self, topics: Iterable[Topic]) -> "Topics":
        """These and the given ones, which replace those of the same name.

        QueryError for a topic whose query cannot be read, with its name as a note.
        """
        merged = dict(self._topics)
        for topic in topics:
            known = merged.get(topic.name.casefold())
            titles = topic.titles or (known.titles if known else {})
            merged[topic.name.casefold()] = Topic(topic.name.casefold(), topic.query, titles)
        return Topics(merged.values(), self.signs)

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
        """The words by which a topic is known; KeyError when there is none of this name.

        Of a topic decided by signs these are all words that speak for it.
        """
        return self._queries[name]

    def speaking_for(self, name: str, signs: Iterable[str]) -> frozenset[str]:
        """Of the signs of a sentence that falls under a topic those that speak for it."""
        rule = self._rules.get(name)
        spoken = _speaking(rule, frozenset(signs)) if rule else None
        return spoken or frozenset()

    @property
    def queries(self) -> Mapping[str, Query]:
        """Of the topics decided over the whole bulletin: name -> query."""
        return {name: query for name, query in self._queries.items() if name not in self._rules}

    def title(self, name: str, language: str) -> str:
        """What people call the topic in a language, else in English, else its name."""
        topic = self._topics.get(name)
        titles = topic.titles if topic else {}
        return titles.get(language) or titles.get("en") or name

    def leading_to(self, names: Iterable[str]) -> frozenset[str]:
        """Signs of which one must be in a text for one of these topics to be decided by signs."""
        nothing: frozenset[str] = frozenset()
        return nothing.union(*(self._leading.get(name, nothing) for name in names))

    def _decide(self, signs: frozenset[str]) -> frozenset[str]:
        """The topics of a sentence with these signs."""
        sentence = _with_topics(signs)
        return frozenset(name for name, rule in self._rules.items() if evaluate(rule, sentence))

    def _shown(self, rule: Query) -> Query:
        phrases = [
            phrase
            for term in _topics_in(rule)
            if not term.name.startswith(_OF_NO_WORDS)
            for phrase in self.signs.phrases(term.name)
        ]
        plain = dict.fromkeys(Word(p[0]) if len(p) == 1 else Phrase(p) for p in phrases)
        return Or(tuple(plain))


def _topics_in(rule: Query) -> list[TopicTerm]:
    return [term for term in terms(rule) if isinstance(term, TopicTerm)]


def _leading(rule: Query, stating: frozenset[str]) -> frozenset[str]:
    """Signs of which one must be there for the rule to hold, if possible of an alert's state."""
    match rule:
        case And(parts):
            known = filter(None, (_leading(part, stating) for part in parts))
            return min(known, key=lambda names: (not names <= stating, len(names)))
        case Or(parts):
            return frozenset().union(*(_leading(part, stating) for part in parts))
        case TopicTerm(name):
            return frozenset((name.removeprefix("no_").removeprefix("any_"),))
        case _:
            return frozenset()


def _speaking(rule: Query, signs: frozenset[str]) -> frozenset[str] | None:
    """The signs for which a rule holds; None where they are too few. What denies it is absent."""
    match rule:
        case And(parts) | Or(parts):
            each = [_speaking(part, signs) for part in parts]
            known = [found for found in each if found is not None]
            enough = len(known) == len(each) if isinstance(rule, And) else known
            return frozenset().union(*known) if enough else None
        case TopicTerm(name):
            around = name in _OF_THE_SENTENCE or name.startswith("any_")
            return frozenset((name,)) & signs if around or name in signs else None
        case _:
            return frozenset()


_OF_NO_WORDS = ("no_", "any_")
_OF_THE_SENTENCE = ("place", "brief", "red", "green")


def _sign(entry: Mapping[str, str]) -> Sign:
    return Sign(
        name=entry["name"],
        words=entry.get("words", ""),
        without=entry.get("without", ""),
        denied_by=frozenset(entry.get("denied_by", "").split()),
        denied_after=frozenset(entry.get("denied_after", "").split()),
        state=bool(entry.get("state")),
    )


def _with_topics(names: frozenset[str]) -> Reading:
    nothing: frozenset[str] = frozenset()
    return Reading(
        tokens=_NO_WORDS,
        mentions=(),
        above={},
        within=nothing,
        below={},
        nationwide=nothing,
        raised=nothing,
        cleared=nothing,
        topics=names,
        alert=False,
        source="",
        unknown_regions=(),
    )


def _parsed(topic: Topic, written: str, names: "_NoTopics | _AnyName") -> Query:
    try:
        return parse(written, _NO_PLACES, names, _LIMITS).query
    except ValueError as error:
        error.add_note(f"topic {topic.name}")
        raise


class _NoTopics:
    names: tuple[str, ...] = ()

    def find(self, written: str) -> str | None:
        """No topic is written in any way."""
        return None


class _AnyName:
    names: tuple[str, ...] = ()

    def find(self, written: str) -> str | None:
        """Signs are written as they are called."""
        return written
