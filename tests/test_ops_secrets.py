"""Redaction: no secret of the configuration leaves the process."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog

from bot.config import load
from bot.ops.log_throttle import LogThrottle
from bot.ops.redaction import Redactor, find_secrets

CONFIG = """
[telegram]
token = "1234:telegram-token"
secret_token = "webhook-secret-token"
[storage]
url = "postgresql+asyncpg://tocsin:pass%2Fword@db/tocsin"
[http]
token = "bearer-token-of-metrics"
[[source]]
kind = "webhook"
name = "press"
secret = "secret-of-the-press"
[[source]]
kind = "alerts_in_ua"
name = "alerts"
token = "token-of-alerts-in-ua"
[[source]]
kind = "rss"
name = "news"
url = "https://news.example.org/feed.xml?api_key=key-of-the-feed"
"""

SECRETS = [
    "1234:telegram-token",
    "webhook-secret-token",
    "pass%2Fword",
    "pass/word",
    "bearer-token-of-metrics",
    "secret-of-the-press",
    "token-of-alerts-in-ua",
    "key-of-the-feed",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_every_secret_of_the_configuration_is_redacted(tmp_path: Path, secret: str) -> None:
    """Only Telegram's token used to be removed from logs."""
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    redactor = Redactor(find_secrets(load(file, {})))
    assert secret not in redactor.redact(f"GET https://host/{secret}?x={secret}: refused")


def test_a_secret_from_the_environment_is_redacted(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    environ = {"TOCSIN_SOURCE__0__SECRET": "another-secret-of-the-press"}
    redactor = Redactor(find_secrets(load(file, environ)))
    assert redactor.redact("another-secret-of-the-press") == "***"


@pytest.mark.parametrize("write", [json.dumps, quote, lambda text: quote(text, safe="")])
def test_a_secret_is_redacted_however_it_is_written(write: object) -> None:
    assert callable(write)
    secret = 'quotes" slashes/ and пробіли'
    redacted = Redactor([secret]).redact(f"before {write(secret)} after")
    assert redacted.replace('"', "") == "before *** after"


def lines_of(throttle: LogThrottle, *events: dict[str, object]) -> list[dict[str, object]]:
    kept = []
    for event in events:
        try:
            kept.append(dict(throttle(None, "error", dict(event))))
        except structlog.DropEvent:
            continue
    return kept


def test_a_repeated_failure_is_logged_once_a_minute_with_the_number_left_out() -> None:
    """A full disk used to fill the log with thirty lines a second."""
    now = 0.0
    throttle = LogThrottle(lambda: now)
    failure = {"event": "update_failed", "error": "OperationalError", "update": 1}
    assert len(lines_of(throttle, *([failure] * 900))) == 1
    now = 61.0
    [line] = lines_of(throttle, failure)
    assert line["suppressed"] == 899


def test_different_failures_are_all_logged() -> None:
    throttle = LogThrottle(lambda: 0.0)
    failures: list[dict[str, object]] = [
        {"event": "source_down", "source": "siren"},
        {"event": "source_down", "source": "press"},
        {"event": "polling_failed", "error": "Bad Gateway"},
        {"event": "polling_failed", "error": "Timed out"},
    ]
    assert lines_of(throttle, *failures) == failures


def test_the_throttle_remembers_a_bounded_number_of_failures() -> None:
    throttle = LogThrottle(lambda: 0.0)
    for number in range(5_000):
        lines_of(throttle, {"event": f"failure_{number}"})
    assert len(throttle._repetitions) <= 1_000
