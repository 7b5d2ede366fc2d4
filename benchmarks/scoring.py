"""How well labelled items are understood: precision, recall and F1.

An item is a JSON object: id, lang, title, text; places and not_places (English names), nationwide;
topics and not_topics; queries (query -> whether it holds). A label that should be found and is, is
a hit; one that should not be and is, is false. What is labelled in neither way is not scored, but
the places found so are counted: a matcher that finds many is too eager.
"""

import random
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matching.explain import Explainer

FIELDS = ("places", "topics", "queries")
_SAMPLE = 3  # places an alert for the whole of Ukraine is looked for in


@dataclass(frozen=True, slots=True)
class Judged:
    """One label of an item, and what became of it."""

    item: str  # its id
    language: str
    field: str  # places, topics or queries
    label: str
    expected: bool
    found: bool


@dataclass(frozen=True, slots=True)
class Score:
    """What the labels of one field come to."""

    hits: int
    missed: int
    false: int

    @property
    def precision(self) -> float:
        """How many of those found should have been."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """How many of those that should have been found were."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.precision * self.recall / ((self.precision + self.recall) or 1)


@dataclass(frozen=True, slots=True)
class Scores:
    """What all items come to."""

    judged: tuple[Judged, ...]
    items: int
    unlabelled: int  # places found that no label names

    def of(self, field: str, language: str | None = None) -> Score:
        """The score of a field, in one language or in all."""
        seen = Counter(
            (one.expected, one.found)
            for one in self.judged
            if one.field == field and language in {None, one.language}
        )
        return Score(seen[True, True], seen[True, False], seen[False, True])

    @property
    def languages(self) -> list[str]:
        """Those of the items."""
        return sorted({one.language for one in self.judged})

    @property
    def wrong(self) -> list[Judged]:
        """The labels missed and those found by mistake."""
        return [one for one in self.judged if one.expected is not one.found]


def score(items: Iterable[Mapping[str, Any]], explainer: Explainer, cities: list[str]) -> Scores:
    """Score every item; cities: names of Ukrainian places to look for nationwide alerts in."""
    judged: list[Judged] = []
    number = unlabelled = 0
    for number, item in enumerate(items, start=1):  # noqa: B007 - the last is the count
        sample = random.Random(item["id"]).sample(cities, _SAMPLE) if item["nationwide"] else []
        sampled = {f'in:"{city}"': True for city in sample}
        explained = explainer.explain(
            item["id"], item["title"], item["text"], [*item["queries"], *sampled]
        )
        places = {_plain(place["name"]) for place in explained["places"]}
        labels = {_plain(name) for name in (*item["places"], *item["not_places"])}
        unlabelled += len(places - labels)
        held = explained["queries"]
        for field, label, expected, found in (
            *_named(item, "places", lambda name, found=places: _plain(name) in found),
            *(("places", query, True, held[query]) for query in sampled),
            *_named(item, "topics", lambda name, found=explained["topics"]: name in found),
            *(("queries", query, want, held[query]) for query, want in item["queries"].items()),
        ):
            judged.append(Judged(item["id"], item["lang"], field, label, expected, found))
    return Scores(tuple(judged), number, unlabelled)


def _named(
    item: Mapping[str, Any], field: str, found: Any
) -> Iterator[tuple[str, str, bool, bool]]:
    for key, expected in ((field, True), (f"not_{field}", False)):
        for label in item[key]:
            yield field, label, expected, found(label)


def _plain(name: str) -> str:
    """Without diacritics and the case of letters."""
    split = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    return "".join(c for c in split if not unicodedata.combining(c)).casefold()
