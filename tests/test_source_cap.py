"""Warnings in the Common Alerting Protocol: their forms, their chains, and which are told."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from support.cap_alerts import alert, info, referring
from support.http_origin import origin
from support.source_server_driver import Looks

from bot.sources.adapters.cap.bulletins import Manner, Roots, tell
from bot.sources.adapters.cap.parser import read_answer
from bot.sources.adapters.cap.source import Cap, CapSettings
from bot.sources.core.source import Unusable
from bot.sources.http.client import Fetcher, open_session
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
TELLING = Manner("met", "en", NOW)


def told(*bodies: bytes, roots: Roots | None = None, telling: Manner = TELLING) -> list[Bulletin]:
    alerts = [one for body in bodies for one in read_answer(body).alerts]
    return list(tell(alerts, roots or {}, telling)[0])


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_an_alert_in_xml_is_read_in_every_version(version: str) -> None:
    (bulletin,) = told(alert(version=version))

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
    assert (bulletin.hazard or "").startswith("weather:")


def test_what_is_to_come_is_a_warning() -> None:
    (bulletin,) = told(alert(onset="2026-03-05T18:00:00Z"))

    assert bulletin.phase is Phase.WARNING


def test_an_alert_its_update_and_its_end_are_one_chain() -> None:
    began, update, over = told(
        alert(1),
        alert(2, type_="Update", references=referring(1), severity="Extreme"),
        alert(3, type_="Cancel", references=f"{referring(1)} {referring(2)}"),
    )

    assert [one.phase for one in (began, update, over)] == [
        Phase.ACTIVE,
        Phase.UPDATE,
        Phase.CLEAR,
    ]
    assert [one.level for one in (began, update, over)] == ["orange", "red", None]
    assert len({one.key for one in (began, update, over)}) == 3
    assert len({one.key.partition(":")[0] for one in (began, update, over)}) == 1
    assert len({one.hazard for one in (began, update, over)}) == 1


def test_a_chain_goes_on_in_a_later_poll() -> None:
    first = read_answer(alert(1)).alerts
    _, roots = tell(first, {}, TELLING)
    roots = json.loads(json.dumps(roots))

    (update,) = told(alert(1), alert(2, type_="Update", references=referring(1)), roots=roots)

    assert update.phase is Phase.UPDATE


def test_an_update_of_what_we_never_saw_is_a_beginning_and_its_end_is_nothing() -> None:
    (began,) = told(alert(2, type_="Update", references=referring(1)))

    assert began.phase is Phase.ACTIVE
    assert told(alert(2, type_="Cancel", references=referring(1))) == []


def test_what_was_slight_and_grows_rings_then() -> None:
    slight, grave = told(
        alert(1, severity="Minor"), alert(2, type_="Update", references=referring(1))
    )

    assert (slight.kind, slight.phase) == (Kind.NEWS, None)
    assert (grave.kind, grave.phase) == (Kind.ALERT, Phase.ACTIVE)


def test_an_all_clear_is_an_end() -> None:
    _, over = told(
        alert(1), alert(2, type_="Update", references=referring(1), responseType="AllClear")
    )

    assert over.phase is Phase.CLEAR


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
def test_what_is_not_meant_for_people_now_is_not_told(body: bytes) -> None:
    """Case 54 of the catalogue of failures: no exercise is ever told as real."""
    assert told(body) == []


@pytest.mark.parametrize(
    ("level", "colour"),
    [("2; yellow; Moderate", "yellow"), ("3; Orange; Severe", "orange"), ("4;RED", "red")],
)
def test_the_level_of_awareness_counts_by_its_number(level: str, colour: str) -> None:
    assert told(alert(level=level))[0].level == colour


@pytest.mark.parametrize(
    ("language", "area"),
    [("pl", "Gdańsk"), ("pl-PL", "Gdańsk"), ("it", "Gdansk"), ("en", "Gdansk")],
)
def test_of_several_languages_the_preferred_one_is_told_else_english(
    language: str, area: str
) -> None:
    body = alert(infos=info("pl-PL", area="Gdańsk") + info("en-GB") + info("en-GB", area="Sopot"))

    (bulletin,) = told(body, telling=Manner("met", language, NOW))

    assert bulletin.regions[0] == area


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

    (bulletin,) = told(body.encode())

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
def test_neither_bombs_nor_entities_are_read(body: bytes) -> None:
    """Cases 56 and 57 of the catalogue of failures."""
    with pytest.raises(Unusable):
        read_answer(body)


@dataclass
class Index(Looks):
    """An index of alerts with its server."""

    alerts: dict[str, bytes]
    asked: list[str]  # the alerts that were fetched
    elsewhere: str = ""  # one link more

    async def serve(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query.get("alert")
        if wanted is None:
            return web.Response(text=self.listed(), content_type="application/atom+xml")
        self.asked.append(wanted)
        if not self.alerts[wanted]:
            return web.Response(status=404)
        return web.Response(body=self.alerts[wanted], content_type="application/cap+xml")

    def listed(self) -> str:
        links = [f"{self.origin.url}&amp;alert={name}" for name in reversed(self.alerts)]
        entries = "".join(
            f'<entry><link href="https://example.org/"/>'
            f'<link type="application/cap+xml" href="{link}"/></entry>'
            for link in [*links, *filter(None, [self.elsewhere])]
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'


@pytest.fixture
async def index() -> AsyncIterator[Index]:
    async with origin() as served, open_session() as session:
        settings = CapSettings(kind="cap", name="met", url=served.url)
        made = Index(served, Cap(settings, Fetcher(session, lambda: NOW), lambda: NOW), {}, [])
        served.answer = made.serve
        yield made


async def test_the_links_of_an_index_are_followed_once(index: Index) -> None:
    index.alerts = {"1": alert(1)}
    assert (await index.look()).baseline
    index.alerts["2"] = alert(2)

    batch = await index.look()

    assert (len(batch.bulletins), batch.baseline) == (1, False)
    assert index.asked == ["1", "2"]
    assert (await index.look()).bulletins == ()


async def test_a_long_index_is_followed_a_part_at_a_time(index: Index) -> None:
    await index.look()
    index.alerts = {str(number): alert(number % 10) for number in range(25)}

    await index.look()
    assert len(index.asked) == 20
    await index.look()

    assert len(index.asked) == len(set(index.asked)) == 25


async def test_of_the_first_index_the_rest_is_known_without_being_read(index: Index) -> None:
    index.alerts = {str(number): alert(number % 10) for number in range(25)}

    await index.look()
    await index.look()

    assert len(index.asked) == 20


async def test_an_alert_that_is_gone_is_not_asked_for_again(index: Index) -> None:
    await index.look()
    index.alerts = {"1": b""}

    await index.look()
    await index.look()

    assert index.asked == ["1"]


async def test_an_alert_that_cannot_be_read_is_tried_again_and_the_others_are_told(
    index: Index,
) -> None:
    await index.look()
    index.alerts = {"1": alert(1), "2": b"<alert"}

    with capture_logs() as logs:
        assert len((await index.look()).bulletins) == 1
    index.alerts["2"] = alert(2)

    assert len((await index.look()).bulletins) == 1
    assert [log["event"] for log in logs] == ["link_failed"]


async def test_a_link_into_the_private_network_is_not_followed(index: Index) -> None:
    """Case 67 of the catalogue of failures."""
    async with origin() as inner:
        await index.look()
        index.elsewhere = inner.url

        with capture_logs() as logs:
            assert (await index.look()).bulletins == ()

    assert inner.requests == []
    assert [log["error"] for log in logs] == ["leads into a private network"]
