"""CAP documents: every form in which publishers send alerts is read whole."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.cap_alerts import alert, info, reference_to

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import CapDocument, parse_document
from bot.sources.core.errors import Unusable
from storage.inbound.bulletins import Bulletin, Phase
from storage.inbound.incidents import is_same_alert

FOLDER = Path(__file__).parent / "fixtures" / "cap"
NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
INDEX_URL = "https://met.example.org/feeds/index.atom?key=1"

PROPERTIES: dict[str, Any] = {
    "id": "urn:oid:2.49.0.1.840.0.1",
    "areaDesc": "Harris, TX; Fort Bend, TX",
    "geocode": {"SAME": ["048201", "048157"], "UGC": ["TXC201", "TXC157"]},
    "sent": "2026-03-05T01:00:00-06:00",
    "expires": "2026-03-05T02:30:00-06:00",
    "status": "Actual",
    "messageType": "Alert",
    "category": "Met",
    "severity": "Extreme",
    "event": "Tornado Warning",
    "sender": "w-nws.webmaster@noaa.gov",
    "headline": "Tornado Warning issued March 5",
    "response": "Shelter",
    "scope": "Public",
}
ENCLOSURE_ONLY = (
    b'<rss><channel><item><enclosure url="1.xml" type="application/cap+xml"/></item>'
    b"</channel></rss>"
)
GEOMETRY = {"type": "Polygon", "coordinates": [[[-95.5, 29.5], [-95.0, 29.5], [-95.5, 29.5]]]}
CAP_JSON: dict[str, Any] = {
    "identifier": "DE-NW-1",
    "sender": "DE-NW",
    "sent": "2026-03-05T08:00:00+01:00",
    "status": "Actual",
    "msgType": "Alert",
    "scope": "Public",
    "info": [{"event": "Flood", "severity": "Severe", "area": [{"areaDesc": "Dresden"}]}],
}


def read(name: str) -> CapDocument:
    return parse_document((FOLDER / name).read_bytes(), None, INDEX_URL)


def publish(*bodies: bytes, now: datetime = NOW) -> list[Bulletin]:
    alerts = [item for body in bodies for item in parse_document(body).alerts]
    return list(to_bulletins(alerts, {}, ConversionContext("met", "en", now))[0])


@pytest.mark.parametrize(
    ("name", "alerts", "areas"),
    [
        ("amber.atom", 1, ["Washington D.C."]),
        ("australia.cap", 1, ["Yerong Creek Structure Fire"] * 2),
        ("weather.atom", 1, ["Central and Southern Lewis and Clark; Lewis and Clark"]),
        ("weather.cap", 1, ["Central and Southern Lewis and Clark; Lewis and Clark"]),
    ],
)
def test_alerts_of_real_publishers_are_read(name: str, alerts: int, areas: list[str]) -> None:
    document = read(name)

    assert len(document.alerts) == alerts
    infos = [item for real in document.alerts for item in real.infos]
    assert [area.description for item in infos for area in item.areas] == areas


def test_an_envelope_with_seven_alerts_is_read() -> None:
    alerts = read("bushfire_valid.edxlde").alerts

    assert len({item.identity for item in alerts}) == 7
    areas = [area for item in alerts for part in item.infos for area in part.areas]
    assert all(area.circles and area.geocodes[0][1] == "AU-NSW" for area in areas)


def test_references_polygons_and_codes_of_a_signed_alert_are_kept() -> None:
    (signed,) = read("canada_signed.cap").alerts

    assert len(signed.references) == 9
    assert [item.language for item in signed.infos] == ["en-CA", "fr-CA"]
    assert [len(area.geocodes) for area in signed.infos[0].areas] == [20, 16]
    assert all(len(area.polygons) == 1 for item in signed.infos for area in item.areas)
    assert signed.infos[0].expires == datetime(2013, 1, 25, 13, 26, tzinfo=UTC)


def test_an_alert_in_latin_1_keeps_its_letters() -> None:
    (quake,) = read("earthquake-iso8859-1.cap").alerts

    assert "Usulután" in quake.infos[0].headline
    assert quake.infos[0].areas[0].circles == ("12.747,-88.783 0.0",)


@pytest.mark.parametrize(
    ("name", "links"),
    [
        (
            "earthquake_index.atom",
            ["http://earthquake.usgs.gov/earthquakes/catalogs/cap/us2010apcd"],
        ),
        ("ny_index.rss", ["ALLHAZALERT-3167113", "ALLHAZALERT-3162202"]),
        ("weather_index.atom", ["x=CT20100831030400", "x=DC20100830203300"]),
    ],
)
def test_real_indexes_lead_to_their_alerts(name: str, links: list[str]) -> None:
    document = read(name)

    assert document.alerts == ()
    assert len(document.links) == len(links)
    assert all(end in link for end, link in zip(links, document.links, strict=True))


@pytest.mark.parametrize(
    "value",
    [
        CAP_JSON,
        [CAP_JSON],
        {"alert": CAP_JSON},
        {"warnings": [{"uuid": "1", "alert": CAP_JSON}]},
        {**CAP_JSON, "info": CAP_JSON["info"][0]},
    ],
)
def test_json_may_be_one_alert_or_a_list_of_alerts(value: object) -> None:
    (bulletin,) = publish(json.dumps(value).encode())

    assert (bulletin.title, bulletin.level, bulletin.regions) == ("Flood", "orange", ("Dresden",))


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Feature", "geometry": GEOMETRY, "properties": PROPERTIES},
        [{"type": "Feature", "geometry": GEOMETRY, "properties": PROPERTIES}],
        {"features": [{"geometry": GEOMETRY, "properties": PROPERTIES}]},
        {"@graph": [{**PROPERTIES, "geometry": GEOMETRY}]},
    ],
)
def test_one_feature_of_the_nws_is_read_like_a_collection(value: object) -> None:
    body = json.dumps(value).encode()
    (read_alert,) = parse_document(body).alerts
    (bulletin,) = publish(body)

    assert bulletin.regions[:2] == ("Harris, TX", "Fort Bend, TX")
    assert set(bulletin.regions[2:]) >= {"same:048201", "ugc:TXC201"}
    assert bulletin.level == "red"
    assert read_alert.infos[0].responses == {"shelter"}
    assert read_alert.infos[0].areas[0].polygons == ("29.5,-95.5 29.5,-95.0 29.5,-95.5",)


@pytest.mark.parametrize("value", [[], {"warnings": []}, {"features": []}])
def test_a_list_without_alerts_is_valid(value: object) -> None:
    assert parse_document(json.dumps(value).encode()).alerts == ()


@pytest.mark.parametrize("value", [{}, [5], {"a": {"alert": 1}}, "alert", {"features": 3}])
def test_other_json_is_refused(value: object) -> None:
    with pytest.raises(Unusable):
        parse_document(b" " + json.dumps(value).encode())


def atom(entries: str, attributes: str = "") -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{entries}</feed>'.encode()


@pytest.mark.parametrize(
    ("body", "link"),
    [
        (
            atom('<entry><link href="cap/1.xml"/></entry>'),
            "https://met.example.org/feeds/cap/1.xml",
        ),
        (
            atom('<entry><link href="1.xml"/></entry>', 'xml:base="https://cdn.example.org/a/"'),
            "https://cdn.example.org/a/1.xml",
        ),
        (
            atom('<entry xml:base="/b/"><link xml:base="c/" href="1.xml"/></entry>'),
            "https://met.example.org/b/c/1.xml",
        ),
        (
            atom('<entry><content type="application/cap+xml" src="/1.xml"/></entry>'),
            "https://met.example.org/1.xml",
        ),
        (
            atom('<entry><link rel="self" href="/self"/><link rel="related" href="/1"/></entry>'),
            "https://met.example.org/1",
        ),
        (atom("<entry><id>https://e.org/1</id></entry>"), "https://e.org/1"),
        (
            b"<rss><channel><item><link>/1.xml</link></item></channel></rss>",
            "https://met.example.org/1.xml",
        ),
        (ENCLOSURE_ONLY, "https://met.example.org/feeds/1.xml"),
        (
            b"<rss><channel><item><guid>https://e.org/g</guid></item></channel></rss>",
            "https://e.org/g",
        ),
    ],
)
def test_relative_and_unusual_links_of_an_index_are_found(body: bytes, link: str) -> None:
    assert parse_document(body, None, INDEX_URL).links == (link,)


def test_links_are_newest_first_where_the_index_has_times() -> None:
    times = ["2026-03-05T07:00:00Z", "2026-03-05T09:00:00Z", "2026-03-05T08:00:00Z"]
    entries = "".join(
        f'<entry><updated>{time}</updated><link href="/{number}"/></entry>'
        for number, time in enumerate(times)
    )

    links = parse_document(atom(entries), None, "https://e.org/").links

    assert links == ("https://e.org/1", "https://e.org/2", "https://e.org/0")


@pytest.mark.parametrize(
    "wrapped",
    [
        "{alert}",
        "<![CDATA[{alert}]]>",
    ],
)
@pytest.mark.parametrize(
    "document",
    [
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content>{}</content></entry></feed>',
        "<rss><channel><item><description>{}</description></item></channel></rss>",
    ],
)
def test_an_alert_inside_an_entry_is_read(document: str, wrapped: str) -> None:
    inner = alert().decode().partition("?>")[2]

    (bulletin,) = publish(document.format(wrapped.format(alert=inner)).encode())

    assert bulletin.regions == ("Gdansk",)


def test_entries_that_lead_nowhere_are_an_error() -> None:
    with pytest.raises(Unusable, match="none has an alert or a link"):
        parse_document(atom("<entry><title>Storm</title></entry>"), None, INDEX_URL)


@pytest.mark.parametrize("prefix", [b"\n", b"\r\n\t ", b"\xef\xbb\xbf\n"])
def test_line_ends_before_the_xml_are_accepted(prefix: bytes) -> None:
    assert len(publish(prefix + alert())) == 1


def test_the_bytes_decide_between_contradicting_charsets() -> None:
    text = alert(headline="Штормове попередження").decode()
    declared = text.replace('version="1.0"', 'version="1.0" encoding="windows-1251"', 1)

    assert publish(declared.encode())[0].title == "Штормове попередження"
    assert publish(declared.encode("cp1251"))[0].title == "Штормове попередження"
    by_header = parse_document(text.encode("cp1251"), "cp-1251").alerts[0]
    assert by_header.infos[0].headline == "Штормове попередження"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Wind.&lt;br/&gt;Rain.", "Wind.\nRain."),
        ("5&amp;nbsp;cm of&amp;#160;snow &amp;amp; ice", "5 cm of snow & ice"),
        (
            "&lt;p&gt;One.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Two&lt;/ul&gt;\n\nThree",
            "One.\nTwo\n\nThree",
        ),
        ("One.<br/>Two <b>three</b>.", "One.\nTwo three."),
        ("gusts &lt; 50 km/h and T&gt;30", "gusts < 50 km/h and T>30"),
    ],
)
def test_html_in_texts_becomes_text(written: str, text: str) -> None:
    (bulletin,) = publish(alert(description=written, instruction=""))

    assert bulletin.text == text


@pytest.mark.parametrize(
    "references",
    [
        [reference_to(1)],
        [{"sender": "met@example.org", "identifier": "a1", "sent": "2026-03-05T07:01:00Z"}],
        ["a1"],
        "PAAQ,a1,2026-03-05T09:01:00+02:00",
        " met@example.org , a1 , 2026-03-05T09:01:00+02:00\n",
    ],
)
def test_an_update_is_recognised_by_any_form_of_reference(references: object) -> None:
    update = {
        **CAP_JSON,
        "sender": "met@example.org",
        "identifier": "a2",
        "msgType": "Update",
        "sent": "2026-03-05T08:30:00+01:00",
        "references": references,
    }

    first, second = publish(alert(1), json.dumps(update).encode())

    assert (first.phase, second.phase) == (Phase.ACTIVE, Phase.UPDATE)
    assert is_same_alert(first.hazard or "", second.hazard or "")


def test_the_expired_references_of_the_nws_continue_an_alert() -> None:
    earlier = {**PROPERTIES, "sent": "2026-03-05T00:30:00-06:00", "id": "urn:oid:0"}
    parameters = {
        "expiredReferences": ["w-nws.webmaster@noaa.gov,urn:oid:0,2026-03-05T00:30:00-06:00"]
    }
    later = {**PROPERTIES, "messageType": "Update", "parameters": parameters}

    first, second = publish(
        json.dumps({"features": [{"properties": earlier}, {"properties": later}]}).encode()
    )

    assert (first.phase, second.phase) == (Phase.ACTIVE, Phase.UPDATE)


def test_an_update_under_the_same_identifier_continues_the_alert() -> None:
    update = alert(1, type_="Update", severity="Extreme").replace(b"T09:01", b"T09:05")

    assert [item.phase for item in publish(alert(1), update)] == [Phase.ACTIVE, Phase.UPDATE]


@pytest.mark.parametrize("scope", ["Restricted", "Private", "private"])
def test_an_alert_that_is_not_public_is_not_published(scope: str) -> None:
    assert publish(alert().replace(b">Public<", f">{scope}<".encode())) == []


@pytest.mark.parametrize(
    "codes",
    [
        [{"valueName": "SAME", "value": "RWT"}],
        {"valueName": "SAME", "value": "RWT"},
        {"value": "RWT"},
    ],
)
def test_a_test_with_status_actual_is_not_published(codes: object) -> None:
    info = {**CAP_JSON["info"][0], "eventCode": codes}
    assert publish(json.dumps(CAP_JSON).encode())
    assert publish(json.dumps({**CAP_JSON, "info": [info]}).encode()) == []


@pytest.mark.parametrize("expires", ["0001-01-01T00:00:00Z", "1899-12-30T00:00:00+00:00", ""])
def test_an_end_that_is_a_zero_value_counts_as_absent(expires: str) -> None:
    (bulletin,) = publish(alert(expires=expires))

    assert bulletin.expires_at == datetime(2026, 3, 6, 7, 1, tzinfo=UTC)


def test_an_alert_sent_twice_with_one_language_each_is_one_alert() -> None:
    other = alert(infos=info("pl-PL", event="Wiatr", area="Gdańsk", headline="Pomarańczowe"))

    (bulletin,) = publish(alert(), other)

    assert bulletin.lang == "en-GB"


def test_nesting_that_is_too_deep_is_refused() -> None:
    body = b"<a>" * 20_000 + b"</a>" * 20_000

    with pytest.raises(Unusable):
        parse_document(body)


def test_every_real_alert_is_published_while_it_holds() -> None:
    published = 0
    for path in sorted(FOLDER.iterdir()):
        if path.suffix == ".md":
            continue
        for real in read(path.name).alerts:
            assert real.sent is not None
            context = ConversionContext("met", "en", real.sent + timedelta(minutes=1))
            bulletins, _ = to_bulletins([real], {}, context)
            assert all(item.expires_at and item.published_at == real.sent for item in bulletins)
            assert all(item.regions for item in bulletins)
            published += bool(bulletins)
    assert published == 14
