"""Topic rules: parse the rules of topics, and analyse the cues they ask for.

A sentence rule is a query over cues, where #name stands for a cue in the sentence; see
matching/topics/topics.py for the prefixes and the features of a sentence.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from matching.places.gazetteer import Gazetteer
from matching.places.lexicon import Lexicon
from matching.query.ast import And, Or, Query, TopicTerm, terms
from matching.query.parser import QueryLimits, parse
from matching.text.reading import Reading
from matching.text.tokenizer import tokenize
from matching.topics.topic import Topic

# Rules come from the package or the operator, and list words of several languages.
_LIMITS = QueryLimits(size=65_536, terms=2_000, depth=8)

# In a rule the name of a place is a plain word: topics are decided by words.
_NO_PLACES = Gazetteer((), Lexicon.empty())
_NO_TOKENS = tokenize("")

_PREFIXES = ("no_", "any_")
_SENTENCE_FEATURES = ("place", "brief", "red", "green")

_NO_NAMES: Final[frozenset[str]] = frozenset()


def parse_bulletin_query(topic: Topic) -> Query:
    """Parse the query of a topic over the whole bulletin.

    Raises QueryError, with the topic's name as a note, for a malformed query and for one that
    refers to another topic.
    """
    return _parse(topic, topic.query, _NoTopics())


def parse_sentence_rule(topic: Topic) -> Query:
    """Parse the sentence rule of a topic. Raises QueryError, with the topic's name as a note."""
    return _parse(topic, topic.sentence_rule, _AnyCueName())


def cue_terms(rule: Query) -> Iterator[TopicTerm]:
    """Yield the terms of a sentence rule that stand for cues."""
    return (term for term in terms(rule) if isinstance(term, TopicTerm))


def positive_cues(rule: Query) -> Iterator[str]:
    """Yield the names of the cues that a rule asks for in their plain form, without a prefix."""
    return (term.name for term in cue_terms(rule) if not term.name.startswith(_PREFIXES))


def bulletin_wide_cues(rule: Query) -> Iterator[str]:
    """Yield the names, with the prefix any_, of the cues that count in any sentence."""
    return (term.name for term in cue_terms(rule) if term.name.startswith("any_"))


def trigger_cues(rule: Query, alert_state_names: frozenset[str]) -> frozenset[str]:
    """Return cues of which at least one must occur, negated or not, for the rule to hold.

    Of several such sets the result is one of alert-state cues if possible, then the smallest.
    """
    match rule:
        case And(parts):
            candidates = filter(None, (trigger_cues(part, alert_state_names) for part in parts))
            return min(candidates, key=lambda names: (not names <= alert_state_names, len(names)))
        case Or(parts):
            return _NO_NAMES.union(*(trigger_cues(part, alert_state_names) for part in parts))
        case TopicTerm(name):
            return frozenset((name.removeprefix("no_").removeprefix("any_"),))
        case _:
            return _NO_NAMES


def supporting_cues(rule: Query, cues: frozenset[str]) -> frozenset[str] | None:
    """Return the cues of a sentence that support a rule, None if they do not satisfy it.

    Negated parts of the rule (NOT) are ignored.
    """
    match rule:
        case And(parts) | Or(parts):
            supports = [supporting_cues(part, cues) for part in parts]
            satisfied = [support for support in supports if support is not None]
            is_enough = len(satisfied) == len(supports) if isinstance(rule, And) else satisfied
            return _NO_NAMES.union(*satisfied) if is_enough else None
        case TopicTerm(name):
            is_context = name in _SENTENCE_FEATURES or name.startswith("any_")
            return frozenset((name,)) & cues if is_context or name in cues else None
        case _:
            return _NO_NAMES


def sentence_reading(cues: frozenset[str]) -> Reading:
    """Return a reading on which a sentence rule can be evaluated: its topics are the cues."""
    return Reading(
        tokens=_NO_TOKENS,
        mentions=(),
        ancestors={},
        regions=_NO_NAMES,
        affected_subtrees={},
        nationwide_countries=_NO_NAMES,
        alert_regions=_NO_NAMES,
        all_clear_regions=_NO_NAMES,
        topics=cues,
        is_alert=False,
        source="",
        unknown_regions=(),
    )


def _parse(topic: Topic, text: str, names: "_NoTopics | _AnyCueName") -> Query:
    try:
        return parse(text, _NO_PLACES, names, _LIMITS).query
    except ValueError as error:
        error.add_note(f"topic {topic.name}")
        raise


class _NoTopics:
    """Catalogue without topics."""

    names: tuple[str, ...] = ()

    def find_name(self, text: str) -> str | None:
        """Return None: no topic has this name."""
        return None

    def find_hazard(self, _words: Sequence[str]) -> str | None:
        """Return None: words are words."""
        return None


class _AnyCueName:
    """Catalogue in which every name is that of a cue."""

    names: tuple[str, ...] = ()

    def find_name(self, text: str) -> str | None:
        """Return the name as written."""
        return text

    def find_hazard(self, _words: Sequence[str]) -> str | None:
        """Return None: words are words."""
        return None
