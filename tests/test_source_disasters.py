"""Earthquakes of the USGS and disasters of GDACS: what is new, and what is an update."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.http_origin import origin
from support.source_payloads import said
from support.source_server_driver import Looks

from bot.sources.adapters.disasters.gdacs import GdacsSettings, read_disasters
from bot.sources.adapters.disasters.usgs import Quake, Told, UsgsSettings, compare, read_quakes
from bot.sources.core.source import Unusable
from bot.sources.http.client import Fetcher, open_session
from storage.inbound.bulletins import Bulletin, Kind

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
QUAKE = Quake(("us1", "at1"), "M 5.0", 5.0, "green", False, 10.0, None, NOW, NOW)  # noqa: FBT003


def news(told: Told, *quakes: Quake) -> tuple[list[tuple[str, bool]], Told]:
    found, after = compare(quakes, told)
    return [(quake.title, is_update) for quake, is_update in found], after


async def fetched(settings: UsgsSettings | GdacsSettings, *bodies: bytes) -> tuple[Bulletin, ...]:
    """What the last of these answers brings."""
    async with origin() as served, open_session() as session:
        source = settings.model_copy(update={"url": served.url}).source(
            Fetcher(session, lambda: NOW), lambda: NOW
        )
        looks = Looks(served, source)
        for body in bodies:
            found = await looks.gives(body, "application/json")
    return found


async def test_a_quake_is_told() -> None:
    settings = UsgsSettings(kind="usgs", name="usgs")
    (quake,) = await fetched(settings, said("usgs", "before"), said("usgs", "after"))

    assert quake == Bulletin(
        source="usgs",
        key="us7000cccc",
        title="M 6.8 - Vrancea, Romania",
        text="Depth 35 km. See tsunami warnings.",
        url="https://earthquake.usgs.gov/earthquakes/eventpage/us7000cccc",
        lang="en",
        kind=Kind.ALERT,
        level="orange",
        hazard="quake",
        published_at=datetime(2026, 3, 5, 7, 20, tzinfo=UTC),
        received_at=NOW,
    )


def test_a_quake_is_told_once() -> None:
    found, told = news((), QUAKE)

    assert found == [("M 5.0", False)]
    assert news(told, QUAKE)[0] == []


def test_a_quake_that_changes_its_preferred_id_is_the_same() -> None:
    _, told = news((), QUAKE)
    found, told = news(told, replace(QUAKE, ids=("nc9", "at1")))

    assert found == []
    assert news(told, replace(QUAKE, ids=("nc9",)))[0] == []


@pytest.mark.parametrize(
    ("magnitude", "alert", "is_told"),
    [
        (5.2, "green", False),
        (5.3, "green", True),
        (4.7, "green", True),
        (5.0, "yellow", True),
        (None, "green", True),
    ],
)
def test_a_quake_is_told_again_when_it_turns_out_otherwise(
    magnitude: float | None,
    alert: str,
    is_told: bool,  # noqa: FBT001
) -> None:
    _, told = news((), QUAKE)

    found, _ = news(told, replace(QUAKE, magnitude=magnitude, alert=alert))

    assert found == ([("M 5.0", True)] if is_told else [])


def test_small_revisions_add_up() -> None:
    _, told = news((), QUAKE)
    _, told = news(told, replace(QUAKE, magnitude=5.2))

    assert news(told, replace(QUAKE, magnitude=5.4))[0] == [("M 5.0", True)]


async def test_an_update_has_a_key_of_its_own() -> None:
    before = said("usgs", "before")
    (update,) = await fetched(
        UsgsSettings(kind="usgs", name="usgs"), before, before.replace(b'"mag":5.1', b'"mag":5.6')
    )

    assert update.key.startswith("us7000aaaa~")
    assert update.published_at == datetime(2026, 3, 5, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"{}", b'{"features": 5}', b'{"features": [{"id": null}]}'])
def test_what_lists_no_quakes_is_refused(body: bytes) -> None:
    with pytest.raises(Unusable):
        read_quakes(body)


async def test_a_disaster_that_grows_is_told_again() -> None:
    (grown,) = await fetched(
        GdacsSettings(kind="gdacs", name="gdacs"),
        said("gdacs", "before"),
        said("gdacs", "after"),
    )

    assert grown == Bulletin(
        source="gdacs",
        key=grown.key,
        title="Red earthquake in Romania",
        text="Red earthquake in Romania. Expected impact.",
        url="https://www.gdacs.org/report.aspx?eventtype=EQ&eventid=1400001",
        lang="en",
        kind=Kind.ALERT,
        level="red",
        hazard="quake",
        regions=("Romania", "Moldova"),
        published_at=datetime(2026, 3, 5, 7, 40, tzinfo=UTC),
        received_at=NOW,
    )
    assert grown.key.startswith("EQ1400001~")


async def test_only_orange_and_red_are_told() -> None:
    found = await fetched(GdacsSettings(kind="gdacs", name="g"), said("gdacs", "before"))

    assert [(one.level, one.kind) for one in found] == [("red", Kind.ALERT), ("orange", Kind.NEWS)]


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><body>Sorry</body></html>",
        b"<html/>",
        b'<!DOCTYPE rss [<!ENTITY a "b">]><rss/>',
        b"<rss><channel><item>",
    ],
)
def test_a_page_instead_of_the_feed_is_refused(body: bytes) -> None:
    """Proxies answer so; entities are not read (case 56 of the catalogue of failures)."""
    with pytest.raises(Unusable):
        read_disasters(body)
