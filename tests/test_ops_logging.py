"""Logging: one JSON line for each event, without secrets."""

import io
import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from bot.ops import logging_setup
from bot.ops.log_throttle import LogThrottle
from bot.ops.redaction import Redactor

SECRET = "12345:very-secret"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers, root.level
    out = io.StringIO()
    logging_setup.configure_logging(Redactor([SECRET]), out)
    yield out
    root.handlers, level = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_log_line_is_json_with_a_time_and_a_level(stream: io.StringIO) -> None:
    structlog.get_logger("bot.test").info("started", count=3)
    line = orjson.loads(stream.getvalue())
    assert (line["event"], line["count"], line["level"]) == ("started", 3, "info")
    assert line["timestamp"].endswith("Z")


def test_no_log_line_or_traceback_contains_a_secret(stream: io.StringIO) -> None:
    """URLs and exceptions that are logged can contain the bot's token."""
    log = structlog.get_logger("bot.test")
    try:
        int(f"https://api.telegram.org/bot{SECRET}/getMe")
    except ValueError:
        log.exception("failed", url=f"/bot{SECRET}/getMe")
        logging.getLogger("some.library").exception("GET /bot%s/getMe", SECRET)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all("ValueError" in line and "***" in line for line in lines)
    assert SECRET not in stream.getvalue()


def test_a_failure_that_a_library_logs_again_and_again_is_one_line_a_minute(
    stream: io.StringIO,
) -> None:
    """A stranger who sent broken requests used to write a traceback for each into the log."""
    library = logging.getLogger("some.server")
    for number in range(500):
        try:
            int("no number")
        except ValueError:
            library.exception("Error handling request from %s", f"192.0.2.{number}")
        library.warning('Execution of job "%s" skipped', number)
        library.error("Task failed\ntask: <Task %d>", number)
    events = [orjson.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert events == [
        "Error handling request from 192.0.2.0",
        'Execution of job "0" skipped',
        "Task failed\ntask: <Task 0>",
    ]


def test_the_next_line_of_a_library_has_the_number_left_out(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(logging_setup, "LogThrottle", lambda: LogThrottle(lambda: now))
    logging_setup.configure_logging(Redactor([]), stream)
    library = logging.getLogger("some.server")
    for number in range(7):
        library.warning("lost %s", number)
    now = 61.0
    library.warning("lost %s", 7)
    lines = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("suppressed") for line in lines] == [None, 6]


def test_different_failures_and_notices_of_libraries_are_all_logged(stream: io.StringIO) -> None:
    for name in ("first", "second"):
        logging.getLogger(name).error("failed")
        logging.getLogger(name).error("failed otherwise")
        logging.getLogger(name).info("done")
        logging.getLogger(name).info("done")
    assert len(stream.getvalue().splitlines()) == 8
