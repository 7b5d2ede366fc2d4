"""Areas of warnings: words for their kind, names in their own script, and codes below a country.

Such areas were placed in the city of their name or nowhere: their warnings reached nobody there.
"""

import pytest
from support.shared_resources import gazetteer

from bot.sources.adapters.cap.alert import Area
from bot.sources.adapters.cap.area_references import geocode_references
from matching.places.areas import AreaResolver, Placement, somewhere_in


def place(name: str, country: str = "", geocodes: tuple[tuple[str, str], ...] = ()) -> Placement:
    hints = [somewhere_in(country)] if country else []
    references = [name, *geocode_references([Area(name, geocodes)]), *hints]
    return AreaResolver(gazetteer()).resolve(references)


@pytest.mark.parametrize(
    ("name", "country", "code"),
    [
        ("Kanton Zürich", "CH", "CH-ZH"),
        ("canton de Genève", "CH", "CH-GE"),
        ("Provincia Autonoma di Bolzano", "IT", "IT-BZ"),
        ("Región de Murcia", "ES", "ES-MC"),
        ("Comunidad de Madrid", "ES", "ES-MD"),
        ("Comunidad Foral de Navarra", "ES", "ES-NC"),
        ("woj. śląskie", "PL", "PL-24"),
        ("Județul Cluj", "RO", "RO-CJ"),
        ("Pest vármegye", "HU", "HU-PE"),
        ("Estado de México", "MX", "MX-MEX"),
        ("Provence-Alpes-Côte d'Azur", "FR", "FR-PAC"),
        ("Höfuðborgarsvæðið", "IS", "IS-1"),
        ("Guadeloupe", "FR", "GP"),
        ("Κρήτη", "GR", "GR-M"),
        ("東京都", "JP", "JP-13"),
        ("서울특별시", "KR", "KR-11"),
    ],
)
def test_a_word_for_a_region_means_the_region(name: str, country: str, code: str) -> None:
    assert place(name, country).codes == (code,)


@pytest.mark.parametrize(
    ("name", "country", "city"),
    [
        ("Città Metropolitana di Milano", "IT", "Milan"),
        ("Freie Hansestadt Bremen", "DE", "Bremen"),
        ("Freie und Hansestadt Hamburg", "DE", "Hamburg"),
        ("Hlavní město Praha", "CZ", "Prague"),
        ("powiat m. Gdańsk", "PL", "Gdansk"),
        ("powiat Warszawa", "PL", "Warsaw"),
        ("Greater London", "GB", "London"),
        ("Greater Sydney", "AU", "Sydney"),
        ("Região Metropolitana de São Paulo", "BR", "São Paulo"),
    ],
)
def test_a_word_for_a_city_means_the_city(name: str, country: str, city: str) -> None:
    wanted = next(r.code for r in gazetteer().find(city) if r.kind == "city")
    assert place(name, country).codes == (wanted,)


@pytest.mark.parametrize(
    ("name", "value", "container"),
    [
        ("EMMA_ID", "PL1217", "PL-12"),
        ("EMMA_ID", "PL2204", "PL-22"),
        ("TERYT", "1605", "PL-16"),
    ],
)
def test_a_powiat_without_a_place_lies_in_its_voivodeship(
    name: str, value: str, container: str
) -> None:
    placement = place("powiat nieznany", "PL", ((name, value),))
    assert (placement.codes, placement.containers) == ((), (container,))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SAME", "009120", "US-09001"),
        ("UGC", "CTC110", "US-09003"),
        ("SAME", "009001", "US-09001"),
        ("NUTS2", "FR10", "FR-IDF"),
        ("NUTS2", "CH04", "CH-ZH"),
        ("NUTS1", "DED0", "DE-SN"),
    ],
)
def test_a_planning_region_and_a_code_with_zeros_are_regions(
    name: str, value: str, code: str
) -> None:
    assert place("x", "", ((name, value),)).codes == (code,)


@pytest.mark.parametrize("same", ["036061", "036047", "036005"])
def test_a_county_of_new_york_reaches_who_follows_the_city(same: str) -> None:
    (city,) = [r for r in gazetteer().find("New York") if r.code == "gn:5128581"]
    assert place("x", "", (("SAME", same),)).codes == (f"US-{same[1:]}", city.code)


@pytest.mark.parametrize(
    ("city", "county"),
    [
        ("Bridgeport", "US-09001"),
        ("Port Saint Lucie", "US-12111"),
        ("Duluth", "US-27137"),
        ("South Bend", "US-18141"),
        ("San Juan", "US-72127"),
        ("Ponce", "US-72113"),
    ],
)
def test_a_city_lies_in_its_county_whatever_the_spelling(city: str, county: str) -> None:
    inside = [r for r in gazetteer().find(city) if county in gazetteer().ancestors(r.code)]
    assert [region.kind for region in inside] == ["city"]


def test_a_region_abroad_does_not_hide_a_city_as_large() -> None:
    assert gazetteer().find("Bari")[0].parent == "IT-BA"
    assert gazetteer().find("Buenos Aires")[0].code == "AR-B"
    assert gazetteer().find("Ontario")[0].code == "CA-ON"
    assert gazetteer().find("Camden")[0].code == "GB-CMD"
