"""CAP areas: lists are placed, and what cannot be placed reaches its country silently."""

import json
from dataclasses import replace

import pytest
from support.alert_pipeline import NOW, AlertPipeline, BroadcastView
from support.cap_alerts import alert, info
from support.shared_resources import catalog, gazetteer, reader

from bot.sources.adapters.cap.alert import Area
from bot.sources.adapters.cap.area_references import geocode_references
from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import parse_document
from handlers.messages.bulletin import BulletinRenderer, RenderOptions
from matching.places.areas import AreaResolver
from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin, Phase, StoredBulletin
from storage.subscribers.subscribers import Detail

COUNTRY, STATE, CITY, OTHER = 1, 2, 3, 4


def place(*references: str) -> list[str]:
    codes = AreaResolver(gazetteer()).resolve(references).codes
    return [gazetteer().name(code, "en") for code in codes]


@pytest.mark.parametrize(
    ("areas", "places"),
    [
        (["Houston; Dallas"], ["Houston", "Dallas"]),
        (["London | Manchester"], ["London", "Manchester"]),
        (["Gdansk, Sopot, Gdynia"], ["Gdańsk", "Sopot", "Gdynia"]),
        (["Houston / Dallas\nAustin"], ["Houston", "Dallas", "Austin"]),
        (["Warszawa i Kraków"], ["Warsaw", "Krakow"]),
        (["Kyiv, Lviv та Odesa"], ["Kyiv", "Lviv", "Odesa"]),
        (["Kyiv Oblast: Bucha, Irpin"], ["Bucha", "Irpin"]),
        (["Stadt Dresden (Sachsen)"], ["Dresden"]),
        (["City of London", "Ville de Paris"], ["City of London", "Paris"]),
        (["Pomorskie (Gdańsk, Sopot)", "in:PL"], ["Gdańsk", "Sopot"]),
        (["Springfield (Illinois)"], ["Springfield, Illinois"]),
    ],
)
def test_lists_of_areas_are_placed(areas: list[str], places: list[str]) -> None:
    assert place(*areas) == places


@pytest.mark.parametrize(
    ("area", "places"),
    [
        ("Bosnia and Herzegovina", ["Bosnia and Herzegovina"]),
        ("Trinidad and Tobago, Barbados", ["Trinidad and Tobago", "Barbados"]),
        ("Paris, Texas", ["Paris, Texas"]),
        ("Poland, Germany", ["Poland", "Germany"]),
        ("Lewis and Clark", []),
        ("Lewis and Clark, MT", ["Lewis and Clark County"]),
        ("Usulután, El Salvador", ["Usulután"]),
        ("Alaska (125 miles W of Adak)", []),
    ],
)
def test_words_of_a_name_are_no_list(area: str, places: list[str]) -> None:
    assert place(area) == places


def test_a_namesake_outside_of_the_stated_country_is_no_place() -> None:
    assert place("Houston") == ["Houston"]
    assert place("Houston", "in:CA") == []
    assert place("Ontario", "in:CA") == ["Ontario"]
    assert place("Ontario", "in:US") == ["Ontario, California"]
    assert place("Georgia", "in:US-GA") == ["Georgia"]
    assert AreaResolver(gazetteer()).resolve(["Georgia", "in:US-GA"]).codes == ("US-GA",)


@pytest.mark.parametrize(
    ("name", "value", "containers"),
    [
        ("NUTS3", "PL92B", ("PL-14",)),
        ("NUTS2", "EL30", ("GR-I",)),
        ("NUTS3", "DK999", ("DK",)),
        ("EMMA_ID", "PL0203", ("PL-02",)),
        ("EMMA_ID", "PL002", ("PL",)),
        ("EMMA_ID", "UK001", ("GB",)),
        ("UGC", "TXC201", ("US-TX",)),
        ("UGC", "PZZ530", ("US",)),
        ("UGC", "PRC001", ("PR",)),
        ("SAME", "048201", ("US-TX",)),
        ("FIPS6", "009007 009009 044009", ("US-CT", "US-RI")),
        ("FIPS", "48201", ("US-TX",)),
        ("ISO 3166-2", "AU-NSW", ("AU",)),
        ("http://www.iso.org/iso/country_codes.html", "AU-NSW", ("AU",)),
        ("WARNCELLID", "114521000", ("DE-SN",)),
        ("profile:CAP-CP:Location:0.3", "4716053", ("CA-SK",)),
        ("http://www.psma.com.au/?product=postcode-boundaries", "2642", ()),
    ],
)
def test_the_codes_of_an_area_name_its_country_or_state(
    name: str, value: str, containers: tuple[str, ...]
) -> None:
    references = geocode_references([Area("x", ((name, value),))])
    placement = AreaResolver(gazetteer()).resolve(references)

    assert placement.containers == containers


def warning(area: str, *geocodes: tuple[str, str], **fields: str) -> bytes:
    codes = "".join(
        f"<geocode><valueName>{name}</valueName><value>{value}</value></geocode>"
        for name, value in geocodes
    )
    times = {"onset": "2026-03-01T00:00:00Z", "expires": "2026-03-01T20:00:00Z"}
    body = alert(infos=info(area=f"{area}</areaDesc>{codes}<areaDesc>", **(times | fields)))
    return body.replace(b"<areaDesc></areaDesc>", b"").replace(
        b"2026-03-05T09:01", b"2026-03-01T02:55"
    )


def convert(*bodies: bytes, region: str = "") -> tuple[Bulletin, ...]:
    alerts = [item for body in bodies for item in parse_document(body).alerts]
    return to_bulletins(alerts, {}, ConversionContext("met", "en", NOW, region))[0]


def pipeline_with(database: Database, *queries: str) -> AlertPipeline:
    """Return a pipeline with subscribers 1, 2, ... to these queries."""
    pipeline = AlertPipeline(database)
    for number, query in enumerate(queries, start=1):
        pipeline.subscribe(number, query)
    return pipeline


def reached(broadcasts: list[BroadcastView]) -> dict[int, bool]:
    """Return the recipients, each with True for a message without sound."""
    return {
        number: number in broadcast.silent
        for broadcast in broadcasts
        for number in broadcast.recipients
    }


@pytest.mark.parametrize(
    ("body", "region", "queries", "recipients"),
    [
        (warning("Podhale", ("EMMA_ID", "PL002")), "", ("Poland", "Warsaw"), {1}),
        (warning("Podhale"), "Poland", ("Poland", "Gdansk"), {1}),
        (warning("Brianza", ("EMMA_ID", "IT003")), "", ("Italy", "Milan"), {1}),
        (warning("Erzgebirgskreis", ("EMMA_ID", "DE343")), "", ("Germany", "Dresden"), {1}),
        (
            warning("Erzgebirgskreis", ("WARNCELLID", "114521000")),
            "",
            ("Germany", "Saxony", "Dresden", "Bavaria"),
            {1, 2},
        ),
        (
            warning("Inland Nowhere", ("UGC", "TXZ213")),
            "",
            ("USA", "Texas", "Houston", "Colorado"),
            {1, 2},
        ),
        (warning("Nowhere, TX"), "", ("Texas", "Dallas"), {1}),
        (warning("Krapkowice county", ("X", "1")), "Gdansk", ("Gdansk", "Poland", "Sopot"), {1, 2}),
    ],
)
async def test_an_area_without_a_place_reaches_its_country_silently(
    sqlite: Database,
    body: bytes,
    region: str,
    queries: tuple[str, ...],
    recipients: set[int],
) -> None:
    pipeline = pipeline_with(sqlite, *queries)

    broadcasts = await pipeline.ingest(*convert(body, region=region))

    assert reached(broadcasts) == dict.fromkeys(recipients, True)


@pytest.mark.parametrize(
    ("body", "region", "queries", "recipients"),
    [
        (warning("Mazowieckie", ("NUTS3", "PL92B")), "", ("Poland", "Warsaw", "Gdansk"), {1, 2}),
        (warning("Lombardia", ("EMMA_ID", "IT003")), "", ("Italy", "Milan", "Rome"), {1, 2}),
        (warning("Umbria"), "Italy", ("Perugia", "Umbria", "Florence"), {1, 2}),
        (
            warning("Harris, TX; Fort Bend, TX", ("SAME", "048201"), ("UGC", "TXC201")),
            "",
            ("USA", "Texas", "Houston", "Colorado", "Dallas"),
            {1, 2, 3},
        ),
        (warning("Harris, TX"), "", ("Texas", "Houston", "Dallas"), {1, 2}),
        (warning("Sachsen"), "Germany", ("Germany", "Saxony", "Dresden", "Munich"), {1, 2, 3}),
    ],
)
async def test_a_warning_rings_for_all_inside_its_area(
    sqlite: Database,
    body: bytes,
    region: str,
    queries: tuple[str, ...],
    recipients: set[int],
) -> None:
    pipeline = pipeline_with(sqlite, *queries)

    broadcasts = await pipeline.ingest(*convert(body, region=region))

    assert reached(broadcasts) == dict.fromkeys(recipients, False)


POLYGON = "<polygon>51.2,13.5 51.2,14.0 50.9,14.0 50.9,13.5 51.2,13.5</polygon>"


@pytest.mark.parametrize("area", ["Elbtal", "Sachsen"])
async def test_a_polygon_places_what_names_and_codes_do_not(sqlite: Database, area: str) -> None:
    pipeline = pipeline_with(sqlite, "Germany", "Saxony", "Dresden", "Leipzig", "Munich")
    body = warning(area, ("WARNCELLID", "114612000")).replace(
        b"</area>", f"{POLYGON}</area>".encode()
    )

    assert reached(await pipeline.ingest(*convert(body))) == dict.fromkeys((1, 2, 3), False)


async def test_a_placed_area_still_rings_for_all_who_follow_it(sqlite: Database) -> None:
    pipeline = pipeline_with(sqlite, "Poland", "Gdansk", "Warsaw")

    broadcasts = await pipeline.ingest(*convert(warning("Gdansk; Nowhere", ("EMMA_ID", "PL001"))))

    assert reached(broadcasts) == {1: False, 2: False}


async def test_the_end_of_an_unplaced_warning_comes_silently_too(sqlite: Database) -> None:
    pipeline = pipeline_with(sqlite, "Italy")
    first = warning("Brianza", ("EMMA_ID", "IT003"))
    end = first.replace(b">a1<", b">a2<").replace(b">Alert<", b">Cancel<")
    end = end.replace(
        b"</scope>", b"</scope><references>met@example.org,a1,2026-03-01T00:55:00Z</references>"
    )

    active, clear = convert(first, end)

    assert clear.phase is Phase.CLEAR
    assert reached(await pipeline.ingest(active)) == {1: True}
    assert reached(await pipeline.ingest(clear)) == {1: True}


async def test_a_minor_warning_without_a_place_reaches_its_country_silently(
    sqlite: Database,
) -> None:
    pipeline = pipeline_with(sqlite, "Poland", "Krakow")
    body = warning("Podhale", ("NUTS3", "PL219"), severity="Moderate", headline="Yellow frost")

    assert reached(await pipeline.ingest(*convert(body))) == {1: True}


@pytest.mark.parametrize("detail", list(Detail))
@pytest.mark.parametrize("severity", ["Moderate", "Extreme"])
def test_the_message_names_area_level_and_end(severity: str, detail: Detail) -> None:
    (bulletin,) = convert(
        warning("Erzgebirgskreis", ("EMMA_ID", "DE343"), severity=severity, headline="Storm")
    )
    stored = StoredBulletin(**vars(bulletin), id=1)
    renderer = BulletinRenderer(catalog(), reader())

    html = renderer.render(stored, RenderOptions("en", None, detail), NOW).html

    level = {"Moderate": "yellow", "Extreme": "red"}[severity]
    assert "Storm" in html
    assert f"Erzgebirgskreis\nLevel: {level}\nIn force until: 20:00" in html
    assert "in:" not in html


def test_a_list_of_many_areas_is_kept_whole() -> None:
    names = [f"County number {number}" for number in range(60)]

    (bulletin,) = convert(warning(", ".join(names)))

    assert ", ".join(bulletin.regions) == ", ".join(names)
    assert max(map(len, bulletin.regions)) <= 200


async def test_entries_of_a_feed_that_name_no_place_belong_to_its_region(
    sqlite: Database,
) -> None:
    pipeline = pipeline_with(sqlite, "Poland", "Gdansk", "Lviv")
    item = Bulletin(
        source="news", key="1", title="Trains are late", regions=("in:Poland",), received_at=NOW
    )
    placed = replace(item, key="2", title="Trains from Lviv are late")

    assert reached(await pipeline.ingest(item)) == {1: True}
    assert reached(await pipeline.ingest(placed)) == {3: False}


def test_codes_are_stored_beside_the_areas() -> None:
    stored = json.loads(json.dumps(convert(warning("Lombardia", ("EMMA_ID", "IT003")))[0].regions))

    assert stored == ["Lombardia", "emma:IT003"]
