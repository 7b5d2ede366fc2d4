"""Staleness check: a state from an outdated cache is refused."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from support.http_origin import origin
from support.source_payloads import content_type, payload
from support.source_server_driver import SourceDriver

from bot.sources.adapters.ukraine.alerts_in_ua import parse_answer
from bot.sources.adapters.ukraine.siren import SirenSettings
from bot.sources.backoff import poll_delay
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.base.staleness import StalenessCheck
from bot.sources.core.errors import Outdated, Unusable
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


@pytest.mark.parametrize(("counter", "every"), [(1, 5), (1, 15), (899, 20), (0, 30), (1, 50)])
def test_a_service_that_began_its_counter_again_is_trusted_within_a_minute(
    counter: int, every: int
) -> None:
    """Ten older states were wanted, and each doubled the delay: an alert came 413 s late."""
    staleness = StalenessCheck()
    waited = timedelta(0)
    for errors in range(1, 20):
        try:
            staleness.check(counter, 1003, NOW + waited)
        except Outdated as error:
            waited += poll_delay(timedelta(seconds=every), errors, error, random_fraction=1)
        else:
            break
    assert waited <= timedelta(minutes=1)


def test_a_newer_state_ends_the_row_of_older_ones() -> None:
    staleness = StalenessCheck()
    for minute in range(20):
        with pytest.raises(Outdated):
            staleness.check(5, 6, NOW + timedelta(minutes=minute))
        staleness.check(6, 6, NOW + timedelta(minutes=minute, seconds=30))


async def test_an_alert_after_a_restart_of_the_services_counter_is_published() -> None:
    clock = [NOW]
    async with origin() as server, open_session() as session:
        settings = SirenSettings(kind="siren", name="air", url=server.url)
        source = settings.build_source(HttpClient(session, lambda: clock[0]), lambda: clock[0])
        driver = SourceDriver(server, source)
        server.status_numbers = iter([1003, 1, 1, 2])
        await poll(driver, "before")
        for _ in range(2):
            clock[0] += timedelta(seconds=15)
            with pytest.raises(Outdated):
                await poll(driver, "after")
        clock[0] += timedelta(seconds=15)
        assert len(await poll(driver, "after")) == 1


def test_a_state_without_a_time_is_accepted() -> None:
    staleness = StalenessCheck()
    staleness.check(None, 5, NOW)
    staleness.check(5, None, NOW)


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
    answer = {"alerts": [], "meta": {"last_updated_at": text}}
    _, time = parse_answer(json.dumps(answer).encode(), AnomalyLog("air"))

    expected = datetime(2026, 6, 21, hour, 20, 8, tzinfo=UTC).timestamp() if hour else None
    assert time == expected
