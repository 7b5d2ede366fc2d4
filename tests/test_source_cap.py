"""CAP source: forms of alerts, their chains, and which are published."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from support.cap_alerts import alert, info, reference_to
from support.http_origin import origin
from support.source_server_driver import SourceDriver

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.chains import ChainRoots
from bot.sources.adapters.cap.parser import parse_document
from bot.sources.adapters.cap.source import Cap, CapSettings
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
CONTEXT = ConversionContext("met", "en", NOW)


def convert(
    *bodies: bytes, roots: ChainRoots | None = None, context: ConversionContext = CONTEXT
) -> list[Bulletin]:
    alerts = [item for body in bodies for item in parse_document(body).alerts]
    return list(to_bulletins(alerts, roots or {}, context)[0])


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_an_alert_in_xml_is_read_in_every_version(version: str) -> None:
    (bulletin,) = convert(alert(version=version))

    assert bulletin == Bulletin(
        source="met",
        key=bulletin.key,
        title="Orange wind warning",
        text="Strong.\n\nStay inside.",
        lang="en-GB",
        kind=Kind.ALERT,
        phase=Phase.ACTIVE,
        level="orange",
        hazard=bulletin.hazard,
        regions=("Gdansk",),
        published_at=datetime(2026, 3, 5, 7, 1, tzinfo=UTC),
        expires_at=datetime(2026, 3, 5, 20, 0, tzinfo=UTC),
        received_at=NOW,
    )
    assert (bulletin.hazard or "").startswith("wind:")


def test_an_alert_with_a_future_onset_is_a_warning() -> None:
    (bulletin,) = convert(alert(onset="2026-03-05T18:00:00Z"))

    assert bulletin.phase is Phase.WARNING


def test_an_alert_its_update_and_its_end_are_one_chain() -> None:
    active, update, clear = convert(
        alert(1),
        alert(2, type_="Update", references=reference_to(1), severity="Extreme"),
        alert(3, type_="Cancel", references=f"{reference_to(1)} {reference_to(2)}"),
    )

    assert [one.phase for one in (active, update, clear)] == [
        Phase.ACTIVE,
        Phase.UPDATE,
        Phase.CLEAR,
    ]
    assert [one.level for one in (active, update, clear)] == ["orange", "red", None]
    assert len({one.key for one in (active, update, clear)}) == 3
    assert len({one.key.partition(":")[0] for one in (active, update, clear)}) == 1
    assert len({one.hazard for one in (active, update, clear)}) == 1


def test_a_chain_continues_in_a_later_poll() -> None:
    first = parse_document(alert(1)).alerts
    _, roots = to_bulletins(first, {}, CONTEXT)
    roots = json.loads(json.dumps(roots))

    (update,) = convert(alert(1), alert(2, type_="Update", references=reference_to(1)), roots=roots)

    assert update.phase is Phase.UPDATE


def test_an_update_of_an_unseen_alert_is_active_and_its_end_is_ignored() -> None:
    (active,) = convert(alert(2, type_="Update", references=reference_to(1)))

    assert active.phase is Phase.ACTIVE
    assert convert(alert(2, type_="Cancel", references=reference_to(1))) == []


def test_a_minor_alert_that_becomes_severe_is_active() -> None:
    minor, severe = convert(
        alert(1, severity="Minor"), alert(2, type_="Update", references=reference_to(1))
    )

    assert (minor.kind, minor.phase) == (Kind.NEWS, None)
    assert (severe.kind, severe.phase) == (Kind.ALERT, Phase.ACTIVE)


def test_an_all_clear_response_ends_the_alert() -> None:
    _, clear = convert(
        alert(1), alert(2, type_="Update", references=reference_to(1), responseType="AllClear")
    )

    assert clear.phase is Phase.CLEAR


@pytest.mark.parametrize(
    "body",
    [
        alert(status="Exercise"),
        alert(status="Test"),
        alert(status="Draft"),
        alert(type_="Ack"),
        alert(type_="Error"),
        alert(expires="2026-03-05T07:59:00Z"),
        alert(level="1; green; Minor"),
        alert(infos="<note>x</note>"),
    ],
)
def test_exercises_and_expired_alerts_are_not_published(body: bytes) -> None:
    """An exercise must never be published as a real alert."""
    assert convert(body) == []


@pytest.mark.parametrize(
    ("level", "colour"),
    [("2; yellow; Moderate", "yellow"), ("3; Orange; Severe", "orange"), ("4;RED", "red")],
)
def test_the_awareness_level_is_read_by_its_number(level: str, colour: str) -> None:
    assert convert(alert(level=level))[0].level == colour


@pytest.mark.parametrize(
    ("language", "area"),
    [("pl", "Gdańsk"), ("pl-PL", "Gdańsk"), ("it", "Gdansk"), ("en", "Gdansk")],
)
def test_the_preferred_language_is_published_else_english(language: str, area: str) -> None:
    body = alert(infos=info("pl-PL", area="Gdańsk") + info("en-GB") + info("en-GB", area="Sopot"))

    first, *_ = convert(body, context=ConversionContext("met", language, NOW))

    assert first.regions[0] == area


def test_the_answer_of_the_nws_is_read() -> None:
    properties: dict[str, Any] = {
        "id": "urn:oid:2.49.0.1.840.0.1",
        "areaDesc": "Harris; Galveston",
        "sent": "2026-03-05T01:00:00-06:00",
        "effective": "2026-03-05T01:00:00-06:00",
        "onset": None,
        "expires": "2026-03-05T01:30:00-06:00",
        "ends": "2026-03-05T06:00:00-06:00",
        "status": "Actual",
        "messageType": "Alert",
        "category": "Met",
        "severity": "Extreme",
        "event": "Tornado Warning",
        "sender": "w-nws.webmaster@noaa.gov",
        "headline": "Tornado Warning issued March 5",
        "references": [{"@id": "x", "identifier": "y", "sender": "z", "sent": "now"}],
        "parameters": {"VTEC": ["x"]},
    }
    body = json.dumps({"type": "FeatureCollection", "features": [{"properties": properties}]})

    (bulletin,) = convert(body.encode())

    assert bulletin.regions == ("Harris", "Galveston")
    assert (bulletin.level, bulletin.phase) == ("red", Phase.ACTIVE)
    assert bulletin.expires_at == datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><alert>&b;</alert>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/"><alert/>',
        b"<alert>&nbsp;</alert>",
        b"<alert>\0</alert>",
        b"<html/>",
        b'<?xml version="1.0" encoding="klingon"?><alert/>',
    ],
)
def test_entity_bombs_are_refused(body: bytes) -> None:
    """XML can declare entities that expand without limit or load a URL."""
    with pytest.raises(Unusable):
        parse_document(body)


@dataclass
class AlertIndex(SourceDriver):
    """Driver of an index of alerts with its server."""

    alerts: dict[str, bytes]
    fetched: list[str]  # names of alerts
    extra_link: str = ""  # added to the index

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("alert")
        if name is None:
            return web.Response(text=self.feed(), content_type="application/atom+xml")
        self.fetched.append(name)
        if not self.alerts[name]:
            return web.Response(status=404)
        return web.Response(body=self.alerts[name], content_type="application/cap+xml")

    def feed(self) -> str:
        links = [f"{self.origin.url}&amp;alert={name}" for name in reversed(self.alerts)]
        entries = "".join(
            f'<entry><link href="https://example.org/"/>'
            f'<link type="application/cap+xml" href="{link}"/></entry>'
            for link in [*links, *filter(None, [self.extra_link])]
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'


@pytest.fixture
async def index() -> AsyncIterator[AlertIndex]:
    async with origin() as server, open_session() as session:
        settings = CapSettings(kind="cap", name="met", url=server.url)
        driver = AlertIndex(
            server, Cap(settings, HttpClient(session, lambda: NOW), lambda: NOW), {}, []
        )
        server.answer = driver.serve
        yield driver


async def test_the_links_of_an_index_are_followed_once(index: AlertIndex) -> None:
    index.alerts = {"1": alert(1)}
    assert (await index.poll()).is_baseline
    index.alerts["2"] = alert(2)

    batch = await index.poll()

    assert (len(batch.bulletins), batch.is_baseline) == (1, False)
    assert index.fetched == ["1", "2"]
    assert (await index.poll()).bulletins == ()


async def test_a_long_index_is_followed_in_parts(index: AlertIndex) -> None:
    await index.poll()
    index.alerts = {str(number): alert(number % 10) for number in range(25)}

    await index.poll()
    assert len(index.fetched) == 20
    await index.poll()

    assert len(index.fetched) == len(set(index.fetched)) == 25


async def test_the_first_poll_remembers_links_that_it_does_not_follow(index: AlertIndex) -> None:
    index.alerts = {str(number): alert(number % 10) for number in range(25)}

    await index.poll()
    await index.poll()

    assert len(index.fetched) == 20


async def test_a_missing_alert_is_not_fetched_again(index: AlertIndex) -> None:
    await index.poll()
    index.alerts = {"1": b""}

    await index.poll()
    await index.poll()

    assert index.fetched == ["1"]


async def test_an_unreadable_alert_is_retried_and_the_others_are_published(
    index: AlertIndex,
) -> None:
    await index.poll()
    index.alerts = {"1": alert(1), "2": b"<alert"}

    with capture_logs() as logs:
        assert len((await index.poll()).bulletins) == 1
    index.alerts["2"] = alert(2)

    assert len((await index.poll()).bulletins) == 1
    assert [log["event"] for log in logs] == ["cap_link_failed"]


async def test_a_link_into_the_private_network_is_not_followed(index: AlertIndex) -> None:
    """A link in a feed could reach services inside the operator's network (SSRF)."""
    async with origin() as inner:
        await index.poll()
        index.extra_link = inner.url

        with capture_logs() as logs:
            assert (await index.poll()).bulletins == ()

    assert inner.requests == []
    assert [log["error"] for log in logs] == ["leads into a private network"]
