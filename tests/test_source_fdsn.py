"""FDSN source: addresses, the text form of several services, revisions, answers without events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from support.http_origin import origin, status
from support.source_payloads import payload
from support.source_server_driver import SourceDriver

from bot.sources import registry
from bot.sources.adapters.disasters.fdsn import FdsnSettings
from bot.sources.adapters.disasters.fdsn_parser import parse_events
from bot.sources.adapters.disasters.quake import Quake
from bot.sources.adapters.disasters.quake_changes import diff_quakes, to_bulletins
from bot.sources.adapters.disasters.usgs import UsgsSettings
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin, Kind

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
INGV, EMSC = "webservices.ingv.it", "www.seismicportal.eu"
QUAKE = Quake(
    ids=("1",),
    title="M 4.8 - Norcia",
    magnitude=4.8,
    alert="",
    has_tsunami_flag=False,
    depth_km=10.0,
    url=None,
    occurred_at=NOW,
    updated_at=None,
    latitude=42.8,
    longitude=13.1,
)


def parse(text: str, host: str = INGV) -> list[Quake]:
    return parse_events.function(text.encode(), None, host)


def is_published_again(**changes: object) -> bool:
    _, reported = diff_quakes([QUAKE], ())
    revised, _ = diff_quakes([replace(QUAKE, **changes)], reported)  # type: ignore[arg-type]
    return bool(revised)


def test_a_line_becomes_a_quake_with_its_properties() -> None:
    quakes = parse_events.function(payload("fdsn", "before"), None, INGV)
    (bulletin, _) = to_bulletins("ingv", [(quake, False) for quake in quakes], NOW)
    assert bulletin == Bulletin(
        source="ingv",
        key="31000001",
        title="M 4.6 - Costa Calabra sud-occidentale (Reggio di Calabria)",
        text="Earthquake, depth 54 km.",
        url="https://terremoti.ingv.it/event/31000001",
        lang="en",
        kind=Kind.NEWS,
        hazard="earthquake",
        latitude=38.1,
        longitude=15.65,
        magnitude=4.6,
        depth_km=54.0,
        published_at=datetime(2026, 3, 5, 7, 0, tzinfo=UTC),
        received_at=NOW,
    )


def test_the_lines_of_the_emsc_are_read() -> None:
    (quake,) = parse(
        "#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|"
        "MagType|Magnitude|MagAuthor|EventLocationName\n"
        "20260305_0000042|2026-03-05T07:20:00.0Z|37.1|36.9|7.0|EMSC|EMSC-RTS|EMSC|1234|"
        "mb|5.1|EMSC|CENTRAL TURKEY\n",
        EMSC,
    )
    assert quake.title == "M 5.1 - Central Turkey"
    assert quake.url == "https://www.seismicportal.eu/eventdetails.html?unid=20260305_0000042"
    assert quake.occurred_at == datetime(2026, 3, 5, 7, 20, tzinfo=UTC)


def test_columns_are_found_by_their_names_in_any_order() -> None:
    (quake,) = parse("# Magnitude | EventID | Time | Longitude | Latitude\n3|7|2026-03-05|13|42\n")
    assert (quake.magnitude, quake.latitude, quake.longitude) == (3.0, 42.0, 13.0)
    assert quake.title == "M 3.0 earthquake"


@pytest.mark.parametrize(
    ("kind", "hazard", "text"),
    [
        ("earthquake", "earthquake", "Earthquake"),
        ("ke", "earthquake", "Earthquake"),
        ("quarry blast", "explosion", "Explosion"),
        ("volcanic eruption", "volcano", "Volcano"),
    ],
)
def test_a_blast_or_an_eruption_is_no_earthquake(kind: str, hazard: str, text: str) -> None:
    (bulletin,) = to_bulletins("ingv", [(replace(QUAKE, kind=kind), False)], NOW)
    assert bulletin.hazard == hazard
    assert bulletin.text.startswith(text)


@pytest.mark.parametrize(
    "text",
    [
        "<html>Sign in</html>",
        '{"type": "FeatureCollection", "features": []}',
        "Error 400: bad request",
        "#Time|Latitude\n2026-03-05|1\n",
        "#EventID|Time\nnonsense\n",
    ],
)
def test_an_answer_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(Unusable):
        parse(text)


@pytest.mark.parametrize(
    ("changes", "is_published"),
    [
        ({"magnitude": 4.9}, False),
        ({"magnitude": 5.0}, True),  # the next half magnitude
        ({"magnitude": 4.5}, True),
        ({"magnitude": 4.6}, False),
        ({"depth_km": 20.0}, False),
        ({"depth_km": 45.0}, True),
        ({"latitude": 42.9}, False),
        ({"latitude": 43.4}, True),
        ({"longitude": 13.1 + 360}, False),
        ({"depth_km": None, "latitude": None, "longitude": None}, False),
    ],
)
def test_a_revised_magnitude_depth_or_place_is_published_if_it_matters(
    changes: dict[str, object],
    is_published: bool,  # noqa: FBT001
) -> None:
    assert is_published_again(**changes) == is_published


def test_a_summary_larger_than_the_memory_is_not_new_at_every_poll() -> None:
    quakes = [replace(QUAKE, ids=(str(number),)) for number in range(5_000)]
    _, reported = diff_quakes(quakes, ())
    assert diff_quakes(quakes, reported)[0] == []


def test_a_cursor_of_an_older_version_is_read() -> None:
    old = [{"ids": ["1"], "magnitude": 4.8, "alert": ""}]
    changes, reported = diff_quakes([QUAKE], old)
    assert changes == []
    assert set(reported[0]) >= {"ids", "magnitude", "alert"}


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("https://a.example/query", "format=text&orderby=time&limit=100"),
        ("https://a.example/query?minmag=4&LIMIT=20", "minmag=4&LIMIT=20&format=text&orderby=time"),
        ("https://a.example/query?format=text&orderby=time-asc&limit=5", None),
    ],
)
def test_missing_parameters_are_added_to_the_address(url: str, query: str | None) -> None:
    settings = FdsnSettings(kind="fdsn", name="x", url=url)
    assert settings.url == (url if query is None else f"{url.partition('?')[0]}?{query}")


def test_another_form_in_the_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="format=text"):
        FdsnSettings(kind="fdsn", name="x", url="https://a.example/query?format=json")


async def test_no_event_at_all_is_an_answer() -> None:
    async with origin() as server, open_session() as session:
        client = HttpClient(session, lambda: NOW)
        source = FdsnSettings(kind="fdsn", name="x", url=server.url).build_source(
            client, lambda: NOW
        )
        driver = SourceDriver(server, source)
        server.answer = status(204)
        first = await driver.poll()
        assert (first.bulletins, first.is_baseline) == ((), True)
        assert len(await driver.poll_answer(payload("fdsn", "before"), "text/plain")) == 2
        server.answer = status(204)
        assert (await driver.poll()).bulletins == ()
        assert await driver.poll_answer(payload("fdsn", "before"), "text/plain") == ()


def test_properties_that_no_source_fills_have_the_kinds_that_would() -> None:
    quakes = UsgsSettings(kind="usgs", name="usgs", every=timedelta(minutes=1))
    assert registry.unfilled_properties([quakes]) == {}
    missing = registry.unfilled_properties([])
    assert missing["magnitude"] == ("usgs", "fdsn", "gdacs")
    assert "cap" in missing["level"]
    assert "webhook" not in missing["level"]
