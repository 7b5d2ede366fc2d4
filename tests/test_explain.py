"""What `tocsin explain` says of a bulletin."""

import io
import json
from typing import Any

import pytest
from support.shared_resources import gazetteer, reader, topics

from bot.cli.explain import ExplainError, explain_lines
from matching.explain import Explainer

GAZETTEER = gazetteer()
TOPICS = topics()
EXPLAINER = Explainer(GAZETTEER, TOPICS, reader())


def explained(*lines: object, queries: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    out = io.StringIO()
    explain_lines([f"{json.dumps(line)}\n" for line in lines], queries, EXPLAINER, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_bulletin_is_explained_by_its_places_topics_and_queries() -> None:
    (said,) = explained(
        {
            "id": "a1",
            "title": "Air alert in Lviv",
            "text": "Trains to Poland wait.",
            "queries": ["train", "ship", "Poland AND train"],
        }
    )
    assert said == {
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
    (said,) = explained({"text": "Lviv"})
    assert said["places"][0]["span"] == [1, 5]
    assert said["id"] is None


def test_queries_of_the_command_are_asked_of_every_bulletin() -> None:
    said = explained({"text": "A train"}, {"text": "A ship"}, queries=("train",))
    assert [one["queries"] for one in said] == [{"train": True}, {"train": False}]


def test_an_alert_for_the_whole_country_is_said_to_be_one() -> None:
    (said,) = explained({"title": "Air alert throughout Ukraine"})
    assert said["nationwide"] is True


def test_a_query_that_cannot_be_read_does_not_hold_and_says_why() -> None:
    (said,) = explained({"text": "A train", "queries": ["train AND", "train"]})
    assert said["queries"] == {"train AND": False, "train": True}
    assert said["errors"] == {
        "train AND": {"kind": "dangling_operator", "start": 6, "end": 9, "suggestion": ""}
    }


def test_any_characters_come_out_as_json() -> None:
    (said,) = explained({"id": "\ud800", "text": "\ud800 Київ", "queries": ["\udfff київ"]})
    assert said["id"] == "\ud800"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "line 2: not JSON"),
        ("[" * 100_000, "line 2: not JSON"),
        ("[]", "line 2: expected an object"),
        ("{}", "line 2: title or text is required"),
        ('{"text": 1}', "line 2: text: expected a string"),
        ('{"title": [], "text": "x"}', "line 2: title: expected a string"),
        ('{"text": "x", "queries": "y"}', "line 2: queries: expected a list of strings"),
        ('{"text": "x", "queries": [1]}', "line 2: queries: expected a list of strings"),
    ],
)
def test_a_line_that_is_no_bulletin_is_an_error_that_names_line_and_field(
    line: str, what: str
) -> None:
    with pytest.raises(ExplainError, match=f"^{what}"):
        explain_lines(["\n", line], (), EXPLAINER, io.StringIO())
