"""Staleness check: a state from an outdated cache is refused (case 44 of the catalogue)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from support.http_origin import origin
from support.source_payloads import content_type, payload
from support.source_server_driver import SourceDriver

from bot.sources.adapters.ukraine.alerts_in_ua import parse_state_time
from bot.sources.adapters.ukraine.siren import SirenSettings
from bot.sources.base.staleness import StalenessCheck
from bot.sources.core.source import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


async def poll(driver: SourceDriver, name: str) -> Sequence[Bulletin]:
    return await driver.poll_answer(payload("siren", name), content_type("siren"))


async def test_an_older_state_neither_ends_nor_restarts_an_alert() -> None:
    async with origin() as server, open_session() as session:
        settings = SirenSettings(kind="siren", name="air", url=server.url)
        driver = SourceDriver(
            server, settings.build_source(HttpClient(session, lambda: NOW), lambda: NOW)
        )
        server.status_numbers = iter([5, 6, 5, 5, 7])
        await poll(driver, "before")
        assert len(await poll(driver, "after")) == 1

        for _ in range(2):
            with pytest.raises(Unusable, match="older"):
                await poll(driver, "before")

        assert await poll(driver, "after") == ()


def test_a_service_that_resets_its_counter_is_trusted_after_a_while() -> None:
    staleness = StalenessCheck()
    for counter in range(1, 10):
        with pytest.raises(Unusable):
            staleness.check(counter, 900)

    staleness.check(10, 900)


def test_a_newer_state_resets_the_count_of_older_ones() -> None:
    staleness = StalenessCheck()
    for _ in range(20):
        with pytest.raises(Unusable):
            staleness.check(5, 6)
        staleness.check(6, 6)


def test_a_state_without_a_time_is_accepted() -> None:
    staleness = StalenessCheck()
    staleness.check(None, 5)
    staleness.check(5, None)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-06-21T09:20:08.000Z", 9),
        ("2026/06/21 12:20:08 +0300", 9),
        ("soon", None),
        (None, None),
    ],
)
def test_the_time_of_a_state_has_two_formats(text: str | None, hour: int | None) -> None:
    time = parse_state_time(json.dumps({"meta": {"last_updated_at": text}}).encode())

    expected = datetime(2026, 6, 21, hour, 20, 8, tzinfo=UTC).timestamp() if hour else None
    assert time == expected
