"""Accuracy scoring: precision, recall and F1 of the reader on labelled items.

An item is a JSON object: id, lang, title, text; places and not_places (English names), nationwide;
topics and not_topics; queries (query -> whether it matches). A label that is expected and detected
is a true positive; one that is not expected but detected is a false positive. A detection without a
label is not scored, but such places are counted: a matcher that finds many is too eager.
"""

import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matching.explain import Explainer

FIELDS = ("places", "topics", "queries")
_SAMPLE = 3  # cities that a nationwide alert is expected to match


@dataclass(frozen=True, slots=True)
class LabelResult:
    """One label of an item, and whether the reader detected it."""

    item: str  # its id
    language: str
    field: str  # places, topics or queries
    label: str
    is_expected: bool
    is_detected: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of true positives, false negatives and false positives."""

    true_positives: int
    false_negatives: int
    false_positives: int

    @property
    def precision(self) -> float:
        """Share of the detected labels that were expected."""
        detected = self.true_positives + self.false_positives
        return self.true_positives / detected if detected else 1.0

    @property
    def recall(self) -> float:
        """Share of the expected labels that were detected."""
        expected = self.true_positives + self.false_negatives
        return self.true_positives / expected if expected else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / ((self.precision + self.recall) or 1)


@dataclass(frozen=True, slots=True)
class Scores:
    """Results of all labels of all items."""

    results: tuple[LabelResult, ...]
    items: int
    unlabelled_places: int  # detected places without a label

    def score(self, field: str, language: str | None = None) -> Score:
        """Return the score of a field, in one language or in all."""
        counts = Counter(
            (result.is_expected, result.is_detected)
            for result in self.results
            if result.field == field and language in {None, result.language}
        )
        return Score(counts[True, True], counts[True, False], counts[False, True])

    @property
    def languages(self) -> list[str]:
        """Languages of the items, sorted."""
        return sorted({result.language for result in self.results})

    @property
    def errors(self) -> list[LabelResult]:
        """False negatives and false positives."""
        return [result for result in self.results if result.is_expected is not result.is_detected]


def score(items: Iterable[Mapping[str, Any]], explainer: Explainer, cities: list[str]) -> Scores:
    """Score every item; `cities` are Ukrainian cities that a nationwide alert should match."""
    results: list[LabelResult] = []
    count = unlabelled = 0
    for item in items:
        count += 1
        sample = random.Random(item["id"]).sample(cities, _SAMPLE) if item["nationwide"] else []
        sampled = {f'in:"{city}"': True for city in sample}
        explained = explainer.explain(
            item["id"], item["title"], item["text"], [*item["queries"], *sampled]
        )
        places = {_fold(place["name"]) for place in explained["places"]}
        labels = {_fold(name) for name in (*item["places"], *item["not_places"])}
        unlabelled += len(places - labels)
        results += _label_results(item, sampled, explained, places)
    return Scores(tuple(results), count, unlabelled)


def _label_results(
    item: Mapping[str, Any],
    sampled: Mapping[str, bool],
    explained: Mapping[str, Any],
    places: set[str],
) -> Iterator[LabelResult]:
    topics, matches = explained["topics"], explained["queries"]
    for field, label, is_expected, is_detected in (
        *_named_labels(item, "places", lambda name: _fold(name) in places),
        *(("places", query, True, matches[query]) for query in sampled),
        *_named_labels(item, "topics", lambda name: name in topics),
        *(("queries", query, want, matches[query]) for query, want in item["queries"].items()),
    ):
        yield LabelResult(item["id"], item["lang"], field, label, is_expected, is_detected)


def _named_labels(
    item: Mapping[str, Any], field: str, is_detected: Callable[[str], bool]
) -> Iterator[tuple[str, str, bool, bool]]:
    for key, is_expected in ((field, True), (f"not_{field}", False)):
        for label in item[key]:
            yield field, label, is_expected, is_detected(label)


def _fold(name: str) -> str:
    """Remove diacritics and case."""
    decomposed = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
