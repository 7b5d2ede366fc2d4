"""USGS and GDACS sources: new events and updates."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.http_origin import origin
from support.source_payloads import payload
from support.source_server_driver import SourceDriver

from bot.sources.adapters.disasters.gdacs import GdacsSettings
from bot.sources.adapters.disasters.gdacs_parser import parse_disasters
from bot.sources.adapters.disasters.quake import Quake
from bot.sources.adapters.disasters.quake_changes import ReportedQuakes, diff_quakes
from bot.sources.adapters.disasters.usgs import UsgsSettings
from bot.sources.adapters.disasters.usgs_parser import parse_quakes
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin, Kind

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
QUAKE = Quake(("us1", "at1"), "M 5.0", 5.0, "green", False, 10.0, None, NOW, NOW)  # noqa: FBT003


def report(
    reported: ReportedQuakes, *quakes: Quake
) -> tuple[list[tuple[str, bool]], ReportedQuakes]:
    changes, remembered = diff_quakes(quakes, reported)
    return [(quake.title, is_update) for quake, is_update in changes], remembered


async def fetch_last(
    settings: UsgsSettings | GdacsSettings, *bodies: bytes
) -> tuple[Bulletin, ...]:
    """Return the bulletins of the last of these answers."""
    async with origin() as server, open_session() as session:
        source = settings.model_copy(update={"url": server.url}).build_source(
            HttpClient(session, lambda: NOW), lambda: NOW
        )
        driver = SourceDriver(server, source)
        for body in bodies:
            changes = await driver.poll_answer(body, "application/json")
    return changes


async def test_a_quake_is_published() -> None:
    settings = UsgsSettings(kind="usgs", name="usgs")
    (quake,) = await fetch_last(settings, payload("usgs", "before"), payload("usgs", "after"))

    assert quake == Bulletin(
        source="usgs",
        key="us7000cccc",
        title="M 6.8 - Vrancea, Romania",
        text="Earthquake, depth 35 km. See tsunami warnings.",
        url="https://earthquake.usgs.gov/earthquakes/eventpage/us7000cccc",
        lang="en",
        kind=Kind.ALERT,
        level="orange",
        hazard="earthquake",
        latitude=38.1,
        longitude=142.5,
        magnitude=6.8,
        depth_km=35.2,
        published_at=datetime(2026, 3, 5, 7, 20, tzinfo=UTC),
        received_at=NOW,
    )


def test_a_quake_is_published_once() -> None:
    changes, reported = report((), QUAKE)

    assert changes == [("M 5.0", False)]
    assert report(reported, QUAKE)[0] == []


def test_a_quake_that_changes_its_preferred_id_is_the_same() -> None:
    _, reported = report((), QUAKE)
    changes, reported = report(reported, replace(QUAKE, ids=("nc9", "at1")))

    assert changes == []
    assert report(reported, replace(QUAKE, ids=("nc9",)))[0] == []


@pytest.mark.parametrize(
    ("magnitude", "alert", "is_published"),
    [
        (5.2, "green", False),
        (5.3, "green", True),
        (4.7, "green", True),
        (5.0, "yellow", True),
        (None, "green", True),
    ],
)
def test_a_revised_quake_is_published_again(
    magnitude: float | None,
    alert: str,
    is_published: bool,  # noqa: FBT001
) -> None:
    _, reported = report((), QUAKE)

    changes, _ = report(reported, replace(QUAKE, magnitude=magnitude, alert=alert))

    assert changes == ([("M 5.0", True)] if is_published else [])


def test_small_revisions_add_up() -> None:
    _, reported = report((), QUAKE)
    _, reported = report(reported, replace(QUAKE, magnitude=5.2))

    assert report(reported, replace(QUAKE, magnitude=5.4))[0] == [("M 5.0", True)]


async def test_an_update_has_a_key_of_its_own() -> None:
    before = payload("usgs", "before")
    (update,) = await fetch_last(
        UsgsSettings(kind="usgs", name="usgs"), before, before.replace(b'"mag":5.1', b'"mag":5.6')
    )

    assert update.key.startswith("us7000aaaa~")
    assert update.published_at == datetime(2026, 3, 5, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"{}", b'{"features": 5}', b'{"features": [{"id": null}]}'])
def test_a_summary_without_quakes_is_refused(body: bytes) -> None:
    with pytest.raises(Unusable):
        parse_quakes.function(body)


async def test_a_disaster_with_a_higher_level_is_published_again() -> None:
    (update,) = await fetch_last(
        GdacsSettings(kind="gdacs", name="gdacs"),
        payload("gdacs", "before"),
        payload("gdacs", "after"),
    )

    assert update == Bulletin(
        source="gdacs",
        key=update.key,
        title="Red earthquake in Romania",
        text="Red earthquake in Romania. Expected impact.",
        url="https://www.gdacs.org/report.aspx?eventtype=EQ&eventid=1400001",
        lang="en",
        kind=Kind.ALERT,
        level="red",
        hazard="earthquake",
        latitude=1.5,
        longitude=99.1,
        magnitude=6.8,
        regions=("Romania", "Moldova"),
        published_at=datetime(2026, 3, 5, 7, 40, tzinfo=UTC),
        received_at=NOW,
    )
    assert update.key.startswith("EQ1400001~")


async def test_only_orange_and_red_disasters_are_published() -> None:
    changes = await fetch_last(GdacsSettings(kind="gdacs", name="g"), payload("gdacs", "before"))

    assert [(item.level, item.kind) for item in changes] == [
        ("red", Kind.ALERT),
        ("orange", Kind.NEWS),
    ]


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
    """Proxies answer with HTML pages, and XML entities are refused, too."""
    with pytest.raises(Unusable):
        parse_disasters.function(body)


def summary(**properties: object) -> bytes:
    feature = {"type": "Feature", "id": "us1", "properties": {"ids": ",us1,at1,", **properties}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


REPORTED = {
    "mag": 5.0,
    "place": "10 km N of Vrancea",
    "time": 1772697600000,
    "title": "M 5.0 - Vrancea",
}


async def test_a_deleted_quake_is_no_news() -> None:
    settings = UsgsSettings(kind="usgs", name="usgs")
    empty = b'{"features": []}'
    before, deleted = summary(**REPORTED), summary(**REPORTED, status="deleted")

    assert len(await fetch_last(settings, empty, before)) == 1
    assert await fetch_last(settings, empty, deleted) == ()
    assert await fetch_last(settings, empty, before, deleted) == ()
    assert (
        await fetch_last(
            settings, empty, before, summary(**REPORTED | {"status": "Deleted", "mag": 7})
        )
        == ()
    )


async def test_a_quake_that_returns_after_its_deletion_is_news() -> None:
    settings = UsgsSettings(kind="usgs", name="usgs")

    assert (
        len(await fetch_last(settings, summary(**REPORTED, status="deleted"), summary(**REPORTED)))
        == 1
    )


@pytest.mark.parametrize(
    ("properties", "titles"),
    [
        (
            {"mag": None, "place": "Crete", "title": "M ? - Crete"},
            ["Earthquake of unknown magnitude - Crete"],
        ),
        ({"mag": None, "place": None, "title": "us1"}, []),
        ({"mag": None, "place": "us1", "title": "us1"}, []),
        ({"mag": 4.25, "place": "Crete", "title": "us1"}, ["M 4.2 - Crete"]),
        ({"mag": 4.5, "place": None, "title": "M 4.5 - us1"}, ["M 4.5 earthquake"]),
    ],
)
def test_a_quake_has_a_title_for_people_or_is_skipped(
    properties: dict[str, object], titles: list[str]
) -> None:
    assert [quake.title for quake in parse_quakes.function(summary(**properties))] == titles


@pytest.mark.parametrize("text", ["Trinidad & Tobago", "a\x0bb", "Martinique&nbsp;"])
def test_a_feed_of_disasters_in_almost_valid_xml_is_read(text: str) -> None:
    item = f"<item><title>Flood</title><description>{text}</description><guid>1</guid></item>"

    assert len(parse_disasters.function(f"<rss><channel>{item}</channel></rss>".encode())) == 1


def gdacs(
    episode: int, *, title: str = "Flood", text: str = "Impact", level: str = "Orange"
) -> bytes:
    item = (
        f"<item><title>{title}</title><description>{text}</description><eventtype>FL</eventtype>"
        f"<eventid>1</eventid><episodeid>{episode}</episodeid><alertlevel>{level}</alertlevel></item>"
    )
    return f"<rss><channel>{item}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("bodies", "count"),
    [
        ([gdacs(1), gdacs(2)], 0),
        ([gdacs(1), gdacs(2, text="More impact")], 1),
        ([gdacs(1), gdacs(1, text="Corrected")], 0),
        ([gdacs(1), gdacs(1, level="Red")], 1),
        ([gdacs(1), gdacs(1, level="Green")], 0),
        ([gdacs(1, level="Green"), gdacs(2)], 1),
        ([gdacs(1, title=""), gdacs(2, title="", text="Next")], 1),
    ],
)
async def test_a_next_episode_is_news_if_it_says_something_else(
    bodies: list[bytes], count: int
) -> None:
    """Each episode of a cyclone, every six hours, came with the same words."""
    settings = GdacsSettings(kind="gdacs", name="gdacs")

    assert len(await fetch_last(settings, *bodies)) == count


def test_the_green_level_of_a_quake_is_no_news() -> None:
    _, reported = report((), replace(QUAKE, alert=""))

    assert report(reported, replace(QUAKE, alert="green"))[0] == []
    assert report(reported, replace(QUAKE, alert="yellow"))[0] == [("M 5.0", True)]
    _, reported = report((), replace(QUAKE, alert="orange"))
    assert report(reported, replace(QUAKE, alert="green"))[0] == [("M 5.0", True)]


FEATURE = {"type": "Feature", "id": "us1", "properties": {"mag": "5.1", "place": "Kyiv"}}


@pytest.mark.parametrize("document", [FEATURE, {"features": [FEATURE]}])
def test_one_quake_and_a_magnitude_as_text_are_read(document: dict[str, object]) -> None:
    (quake,) = parse_quakes.function(json.dumps(document).encode())

    assert (quake.title, quake.magnitude) == ("M 5.1 - Kyiv", 5.1)


def gdacs_item(number: int, is_current: str, episode: int = 1) -> str:
    current = f"<gdacs:iscurrent>{is_current}</gdacs:iscurrent>" if is_current else ""
    return (
        f"<item><title>Orange flood {number}</title><gdacs:eventtype>FL</gdacs:eventtype>"
        f"<gdacs:eventid>{number}</gdacs:eventid><gdacs:episodeid>{episode}</gdacs:episodeid>"
        f"<gdacs:alertlevel>Orange</gdacs:alertlevel>{current}</item>"
    )


def gdacs_feed(*items: str) -> bytes:
    inner = "".join(items)
    return f'<rss xmlns:gdacs="http://www.gdacs.org"><channel>{inner}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("is_current", "titles"),
    [
        ("false", []),
        (" False ", []),
        ("0", []),
        ("true", ["Orange flood 1"]),
        ("", ["Orange flood 1"]),
        ("perhaps", ["Orange flood 1"]),
    ],
)
async def test_a_disaster_that_is_over_is_not_sent_as_if_current(
    is_current: str, titles: list[str]
) -> None:
    settings = GdacsSettings(kind="gdacs", name="gdacs")
    bodies = (gdacs_feed(), gdacs_feed(gdacs_item(1, is_current)))

    assert [bulletin.title for bulletin in await fetch_last(settings, *bodies)] == titles


async def test_a_disaster_that_becomes_current_is_sent_and_one_that_ends_is_not() -> None:
    settings = GdacsSettings(kind="gdacs", name="gdacs")
    before = gdacs_feed(gdacs_item(1, "false"), gdacs_item(2, "true"))
    after = gdacs_feed(gdacs_item(1, "true"), gdacs_item(2, "false", episode=2))

    titles = [item.title for item in await fetch_last(settings, gdacs_feed(), before, after)]

    assert titles == ["Orange flood 1"]
