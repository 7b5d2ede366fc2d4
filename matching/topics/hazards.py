"""Hazard tree: the hazards, threats and other subjects of bulletins.

The data are in matching/data/hazards.toml. Every hazard is the topic of the same name. A bulletin
with a topic has its ancestors too, so that #air matches what is declared or read as #ballistic.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

AIR = "air"


@dataclass(frozen=True, slots=True)
class Hazard:
    """Node of the tree."""

    name: str  # of the topic
    parent: str | None
    titles: Mapping[str, str]  # language -> title for people
    synonyms: tuple[str, ...] = ()  # other names under which senders declare it
    is_subject: bool = False  # a subject of news; a declared hazard does not exclude it
    severity: int = 0  # as a threat of an alert, 1 to 3; 0: it is none
    event_words: str = ""  # phrases in the event names of CAP alerts
    excluded_event_words: str = ""  # phrases in which these mean something else
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # system -> event codes


class HazardTree:
    """All hazards by name, with their ancestors, synonyms and codes."""

    def __init__(self, hazards: Iterable[Hazard]) -> None:
        self._hazards = {hazard.name: hazard for hazard in hazards}
        self._ancestors = {name: tuple(self._climb(name)) for name in self._hazards}
        self._by_synonym = {
            synonym: hazard.name
            for hazard in self._hazards.values()
            for synonym in (hazard.name, *hazard.synonyms)
        }
        self._events = [
            (hazard.name, _pattern(hazard.event_words), _pattern(hazard.excluded_event_words))
            for hazard in self._hazards.values()
            if hazard.event_words
        ]
        self._by_code: dict[tuple[str, str], tuple[str, ...]] = {}
        for hazard in self._hazards.values():
            for system, codes in hazard.codes.items():
                for code in codes:
                    names = self._by_code.get((system, code), ())
                    self._by_code[system, code] = (*names, hazard.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names, in the order of the data."""
        return tuple(self._hazards)

    @property
    def accepted_names(self) -> tuple[str, ...]:
        """Return all names and synonyms under which senders may declare a hazard."""
        return tuple(self._by_synonym)

    def get(self, name: str) -> Hazard | None:
        """Return the hazard of a name."""
        return self._hazards.get(name)

    def find_name(self, declared: str) -> str | None:
        """Return the name of a declared hazard or synonym, in any letter case, with or without ID.

        A declared hazard may have an id, as in `weather:2026-17`.
        """
        return self._by_synonym.get(declared.partition(":")[0].strip().lower())

    def children(self, name: str | None) -> tuple[str, ...]:
        """Return the names of the children, None for the roots, in the order of the data."""
        return tuple(h.name for h in self._hazards.values() if h.parent == name)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the ancestors, nearest first; empty for an unknown name."""
        return self._ancestors.get(name, ())

    def is_within(self, name: str, ancestor: str) -> bool:
        """Return whether a hazard is another one or lies below it."""
        return name == ancestor or ancestor in self.ancestors(name)

    def close(self, topics: frozenset[str]) -> frozenset[str]:
        """Return the topics with all of their ancestors."""
        return topics.union(*(self._ancestors.get(topic, ()) for topic in topics))

    def most_specific(self, topics: Iterable[str]) -> tuple[str, ...]:
        """Return the hazards among these topics that none of the others lies below.

        They are in the order of the data.
        """
        present = frozenset(topics)
        outer = frozenset().union(*(self._ancestors.get(topic, ()) for topic in present))
        return tuple(name for name in self._hazards if name in present and name not in outer)

    def severity(self, name: str) -> int:
        """Return the rank of a hazard as a threat of an alert, 0 if it is none."""
        line = (name, *self.ancestors(name))
        ranks = (self._hazards[item].severity for item in line if item in self._hazards)
        return next(filter(None, ranks), 0)

    @property
    def all_threats(self) -> tuple[str, ...]:
        """Return all hazards that are threats of an alert, in the order of the data."""
        return tuple(filter(self.severity, self._hazards))

    def threats(self, topics: Iterable[str]) -> tuple[str, ...]:
        """Return the most specific threats among these topics, the gravest first."""
        names = filter(self.severity, self.most_specific(topics))
        return tuple(sorted(names, key=self.severity, reverse=True))

    def title(self, name: str, language: str) -> str:
        """Return the title in a language, else in English, else the name."""
        titles = self._hazards[name].titles if name in self._hazards else {}
        return titles.get(language) or titles.get("en") or name

    def find_by_code(self, system: str, code: str) -> tuple[str, ...]:
        """Return the hazards of an event code; `hazards.toml` lists the systems of codes."""
        return self._by_code.get((system, code.strip().upper()), ())

    def find_in_event(self, event: str) -> tuple[str, ...]:
        """Return the most specific hazards in the event name of an alert, in any language."""
        folded = event.casefold()
        names = []
        for name, pattern, excluded in self._events:
            text = excluded.sub(" ", folded) if excluded.pattern else folded
            if pattern.search(text):
                names.append(name)
        return self.most_specific(names)

    def _climb(self, name: str) -> Iterator[str]:
        while (parent := self._hazards[name].parent) is not None:
            yield parent
            name = parent


@functools.cache
def hazard_tree() -> HazardTree:
    """Return the tree of the package. Raises ValueError for data that is no tree."""
    text = (files("matching") / "data" / "hazards.toml").read_text("utf-8")
    return parse(text)


def parse(text: str) -> HazardTree:
    """Parse a hazards file. Raises ValueError for an unknown key or a parent below its child."""
    hazards: dict[str, Hazard] = {}
    for table in tomllib.loads(text)["hazard"]:
        hazard = _hazard(table)
        if hazard.name in hazards:
            raise ValueError(f"hazards.toml: {hazard.name!r} stands twice")
        if hazard.parent is not None and hazard.parent not in hazards:
            raise ValueError(f"hazards.toml: {hazard.name!r}: no parent {hazard.parent!r} above it")
        hazards[hazard.name] = hazard
    return HazardTree(hazards.values())


_KEYS = frozenset(
    (
        "name",
        "parent",
        "title",
        "subject",
        "synonyms",
        "events",
        "not_events",
        "codes",
        "severity",
    )
)


def _hazard(table: Mapping[str, Any]) -> Hazard:
    if unknown := table.keys() - _KEYS:
        raise ValueError(f"hazards.toml: {table.get('name')!r}: unknown keys {sorted(unknown)}")
    return Hazard(
        name=table["name"],
        parent=table.get("parent"),
        titles=table["title"],
        synonyms=tuple(_phrases(table.get("synonyms", ""))),
        is_subject=table.get("subject", False),
        severity=table.get("severity", 0),
        event_words=table.get("events", ""),
        excluded_event_words=table.get("not_events", ""),
        codes={
            system: frozenset(codes.upper().split())
            for system, codes in table.get("codes", {}).items()
        },
    )


def _phrases(text: str) -> Iterator[str]:
    return filter(None, (phrase.strip() for phrase in re.split(r"[,\n]", text)))


def _pattern(words: str) -> re.Pattern[str]:
    """Return a pattern of whole phrases; * is any end of a word, and Japanese has no word ends."""
    parts = []
    for phrase in _phrases(words.casefold()):
        body = r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in phrase.split())
        is_japanese = re.match("[぀-ヿ㐀-鿿]", phrase)
        parts.append(body if is_japanese else rf"(?<!\w){body}(?!\w)")
    return re.compile("|".join(parts))
