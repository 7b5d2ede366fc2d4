"""Explain: the JSON that `tocsin explain` writes for a bulletin."""

import io
import json
from typing import Any

import pytest
from support.shared_resources import explainer, gazetteer

from bot.cli.explain import ExplainError, explain_lines

GAZETTEER = gazetteer()
EXPLAINER = explainer()


def explain(*lines: object, queries: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    out = io.StringIO()
    explain_lines([f"{json.dumps(line)}\n" for line in lines], queries, EXPLAINER, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_explanation_has_places_topics_and_query_results() -> None:
    (explanation,) = explain(
        {
            "id": "a1",
            "title": "Air alert in Lviv",
            "text": "Trains to Poland wait.",
            "queries": ["train", "ship", "Poland AND train"],
        }
    )
    assert explanation == {
        "id": "a1",
        "places": [
            {"name": "Lviv", "code": GAZETTEER.find("Lviv")[0].code, "span": [13, 17]},
            {"name": "Poland", "code": "PL", "span": [28, 34]},
        ],
        "nationwide": False,
        "topics": ["air_alert", "railway"],
        "queries": {"train": True, "ship": False, "Poland AND train": True},
    }


def test_spans_count_the_newline_after_an_empty_title() -> None:
    (explanation,) = explain({"text": "Lviv"})
    assert explanation["places"][0]["span"] == [1, 5]
    assert explanation["id"] is None


def test_queries_of_the_command_are_evaluated_for_every_bulletin() -> None:
    explanations = explain({"text": "A train"}, {"text": "A ship"}, queries=("train",))
    assert [explanation["queries"] for explanation in explanations] == [
        {"train": True},
        {"train": False},
    ]


def test_an_alert_for_the_whole_country_is_nationwide() -> None:
    (explanation,) = explain({"title": "Air alert throughout Ukraine"})
    assert explanation["nationwide"] is True


def test_a_malformed_query_is_false_and_has_an_error() -> None:
    (explanation,) = explain({"text": "A train", "queries": ["train AND", "train"]})
    assert explanation["queries"] == {"train AND": False, "train": True}
    assert explanation["errors"] == {
        "train AND": {"kind": "dangling_operator", "start": 6, "end": 9, "suggestion": ""}
    }


def test_declared_facts_decide_queries_and_the_output_keeps_its_form() -> None:
    quake = {"magnitude": 5.1, "depth_km": 9.6, "point": [41.98, 12.5], "hazard": "earthquake"}
    asked = ["Rome +20km", "Rome +5km", "magnitude>5", "depth<=10km", "level=red", "#earthquake"]
    explained, warned = explain(
        {"id": 1, "title": "M 5.1, Lazio", **quake, "queries": asked},
        {"title": "Storm in Lviv", "level": "orange", "queries": ["level>=orange", "level=red"]},
    )
    assert explained["queries"] == dict(
        zip(asked, (True, False, True, True, False, True), strict=True)
    )
    assert explained["topics"] == ["earthquake"]
    assert explained.keys() == {"id", "places", "nationwide", "topics", "queries"}
    assert warned["queries"] == {"level>=orange": True, "level=red": False}


def test_lone_surrogates_are_written_as_json() -> None:
    (explanation,) = explain({"id": "\ud800", "text": "\ud800 Київ", "queries": ["\udfff київ"]})
    assert explanation["id"] == "\ud800"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2: not JSON"),
        ("[" * 100_000, "line 2: not JSON"),
        ("[]", "line 2: expected an object"),
        ("{}", "line 2: title or text is required"),
        ('{"text": 1}', "line 2: text: expected a string"),
        ('{"title": [], "text": "x"}', "line 2: title: expected a string"),
        ('{"text": "x", "queries": "y"}', "line 2: queries: expected a list of strings"),
        ('{"text": "x", "queries": [1]}', "line 2: queries: expected a list of strings"),
        ('{"text": "x", "level": "purple"}', "line 2: level: expected one of green"),
        ('{"text": "x", "magnitude": "5"}', "line 2: magnitude: expected a number"),
        ('{"text": "x", "point": [91, 0]}', "line 2: point: expected"),
        ('{"text": "x", "depth_km": 2000}', "line 2: depth_km: expected a number"),
    ],
)
def test_an_invalid_line_raises_an_error_that_names_line_and_field(line: str, problem: str) -> None:
    with pytest.raises(ExplainError, match=f"^{problem}"):
        explain_lines(["\n", line], (), EXPLAINER, io.StringIO())
