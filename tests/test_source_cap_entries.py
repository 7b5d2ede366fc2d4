"""CAP indexes whose entries are the warnings: they have the fields, and lead to no file."""

from datetime import UTC, datetime

import pytest
from aiohttp import web
from support.cap_alerts import alert
from support.http_origin import origin
from support.source_server_driver import SourceDriver

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import parse_document
from bot.sources.adapters.cap.source import CapSettings
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
EXPIRES = datetime(2026, 3, 5, 20, 0, tzinfo=UTC)
FIELDS = (
    "<cap:areaDesc>Gdansk</cap:areaDesc><cap:event>Wind</cap:event>"
    "<cap:severity>Severe</cap:severity><cap:expires>2026-03-05T20:00:00Z</cap:expires>"
)
NAMESPACES = 'xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"'


def atom(*entries: str) -> bytes:
    inner = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f"<feed {NAMESPACES}>{inner}</feed>".encode()


def rss(*items: str) -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss xmlns:cap="x"><channel>{inner}</channel></rss>'.encode()


def publish(*bodies: bytes) -> tuple[Bulletin, ...]:
    """Return the bulletins of the last of these documents."""
    roots: dict[str, str] = {}
    for body in bodies:
        context = ConversionContext("met", "en", NOW)
        bulletins, new_roots = to_bulletins(parse_document(body).alerts, roots, context)
        roots = dict(new_roots)
    return bulletins


ENTRY = f"<id>urn:x:1</id><title>Orange wind</title><updated>2026-03-05T07:00:00Z</updated>{FIELDS}"
RELATED = '<link rel="related" href="https://met.example.org/poland"/>'


@pytest.mark.parametrize(
    "body",
    [
        atom(ENTRY),
        atom(RELATED + ENTRY.replace("urn:x:1", "https://met.example.org/1").replace("id>", "x>")),
        rss(f"<guid>1</guid><title>Orange wind</title><pubDate>2026-03-05</pubDate>{FIELDS}"),
    ],
    ids=["atom", "related page", "rss"],
)
def test_an_entry_with_the_fields_of_a_warning_is_published(body: bytes) -> None:
    """The index was refused: "lists entries, but none has an alert or a link to one"."""
    (bulletin,) = publish(body)

    assert bulletin.title == "Orange wind"
    assert (bulletin.level, bulletin.expires_at) == ("orange", EXPIRES)
    assert bulletin.regions == ("Gdansk",)
    assert bulletin.phase is Phase.ACTIVE


def test_codes_and_shapes_of_an_entry_place_it() -> None:
    codes = (
        "<cap:geocode><valueName>FIPS6</valueName><value>048201</value>"
        "<valueName>UGC</valueName><value>TXC201 TXC157</value></cap:geocode>"
        "<cap:polygon>29,-96 29,-95 30,-95 29,-96</cap:polygon>"
    )

    (bulletin,) = publish(atom(ENTRY.replace("Gdansk", "Harris; Fort Bend") + codes))

    assert {"ugc:TXC201", "ugc:TXC157"} <= set(bulletin.regions)
    assert any(region.startswith("polygon:") for region in bulletin.regions)


def test_an_entry_that_is_listed_again_is_known_and_a_later_one_continues_it() -> None:
    again, update = ENTRY, ENTRY.replace("07:00:00", "07:30:00").replace("Severe", "Extreme")

    assert publish(atom(ENTRY), atom(again)) == ()
    (bulletin,) = publish(atom(ENTRY), atom(update))
    assert (bulletin.phase, bulletin.level) == (Phase.UPDATE, "red")


@pytest.mark.parametrize(
    "field",
    ["<cap:status>Test</cap:status>", "<cap:scope>Private</cap:scope>"],
)
def test_an_entry_that_is_no_public_warning_is_not_published(field: str) -> None:
    assert publish(atom(ENTRY + field)) == ()


def test_one_field_alone_makes_no_warning() -> None:
    with pytest.raises(Unusable, match="none has an alert or a link to one"):
        parse_document(atom("<id>urn:x:1</id><title>Wind</title><severity>Severe</severity>"))


@pytest.mark.parametrize(
    ("answer", "titles"),
    [
        ((200, b"<html><body>Warnings</body></html>", "text/html"), ["Orange wind"]),
        ((403, b"", "text/plain"), ["Orange wind"]),
        ((200, alert(1, headline="From the file"), "application/cap+xml"), ["From the file"]),
        ((404, b"", "text/plain"), []),
    ],
    ids=["page for people", "forbidden page", "file", "gone"],
)
async def test_the_linked_file_is_preferred_and_the_entry_serves_without_one(
    answer: tuple[int, bytes, str], titles: list[str]
) -> None:
    async with origin() as server, open_session() as session:
        settings = CapSettings(kind="cap", name="met", url=server.url)
        driver = SourceDriver(
            server, settings.build_source(HttpClient(session, lambda: NOW), lambda: NOW)
        )
        index = atom()

        async def serve(request: web.Request) -> web.StreamResponse:
            if "alert" in request.query:
                return web.Response(status=answer[0], body=answer[1], content_type=answer[2])
            return web.Response(body=index, content_type="application/atom+xml")

        server.answer = serve
        await driver.poll()
        index = atom(f'{ENTRY}<link href="{server.url}&amp;alert=1"/>')
        bulletins = (await driver.poll()).bulletins
        repeated = (await driver.poll()).bulletins

    assert [bulletin.title for bulletin in bulletins] == titles
    assert repeated == ()
