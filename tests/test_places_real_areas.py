"""Areas of real warning services find their regions: by name, by code, by polygon and circle."""

import pytest
from support.shared_resources import gazetteer

from bot.sources.adapters.cap.alert import Area
from bot.sources.adapters.cap.area_references import geocode_references, shape_references
from matching.places.areas import AreaResolver, Placement, area_names, somewhere_in

Geocodes = tuple[tuple[str, str], ...]
HOUSTON, DRESDEN = "gn:4699066", "gn:2935022"


def place(
    description: str,
    geocodes: Geocodes = (),
    *,
    polygon: str = "",
    circle: str = "",
    country: str = "",
) -> Placement:
    area = Area(description, geocodes, (polygon,) if polygon else (), (circle,) if circle else ())
    names = [name.strip() for name in description.split(";") if name.strip()]
    hints = [somewhere_in(country)] if country else []
    references = [*names, *geocode_references([area]), *shape_references([area]), *hints]
    return AreaResolver(gazetteer()).resolve(references)


@pytest.mark.parametrize(
    ("description", "country", "codes"),
    [
        # Meteoalarm
        ("Toscana", "IT", ("IT-52",)),
        ("Umbria", "IT", ("IT-55",)),
        ("Lombardia", "IT", ("IT-25",)),
        ("Emilia-Romagna", "IT", ("IT-45",)),
        ("Valle d'Aosta", "IT", ("IT-23",)),
        ("Trentino-Alto Adige", "IT", ("IT-32",)),
        ("Friuli Venezia Giulia", "IT", ("IT-36",)),
        ("Sardegna", "IT", ("IT-88",)),
        ("Calabria; Sicilia; Puglia", "IT", ("IT-78", "IT-82", "IT-75")),
        ("Provincia di Grosseto", "IT", ("IT-GR",)),
        ("Mazowieckie", "PL", ("PL-14",)),
        ("mazowieckie", "PL", ("PL-14",)),
        ("Kujawsko-Pomorskie", "PL", ("PL-04",)),
        ("Warmińsko-Mazurskie", "PL", ("PL-28",)),
        ("województwo lubelskie", "PL", ("PL-06",)),
        ("Lublin Voivodeship", "", ("PL-06",)),
        ("Bayern", "DE", ("DE-BY",)),
        ("Freistaat Sachsen", "DE", ("DE-SN",)),
        ("Nordrhein-Westfalen", "DE", ("DE-NW",)),
        ("Baden-Württemberg", "DE", ("DE-BW",)),
        ("Stadt Dresden (Sachsen)", "DE", (DRESDEN,)),
        ("Cataluña", "ES", ("ES-CT",)),
        ("Andalucía", "ES", ("ES-AN",)),
        ("Comunidad Valenciana", "ES", ("ES-VC",)),
        ("Asturias", "ES", ("ES-AS",)),
        ("Castilla y León", "ES", ("ES-CL",)),
        ("Illes Balears", "ES", ("ES-IB",)),
        ("Île-de-France", "FR", ("FR-IDF",)),
        ("Bouches-du-Rhône", "FR", ("FR-13",)),
        ("Seine-et-Marne, Val-de-Marne", "FR", ("FR-77", "FR-94")),
        ("Nord", "FR", ("FR-59",)),
        ("Finistère", "FR", ("FR-29",)),
        ("Occitanie", "FR", ("FR-OCC",)),
        ("West-Vlaanderen", "BE", ("BE-VWV",)),
        ("Hainaut", "BE", ("BE-WHT",)),
        ("Tirol", "AT", ("AT-7",)),
        ("Niederösterreich", "AT", ("AT-3",)),
        # MeteoSwiss
        ("Ticino", "CH", ("CH-TI",)),
        ("Graubünden", "CH", ("CH-GR",)),
        ("Vaud / Valais", "CH", ("CH-VD", "CH-VS")),
        # Met Office
        ("Wales", "GB", ("GB-WLS",)),
        ("Kent", "GB", ("GB-KEN",)),
        ("Cornwall; Devon", "GB", ("GB-CON", "GB-DEV")),
        ("Northern Ireland", "GB", ("GB-NIR",)),
        # others
        ("Ontario", "CA", ("CA-ON",)),
        ("New South Wales", "AU", ("AU-NSW",)),
        ("Hokkaidō", "JP", ("JP-01",)),
        ("Jalisco", "MX", ("MX-JAL",)),
        ("Maharashtra", "IN", ("IN-MH",)),
        # NWS without codes
        ("Harris, TX; Fort Bend, TX", "", ("US-48201", "US-48157")),
        ("Orleans, LA", "", ("US-22071",)),
        ("Texas", "US", ("US-TX",)),
        ("Київська область", "UA", ("UA32000000000030281",)),
        ("UA-32", "", ("UA32000000000030281",)),
    ],
)
def test_a_named_area_is_its_region(description: str, country: str, codes: tuple[str, ...]) -> None:
    assert place(description, country=country).codes == codes


@pytest.mark.parametrize(
    ("description", "geocodes", "codes"),
    [
        ("Harris", (("SAME", "048201"), ("UGC", "TXC201")), ("US-48201",)),
        ("Houston", (("SAME", "048225"),), ("US-48225",)),
        ("Inland Harris", (("SAME", "048201"), ("UGC", "TXZ213")), ("US-48201",)),
        ("Lewis and Clark", (("FIPS6", "030049"), ("UGC", "MTZ014")), ("US-30049",)),
        ("Middlesex", (("FIPS6", "025017 033011"),), ("US-25017", "US-33011")),
        ("Texas", (("SAME", "048000"),), ("US-TX",)),
        ("Municipio", (("UGC", "PRC127"),), ("US-72127",)),
        ("NSW", (("ISO 3166-2", "AU-NSW"),), ("AU-NSW",)),
        ("x", (("http://www.iso.org/iso/country_codes.html", "IT-52"),), ("IT-52",)),
        ("x", (("ISO3166-2", "UA-46"),), ("UA46000000000026241",)),
        ("Sachsen", (("NUTS1", "DED"),), ("DE-SN",)),
        ("x", (("NUTS2", "ITI1"),), ("IT-52",)),
        ("x", (("AGS", "14000000"),), ("DE-SN",)),
        ("x", (("TERYT", "14"),), ("PL-14",)),
    ],
)
def test_an_exact_code_is_its_region(
    description: str, geocodes: Geocodes, codes: tuple[str, ...]
) -> None:
    assert place(description, geocodes).codes == codes


@pytest.mark.parametrize(
    ("description", "geocodes", "container"),
    [
        ("Nowhere", (("UGC", "TXZ213"),), "US-TX"),
        ("Nowhere", (("UGC", "PZZ530"),), "US"),
        ("Erzgebirgskreis", (("EMMA_ID", "DE343"), ("WARNCELLID", "114521000")), "DE-SN"),
        ("Schwarzwald-Baar-Kreis", (("WARNCELLID", "108326000"),), "DE-BW"),
        ("Flensburg bis Fehmarn", (("WARNCELLID", "501000006"),), "DE"),
        ("Oberharz", (("NUTS3", "DED43"),), "DE-SN"),
        ("Erzgebirge", (("AGS", "14521000"),), "DE-SN"),
        ("Erzgebirge", (("ARS", "145210000000"),), "DE-SN"),
        ("Podhale", (("NUTS3", "PL219"),), "PL-12"),
        ("Kampania", (("EMMA_ID", "IT003"),), "IT"),
        ("Fens", (("EMMA_ID", "UK001"),), "GB"),
        ("Attiki coast", (("NUTS2", "EL30"),), "GR-I"),
        ("Beauval", (("profile:CAP-CP:Location:0.3", "4718090"),), "CA-SK"),
    ],
)
def test_the_first_letters_of_a_code_name_what_contains_the_area(
    description: str, geocodes: Geocodes, container: str
) -> None:
    placement = place(description, geocodes)
    regions = {*placement.codes, *placement.containers}

    assert container in regions
    assert placement.codes in ((), (container,))


@pytest.mark.parametrize(
    ("description", "country", "container"),
    [("North East England", "GB", "GB-ENG"), ("Toscana Nord", "IT", "IT-52")],
)
def test_a_part_of_a_region_lies_in_it(description: str, country: str, container: str) -> None:
    placement = place(description, country=country)

    assert (placement.codes, placement.containers) == ((), (container,))


AROUND_DRESDEN = "51.2,13.5 51.2,14.0 50.9,14.0 50.9,13.5 51.2,13.5"


@pytest.mark.parametrize("description", ["", "Sachsen", "Elbtal"])
def test_a_polygon_decides_where_nothing_smaller_than_a_region_is_named(description: str) -> None:
    placement = place(description, (("WARNCELLID", "114612000"),), polygon=AROUND_DRESDEN)
    codes = placement.codes

    assert DRESDEN in codes
    assert all("DE-SN" in gazetteer().ancestors(code) for code in codes)


def test_a_named_city_goes_before_the_polygon() -> None:
    assert place("Dresden", polygon="48.2,11.4 48.2,11.8 48.0,11.8 48.0,11.4").codes == (DRESDEN,)


def test_a_polygon_around_a_whole_region_is_the_region() -> None:
    box = "36.4,12.1 38.5,12.1 38.5,15.66 36.4,15.66 36.4,12.1"

    assert "IT-82" in place("", polygon=box).codes


def test_a_polygon_around_counties_names_them() -> None:
    box = "30.2,-96.1 30.2,-94.8 29.4,-94.8 29.4,-96.1 30.2,-96.1"
    codes = place("Texas", polygon=box).codes

    assert "US-48201" in codes
    assert "US-TX" not in codes


def test_a_polygon_between_cities_is_the_nearest_within_its_size() -> None:
    small = "50.62,30.6 50.62,30.85 50.55,30.85 50.55,30.6 50.62,30.6"
    far = "0,-30 0,-29.9 0.1,-29.9 0,-30"

    assert len(place("", polygon=small).codes) >= 1
    assert place("", polygon=far).codes == ()


def test_a_circle_is_what_lies_within_its_radius() -> None:
    assert HOUSTON in place("", circle="29.76,-95.37 5").codes
    assert "US-48201" in place("", circle="29.76,-95.37 30").codes
    assert place("", circle="12.747,-88.783 0.0").codes == ()


def test_a_polygon_across_the_180th_meridian_is_not_half_the_world() -> None:
    codes = place("", polygon="-16,177 -16,-179 -19,-179 -19,177 -16,177").codes

    assert codes
    assert {gazetteer().ancestors(code)[-1] if len(code) > 2 else code for code in codes} == {"FJ"}


def test_codes_and_shapes_are_no_names_of_areas() -> None:
    area = Area("x", (("UGC", "TXC201"), ("NUTS3", "DED43")), (AROUND_DRESDEN,), ("1,2 3",))
    references = (*geocode_references([area]), *shape_references([area]), "in:DE")

    assert len(references) == 5
    assert area_names(("Toscana", *references, "Note: storm")) == ("Toscana", "Note: storm")


def test_a_polygon_of_thousands_of_points_stays_short() -> None:
    points = " ".join(f"{50 + (n % 7) / 1000 + n / 1000},{10 + n / 500}" for n in range(3000))
    (reference,) = shape_references([Area("x", polygons=(f"{points} 50,20 50,10",))])

    assert len(reference) < 1000
