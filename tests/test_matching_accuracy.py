"""The floor reached on labelled items of this project's own."""

import json
from importlib.resources import files

import pytest
from support.shared_resources import gazetteer, reader, topics

from benchmarks.scoring import Scores, score
from benchmarks.understanding import cities
from matching.explain import Explainer

LANGUAGES = ("en", "it", "ru", "uk")


@pytest.fixture(scope="module")
def scores() -> Scores:
    return scored("understanding.jsonl")


@pytest.fixture(scope="module")
def blind() -> Scores:
    return scored("blind.jsonl")


def scored(name: str) -> Scores:
    path = files("benchmarks") / "data" / name
    items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    explainer = Explainer(gazetteer(), topics(), reader())
    return score(items, explainer, cities(gazetteer()))


def test_there_are_items_enough_in_every_language(scores: Scores) -> None:
    assert scores.items >= 120
    assert scores.languages == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "floor"), [("places", 0.95), ("topics", 0.97), ("queries", 0.98)]
)
def test_places_topics_and_queries_are_understood(
    scores: Scores, field: str, floor: float, language: str
) -> None:
    wrong = [one for one in scores.wrong if (one.field, one.language) == (field, language)]
    assert scores.of(field, language).f1 >= floor, wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "floor"), [("places", 0.97), ("topics", 0.94), ("queries", 0.96)]
)
def test_items_written_before_the_rules_had_met_them_are_understood(
    blind: Scores, field: str, floor: float, language: str
) -> None:
    wrong = [one for one in blind.wrong if (one.field, one.language) == (field, language)]
    assert blind.of(field, language).f1 >= floor, wrong


def test_few_places_are_found_that_no_label_names(scores: Scores, blind: Scores) -> None:
    for each in (scores, blind):
        assert each.unlabelled / each.items <= 0.25
