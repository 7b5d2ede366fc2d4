"""Parsers of all services with unexpected, missing and truncated values."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.source_payloads import payload

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import parse_document
from bot.sources.adapters.disasters.gdacs_parser import parse_disasters
from bot.sources.adapters.disasters.quake_changes import diff_quakes
from bot.sources.adapters.disasters.usgs_parser import parse_quakes
from bot.sources.adapters.telegram.preview_parser import parse_posts
from bot.sources.adapters.ukraine.alerts_in_ua import parse_answer
from bot.sources.adapters.ukraine.bulletins import to_bulletins as to_alert_bulletins
from bot.sources.adapters.ukraine.ukrainealarm_parser import parse_alerts
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.core.errors import Unusable
from bot.sources.core.state_diff import Snapshot, diff, from_json, list_activations, to_json

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
UNEXPECTED_VALUES: list[Any] = [
    None,
    True,
    -1,
    10**400,
    1e308,
    float("nan"),
    "",
    "x",
    "\ud83d\0\u202e",
    "9999-12-31T23:59:59-12:00",
    "9" * 5000,
    [],
    [None, [], {}, "x", 5],
    {},
    {"x": None},
]


def _state(snapshot: Snapshot) -> None:
    to_alert_bulletins("air", list_activations(snapshot.state), NOW)
    json.dumps(to_json(snapshot.state))
    state, changes = diff(from_json(to_json(snapshot.state)), Snapshot({}, is_complete=True))
    assert not state
    to_alert_bulletins("air", changes, NOW)


def _active(body: bytes) -> None:
    _state(parse_answer(body, AnomalyLog("air"))[0])


def _alarm(body: bytes) -> None:
    _state(parse_alerts(body, AnomalyLog("air")))


def _cap(body: bytes) -> None:
    _, roots = to_bulletins(parse_document(body).alerts, {}, ConversionContext("met", "en", NOW))
    json.dumps(roots)


def _usgs(body: bytes) -> None:
    _, reported = diff_quakes(parse_quakes.function(body), ())
    diff_quakes(parse_quakes.function(body), json.loads(json.dumps(reported)))


PARSERS: dict[str, Callable[[bytes], None]] = {
    "alerts_in_ua": _active,
    "ukrainealarm": _alarm,
    "cap": _cap,
    "usgs": _usgs,
}


def positions(value: Any, position: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield position
    if isinstance(value, dict):
        for key in value:
            yield from positions(value[key], (*position, key))
    if isinstance(value, list) and value:
        yield from positions(value[0], (*position, 0))


def replaced(value: Any, position: tuple[Any, ...], replacement: object) -> Any:
    if not position:
        return replacement
    changed = copy.deepcopy(value)
    node = changed
    for step in position[:-1]:
        node = node[step]
    node[position[-1]] = replacement
    return changed


@pytest.mark.parametrize("kind", PARSERS)
def test_an_unexpected_value_does_not_break_a_parser(kind: str) -> None:
    valid = json.loads(payload(kind, "after"))
    parsed_count = 0
    with capture_logs():
        for position in positions(valid):
            for unexpected in UNEXPECTED_VALUES:
                body = json.dumps(replaced(valid, position, unexpected)).encode()
                with suppress(Unusable):  # a failed poll, not a defect
                    PARSERS[kind](body)
                    parsed_count += 1

    assert parsed_count > 100


def without(value: Any, position: tuple[Any, ...]) -> Any:
    reduced = copy.deepcopy(value)
    node = reduced
    for step in position[:-1]:
        node = node[step]
    del node[position[-1]]
    return reduced


@pytest.mark.parametrize("kind", PARSERS)
def test_a_missing_field_does_not_break_a_parser(kind: str) -> None:
    valid = json.loads(payload(kind, "after"))
    with capture_logs():
        for position in filter(None, positions(valid)):
            with suppress(Unusable):
                PARSERS[kind](json.dumps(without(valid, position)).encode())


@pytest.mark.parametrize(
    ("kind", "parser"),
    [("gdacs", parse_disasters.function), ("telegram_preview", parse_posts.function)],
)
def test_a_truncated_document_does_not_break_a_parser(
    kind: str, parser: Callable[[bytes], list[Any]]
) -> None:
    body = payload(kind, "after")
    for end in range(0, len(body), 37):
        with suppress(Unusable):
            parser(body[:end])
