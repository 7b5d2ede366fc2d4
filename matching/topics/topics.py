"""Topic catalogue: topics by name, and the rules that decide them.

The topic of an operator is decided by a query over the whole bulletin, in the language of
subscriptions. A built-in topic is decided sentence by sentence instead: its rule is a query over
cues (see matching/topics/cues.py), so that a denied alert, a finished one and a drill are
distinguished from an alert. In such a rule

    #name      is a cue in the sentence,
    #no_name   a cue that is negated in the sentence,
    #any_name  a cue in any sentence of the bulletin,
    #place     a place mentioned in the sentence,
    #brief     a sentence of three words or fewer,
    #red, #green  a coloured circle before the sentence.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence

from matching.query.ast import Or, Phrase, Query, Word, terms
from matching.query.evaluator import evaluate
from matching.text.tokenizer import split_words
from matching.topics import rules, topics_file
from matching.topics.cues import CueSet
from matching.topics.hazard_words import find_hazard
from matching.topics.hazards import hazard_tree
from matching.topics.topic import Topic


class Topics:
    """Catalogue of topics by name."""

    def __init__(self, topics: Iterable[Topic] = (), cues: CueSet | None = None) -> None:
        """Parse the rules. Raises QueryError, with the topic's name as a note."""
        self.cues = cues or CueSet(())
        self._topics = {topic.name.casefold(): topic for topic in topics}
        self._queries: dict[str, Query] = {}
        self._rules: dict[str, Query] = {}
        for name, topic in self._topics.items():
            if topic.sentence_rule:
                self._rules[name] = rule = rules.parse_sentence_rule(topic)
                self._queries[name] = self._cue_words_query(rule)
            else:
                self._queries[name] = rules.parse_bulletin_query(topic)
        synonyms = {
            split_words(synonym): name
            for name in self._topics
            if (hazard := hazard_tree().get(name))
            for synonym in hazard.synonyms
        }
        self._names_by_title = synonyms | {
            split_words(title): name
            for name, topic in self._topics.items()
            for title in (*topic.titles.values(), name)
        }
        # Cues asked for in any sentence: name in a sentence -> name in a rule.
        self.bulletin_wide_cues = {
            name.removeprefix("any_"): name
            for rule in self._rules.values()
            for name in rules.bulletin_wide_cues(rule)
        }
        self._trigger_cues = {
            name: rules.trigger_cues(rule, self.cues.alert_state_names)
            for name, rule in self._rules.items()
        }
        # Cues of which at least one must occur in a sentence, negated or not, for any topic.
        self.trigger_cues = self.find_trigger_cues(self._rules) | self.bulletin_wide_cues.keys()
        # Texts repeat a few sets of cues.
        self.classify = functools.lru_cache(maxsize=10_000)(self._classify)

    @classmethod
    def load_built_in(cls) -> "Topics":
        """Load the topics of the package. Raises TopicsFileError."""
        topics, cues = topics_file.load()
        return cls(topics, CueSet(cues))

    def with_topics(self, topics: Iterable[Topic]) -> "Topics":
        """Return a catalogue of these topics and the given ones.

        A given topic replaces the one of the same name, and keeps its titles unless it has its own.
        Raises QueryError, with the topic's name as a note.
        """
        merged = dict(self._topics)
        for topic in topics:
            name = topic.name.casefold()
            replaced = merged.get(name)
            titles = topic.titles or (replaced.titles if replaced else {})
            merged[name] = Topic(name, topic.query, titles)
        return Topics(merged.values(), self.cues)

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names, in the order of the data."""
        return tuple(self._topics)

    def get(self, name: str) -> Topic | None:
        """Return the topic of a name, in any letter case."""
        return self._topics.get(name.casefold())

    def find_name(self, text: str) -> str | None:
        """Return the name of the topic with this name, synonym or title; _ or - may be a space."""
        return self._names_by_title.get(split_words(text.replace("-", " ")))

    def find_hazard(self, words: Sequence[str]) -> str | None:
        """Return the hazard that words name in any inflected form, if it is a topic."""
        name = find_hazard(words)
        return name if name in self._topics else None

    def get_query(self, name: str) -> Query:
        """Return a query for the words of a topic. Raises KeyError for an unknown name.

        For a topic decided by cues these are all words and phrases of the cues that support it.
        """
        return self._queries[name]

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Return all single words that show a topic."""
        return frozenset(
            term.text
            for query in self._queries.values()
            for term in terms(query)
            if isinstance(term, Word)
        )

    def supporting_cues(self, name: str, cues: Iterable[str]) -> frozenset[str]:
        """Return the cues of a sentence that support a topic."""
        rule = self._rules.get(name)
        supporting = rules.supporting_cues(rule, frozenset(cues)) if rule else None
        return supporting or frozenset()

    @property
    def bulletin_queries(self) -> Mapping[str, Query]:
        """Return the queries of the topics decided over the whole bulletin, by name."""
        return {name: query for name, query in self._queries.items() if name not in self._rules}

    def title(self, name: str, language: str) -> str:
        """Return the title of a topic in a language, else in English, else its name."""
        topic = self._topics.get(name)
        titles = topic.titles if topic else {}
        return titles.get(language) or titles.get("en") or name

    def find_trigger_cues(self, names: Iterable[str]) -> frozenset[str]:
        """Return cues of which at least one must occur in a text for one of these topics.

        Topics that are decided over the whole bulletin need no cue and are not considered.
        """
        empty: frozenset[str] = frozenset()
        return empty.union(*(self._trigger_cues.get(name, empty) for name in names))

    def _classify(self, cues: frozenset[str]) -> frozenset[str]:
        """Return the topics of a sentence with these cues."""
        reading = rules.sentence_reading(cues)
        return frozenset(name for name, rule in self._rules.items() if evaluate(rule, reading))

    def _cue_words_query(self, rule: Query) -> Query:
        """Return a query that holds if a word or phrase of a cue in the rule occurs."""
        phrases = [
            phrase for name in rules.positive_cues(rule) for phrase in self.cues.phrases(name)
        ]
        parts = dict.fromkeys(Word(p[0]) if len(p) == 1 else Phrase(p) for p in phrases)
        return Or(tuple(parts))
