"""A state from a cache that was left behind is no state (case 44 of the catalogue of failures)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from support.http_origin import origin
from support.source_payloads import content_type, said
from support.source_server_driver import Looks

from bot.sources.adapters.ukraine.alerts_in_ua import read_made
from bot.sources.adapters.ukraine.siren import SirenSettings
from bot.sources.base.staleness import Aging
from bot.sources.core.source import Unusable
from bot.sources.http.client import Fetcher, open_session
from storage.inbound.bulletins import Bulletin

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


async def see(looks: Looks, when: str) -> Sequence[Bulletin]:
    return await looks.gives(said("siren", when), content_type("siren"))


async def test_a_state_from_before_ends_nothing_and_begins_nothing_again() -> None:
    async with origin() as served, open_session() as session:
        settings = SirenSettings(kind="siren", name="air", url=served.url)
        looks = Looks(served, settings.source(Fetcher(session, lambda: NOW), lambda: NOW))
        served.numbers = iter([5, 6, 5, 5, 7])
        await see(looks, "before")
        assert len(await see(looks, "after")) == 1

        for _ in range(2):
            with pytest.raises(Unusable, match="before"):
                await see(looks, "before")

        assert await see(looks, "after") == ()


def test_a_service_that_counts_anew_is_believed_after_a_while() -> None:
    aging = Aging()
    for said_now in range(1, 10):
        with pytest.raises(Unusable):
            aging.check(said_now, 900)

    aging.check(10, 900)


def test_one_that_comes_to_its_senses_is_doubted_anew() -> None:
    aging = Aging()
    for _ in range(20):
        with pytest.raises(Unusable):
            aging.check(5, 6)
        aging.check(6, 6)


def test_what_tells_no_time_is_believed() -> None:
    aging = Aging()
    aging.check(None, 5)
    aging.check(5, None)


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026-06-21T09:20:08.000Z", 9),
        ("2026/06/21 12:20:08 +0300", 9),
        ("soon", None),
        (None, None),
    ],
)
def test_when_a_state_was_made_is_told_in_two_ways(written: str | None, hour: int | None) -> None:
    made = read_made(json.dumps({"meta": {"last_updated_at": written}}).encode())

    wanted = datetime(2026, 6, 21, hour, 20, 8, tzinfo=UTC).timestamp() if hour else None
    assert made == wanted
