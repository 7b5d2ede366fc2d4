"""Hazards in words: they match a bulletin whose source declares the hazard in a code only."""

import io
import json
from typing import Any

import pytest
from support.shared_resources import explainer, gazetteer, topics

from bot.cli.explain import explain_lines
from matching.query.ast import Or, TopicTerm, Word
from matching.query.parser import parse

EXPLAINER = explainer()
QUAKE = {"title": "M 5.1 - 12 km SE of Norcia, Italy", "hazard": "earthquake", "magnitude": 5.1}
FLOOD = {"title": "Allerta idrogeologica", "regions": ["Emilia-Romagna"], "hazard": "flood"}
THREAT = {"title": "Загроза для Харкова", "hazard": "ballistic"}


def matches(bulletin: dict[str, Any], query: str) -> bool:
    out = io.StringIO()
    explain_lines([json.dumps({**bulletin, "queries": [query]})], (), EXPLAINER, out)
    return bool(json.loads(out.getvalue())["queries"][query])


@pytest.mark.parametrize(
    ("bulletin", "query"),
    [
        (QUAKE, "earthquake Italy"),
        (QUAKE, "earthquakes in Italy"),
        (QUAKE, "terremoto Italia"),
        (QUAKE, "землетрясение Италия"),
        (QUAKE, "землетруси Італія"),
        (FLOOD, "flood Italy"),
        (FLOOD, "alluvioni Emilia-Romagna"),
        (FLOOD, "наводнение Италия"),
        (THREAT, "ballistic missiles Kharkiv"),
        (THREAT, "балістика Харків"),
        (THREAT, "баллистика Харьков"),
    ],
)
def test_a_hazard_in_words_matches_what_is_declared(bulletin: dict[str, Any], query: str) -> None:
    assert matches(bulletin, query)


@pytest.mark.parametrize(
    ("bulletin", "query"),
    [
        (QUAKE, "flood Italy"),
        (QUAKE, "earthquake Japan"),
        (QUAKE, 'word:"earthquake" Italy'),
        (FLOOD, "earthquake Italy"),
        (THREAT, "cruise missiles Kharkiv"),
    ],
)
def test_other_hazards_places_and_quoted_words_stay_apart(
    bulletin: dict[str, Any], query: str
) -> None:
    assert not matches(bulletin, query)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("#terremoto", "earthquake"),
        ("#баллистика", "ballistic"),
        ("#шахеди", "drone"),
        ("#повінь", "flood"),
    ],
)
def test_a_hashtag_in_the_readers_language_is_the_topic(typed: str, name: str) -> None:
    assert parse(typed, gazetteer(), topics()).query == TopicTerm(name)


def test_the_words_count_as_well() -> None:
    query = parse("earthquake", gazetteer(), topics()).query
    assert query == Or((TopicTerm("earthquake"), Word("earthquake")))


@pytest.mark.parametrize("query", ["Emilia-Romagna", "Italy #flood"])
def test_explain_reads_the_regions_that_a_bulletin_declares(query: str) -> None:
    assert matches(FLOOD, query)


def test_explain_reads_the_phase_and_the_kind() -> None:
    warning = {"title": "Wind", "regions": ["Sachsen"], "phase": "warning", "kind": "alert"}
    assert matches(warning, "Dresden")
    assert not matches({"title": "Wind", "regions": ["Sachsen"]}, "Dresden")
