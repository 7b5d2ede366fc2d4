"""CAP variants: the odd warnings of public bug reports, and what people have to hear of them."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from support.cap_alerts import alert, info, reference_to
from support.http_origin import origin, page
from support.source_server_driver import SourceDriver

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import parse_document
from bot.sources.adapters.cap.source import Cap, CapSettings
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def publish(*bodies: bytes) -> list[Bulletin]:
    alerts = [item for body in bodies for item in parse_document(body).alerts]
    return list(to_bulletins(alerts, {}, ConversionContext("met", "en", NOW))[0])


@pytest.mark.parametrize(
    "body",
    [
        alert(description="Wind & rain").replace(b"&amp;", b"&"),
        alert(description="Wind&nbsp;and rain"),
        alert(description="Wind\x0b and &#8; rain\x08"),
        b"<!DOCTYPE alert>" + alert().partition(b"?>")[2],
        b"\n\n" + alert(),
        alert(area=""),
        alert(
            infos=info().replace(
                "<areaDesc>Gdansk</areaDesc>", "<polygon>1,2 3,4 5,6 1,2</polygon>"
            )
        ),
        alert(infos=info().replace("<severity>Severe", "<severity>\n SEVERE\n")),
        alert(expires="soon"),
        alert(expires="1970-01-01T00:00:00Z"),
        alert(expires="0001-01-01T00:00:00Z"),
        alert(headline="Exercise caution: orange wind warning"),
        alert(headline="Latest orange wind warning"),
        alert(headline="EXERCISE CAUTION, orange wind warning"),
        alert(description="This is only a test of the sirens at noon; the storm is real."),
    ],
)
def test_an_alert_in_almost_valid_xml_is_heard(body: bytes) -> None:
    (bulletin,) = publish(body)

    assert (bulletin.phase, bulletin.level) == (Phase.ACTIVE, "orange")


@pytest.mark.parametrize(
    "body",
    [
        alert(event="Test Message"),
        alert(event="Required Weekly Test"),
        alert(eventCode="<valueName>SAME</valueName><value>RWT</value>"),
        alert(headline="TEST - This is only a test"),
        alert(headline="*** TEST *** Tsunami warning"),
        alert(headline="ÜBUNG: Großbrand"),
        alert(headline="НАВЧАННЯ! Повінь"),
    ],
)
def test_a_test_with_the_status_of_an_actual_alert_is_not_sent(body: bytes) -> None:
    assert publish(body) == []


def test_a_test_of_the_nws_in_json_is_not_sent() -> None:
    properties = {
        "id": "1",
        "areaDesc": "Harris",
        "sent": "2026-03-05T08:00:00Z",
        "status": "Actual",
    }
    properties |= {"messageType": "Alert", "severity": "Severe", "event": "Demo", "scope": "Public"}
    feature: dict[str, Any] = {"type": "Feature", "properties": properties}
    assert len(publish(json.dumps(feature).encode())) == 1

    properties["eventCode"] = {"SAME": ["DMO"]}  # type: ignore[assignment] # a list here

    assert publish(json.dumps(feature).encode()) == []


@pytest.mark.parametrize(
    "references",
    [
        reference_to(1),
        f"\n  {reference_to(1)}\n",
        reference_to(1).replace(",", " , "),
        f"x@y.org,unknown,2026-03-05T09:00:00+02:00 {reference_to(1)}",
        "met@example.org,a1,2026-03-05T07:01:00Z",
        "met@example.org,a1,2026-03-05T07:01:00+0000",
        "a1",
    ],
)
def test_a_reference_in_any_form_continues_the_alert(references: str) -> None:
    _, update = publish(alert(1), alert(2, type_="Update", references=references))

    assert update.phase is Phase.UPDATE


@pytest.mark.parametrize("identifier", ["AL 2026 7", "Sturm Nord, Teil 2".replace(",", ""), "a b"])
def test_an_identifier_with_blanks_is_found_again(identifier: str) -> None:
    first = alert(1).replace(b">a1<", f">{identifier}<".encode())
    references = reference_to(1).replace("a1", identifier)

    _, end = publish(first, alert(2, type_="Cancel", references=references))

    assert end.phase is Phase.CLEAR


def test_an_alert_that_is_sent_again_under_its_identifier_does_not_ring_again() -> None:
    again = alert(2).replace(b">a2<", b">a1<")
    other = alert(3, event="Flood").replace(b">a3<", b">a1<")

    assert [item.phase for item in publish(alert(1), again)] == [Phase.ACTIVE, Phase.UPDATE]
    assert [item.phase for item in publish(alert(1), other)] == [Phase.ACTIVE, Phase.ACTIVE]


class Server(SourceDriver):
    """Driver of an index and its pages, by path."""

    pages: dict[str, bytes]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = self.pages.get(request.query.get("alert", ""), b"")
        return web.Response(body=body) if body else web.Response(status=404)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with origin() as served, open_session() as session:
        settings = CapSettings(kind="cap", name="met", url=served.url)
        driver = Server(served, Cap(settings, HttpClient(session, lambda: NOW), lambda: NOW))
        served.answer = driver.serve
        yield driver


def index(url: str, updated: str) -> bytes:
    link = f'<link type="application/cap+xml" href="{url}&amp;alert=1"/>'
    entry = f"<entry><updated>{updated}</updated>{link}</entry>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'.encode()


async def test_an_entry_of_an_index_that_is_edited_is_read_again(server: Server) -> None:
    """The update behind a link that was known already was never heard."""
    server.pages = {"": index(server.origin.url, "2026-03-05T07:01:00Z"), "1": alert(1)}
    assert len((await server.poll()).bulletins) == 1
    server.pages["1"] = alert(2, type_="Update", references=reference_to(1), severity="Extreme")
    assert not (await server.poll()).bulletins

    server.pages[""] = index(server.origin.url, "2026-03-05T07:02:00Z")
    (update,) = (await server.poll()).bulletins

    assert (update.phase, update.level) == (Phase.UPDATE, "red")
    assert not (await server.poll()).bulletins


@pytest.mark.parametrize(
    ("item", "version"),
    [
        ({"id": "mow.1", "version": 3, "i18nTitle": {"de": "Brand"}}, "3"),
        ({"id": "mow.1", "payload": {"version": 2, "hash": "h"}, "sent": "t"}, "h 2  t"),
    ],
)
def test_the_lists_of_nina_lead_to_the_warnings(item: dict[str, Any], version: str) -> None:
    url = "https://nina.example.org/api31/mowas/mapData.json"

    (link,) = parse_document(json.dumps([item]).encode(), None, url).index

    assert link.address == "https://nina.example.org/api31/warnings/mow.1.json"
    assert link.version == version


async def test_a_page_of_an_overloaded_service_is_refused_and_the_next_one_read(
    server: Server,
) -> None:
    for body in (b"<html><body>Sorry</body></html>", alert()[:-60], b""):
        with pytest.raises(Unusable):
            await server.poll_answer(body, "application/xml")
    server.origin.answer = page(alert(), "application/xml")

    assert len((await server.poll()).bulletins) == 1
