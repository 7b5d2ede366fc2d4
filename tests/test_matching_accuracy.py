"""Matching accuracy: minimum F1 scores on the labelled items of the benchmark."""

import json
from importlib.resources import files

import pytest
from support.shared_resources import explainer, gazetteer

from benchmarks.scoring import Scores, score
from benchmarks.understanding import large_cities

LANGUAGES = ("en", "it", "ru", "uk")


@pytest.fixture(scope="module")
def scores() -> Scores:
    return score_items("understanding.jsonl")


@pytest.fixture(scope="module")
def blind() -> Scores:
    return score_items("blind.jsonl")


@pytest.fixture(scope="module")
def posts() -> Scores:
    return score_items("posts.jsonl")


def score_items(name: str) -> Scores:
    path = files("benchmarks") / "data" / name
    items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return score(items, explainer(), large_cities(gazetteer()))


def test_labelled_items_cover_every_language(scores: Scores) -> None:
    assert scores.items >= 120
    assert scores.languages == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "floor"), [("places", 0.95), ("topics", 0.97), ("queries", 0.98)]
)
def test_places_topics_and_queries_reach_the_minimum_score(
    scores: Scores, field: str, floor: float, language: str
) -> None:
    errors = [e for e in scores.errors if (e.field, e.language) == (field, language)]
    assert scores.score(field, language).f1 >= floor, errors


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "floor"), [("places", 0.97), ("topics", 0.94), ("queries", 0.96)]
)
def test_items_unseen_by_the_rules_reach_the_minimum_score(
    blind: Scores, field: str, floor: float, language: str
) -> None:
    errors = [e for e in blind.errors if (e.field, e.language) == (field, language)]
    assert blind.score(field, language).f1 >= floor, errors


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "floor"), [("places", 0.93), ("topics", 0.98), ("queries", 0.98)]
)
def test_posts_of_channels_and_agencies_reach_the_minimum_score(
    posts: Scores, field: str, floor: float, language: str
) -> None:
    errors = [e for e in posts.errors if (e.field, e.language) == (field, language)]
    assert posts.score(field, language).f1 >= floor, errors


def test_a_reading_has_few_unlabelled_places(scores: Scores, blind: Scores) -> None:
    for result in (scores, blind):
        assert result.unlabelled_places / result.items <= 0.25
