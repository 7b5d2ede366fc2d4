"""Logging: one JSON line for each event, without secrets."""

import io
import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from bot.ops import logging_setup
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
