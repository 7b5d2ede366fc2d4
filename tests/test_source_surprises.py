"""Whatever a service puts in the place of a value, its reader does not break."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.source_payloads import said

from bot.sources.adapters.cap.bulletins import Manner, tell
from bot.sources.adapters.cap.parser import read_answer
from bot.sources.adapters.disasters.gdacs import read_disasters
from bot.sources.adapters.disasters.usgs import compare, read_quakes
from bot.sources.adapters.telegram.preview import read_posts
from bot.sources.adapters.ukraine import service_tables
from bot.sources.adapters.ukraine.alerts_in_ua import read_active
from bot.sources.adapters.ukraine.ukrainealarm_parser import read_alerts
from bot.sources.base.anomaly_log import Oddities
from bot.sources.core.source import Unusable
from bot.sources.core.state_diff import Seen, beginnings, difference, from_json, to_json

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
SURPRISES: list[Any] = [
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


def _state(seen: Seen) -> None:
    service_tables.bulletins("air", beginnings(seen.state), NOW)
    json.dumps(to_json(seen.state))
    state, changes = difference(from_json(to_json(seen.state)), Seen({}, whole=True))
    assert not state
    service_tables.bulletins("air", changes, NOW)


def _active(body: bytes) -> None:
    _state(read_active(body, Oddities("air")))


def _alarm(body: bytes) -> None:
    _state(read_alerts(body, Oddities("air")))


def _cap(body: bytes) -> None:
    _, roots = tell(read_answer(body).alerts, {}, Manner("met", "en", NOW))
    json.dumps(roots)


def _usgs(body: bytes) -> None:
    _, told = compare(read_quakes(body), ())
    compare(read_quakes(body), json.loads(json.dumps(told)))


READERS: dict[str, Callable[[bytes], None]] = {
    "alerts_in_ua": _active,
    "ukrainealarm": _alarm,
    "cap": _cap,
    "usgs": _usgs,
}


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*here, key))
    if isinstance(value, list) and value:
        yield from places(value[0], (*here, 0))


def replaced(value: Any, place: tuple[Any, ...], by: object) -> Any:
    if not place:
        return by
    changed = copy.deepcopy(value)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = by
    return changed


@pytest.mark.parametrize("kind", READERS)
def test_any_value_may_be_any_other(kind: str) -> None:
    right = json.loads(said(kind, "after"))
    read = 0
    with capture_logs():
        for place in places(right):
            for surprise in SURPRISES:
                body = json.dumps(replaced(right, place, surprise)).encode()
                with suppress(Unusable):  # said in words: the poll fails, the source does not
                    READERS[kind](body)
                    read += 1

    assert read > 100


def without(value: Any, place: tuple[Any, ...]) -> Any:
    less = copy.deepcopy(value)
    inner = less
    for step in place[:-1]:
        inner = inner[step]
    del inner[place[-1]]
    return less


@pytest.mark.parametrize("kind", READERS)
def test_any_field_may_be_missing(kind: str) -> None:
    right = json.loads(said(kind, "after"))
    with capture_logs():
        for place in filter(None, places(right)):
            with suppress(Unusable):
                READERS[kind](json.dumps(without(right, place)).encode())


@pytest.mark.parametrize(
    ("kind", "reader"), [("gdacs", read_disasters), ("telegram_preview", read_posts)]
)
def test_a_document_may_end_anywhere(kind: str, reader: Callable[[bytes], list[Any]]) -> None:
    body = said(kind, "after")
    for end in range(0, len(body), 37):
        with suppress(Unusable):
            reader(body[:end])
