"""Gazetteer look-ups: fuzzy names, titles, references of sources, and reverse geocoding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared_resources import gazetteer

from matching.places.lookup import nearest, suggest

GAZETTEER = gazetteer()


def titles(name: str) -> list[str]:
    return [GAZETTEER.title(region.code, "en") for region in suggest(name, GAZETTEER)]


@pytest.mark.parametrize(
    ("misspelling", "place"),
    [
        ("Khakriv", "Kharkiv"),
        ("Harkiv", "Kharkiv"),
        ("Мелитопль", "Melitopol"),
        ("kropivnicki", "Kropyvnytskyi"),
        ("zaporozhe", "Zaporizhzhia"),
        ("Lvow", "Lviv"),
        ("Odesaa", "Odesa"),
        ("Ивано Франковск", "Ivano-Frankivsk"),
        ("Krivoy Roh", "Kryvyi Rih"),
        ("Dnepropetrowsk", "Dnipro"),
        ("чернигоф", "Chernihiv"),
        ("Варшва", "Warsaw"),
        ("ternopol'", "Ternopil"),
        ("Slovakja", "Slovakia"),
        ("Германя", "Germany"),
        ("Харкивска область", "Kharkiv Oblast"),
    ],
)
def test_a_misspelt_or_transliterated_name_is_suggested(misspelling: str, place: str) -> None:
    assert suggest(misspelling, GAZETTEER)[0].names["en"] == place


def test_an_ambiguous_name_suggests_at_most_six_referents_likeliest_first() -> None:
    assert titles("Миколаїв")[:3] == [
        "Mykolaiv, Mykolaiv Oblast",
        "Mykolaiv, Lviv Oblast",
        "Mykolaiv Oblast",
    ]
    assert len(titles("Миколаївка")) == 6
    assert len(suggest("Миколаївка", GAZETTEER, 3)) == 3


def test_a_text_that_resembles_no_name_suggests_nothing() -> None:
    assert suggest("qqqqqqqqqqqqqqqqqqqqqqqq", GAZETTEER) == ()
    assert suggest("", GAZETTEER) == ()


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_looked_up(name: str) -> None:
    assert len(suggest(name, GAZETTEER)) <= 6


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Kyiv", "Kyiv"),
        ("Mykolaiv, Lviv Oblast", "Mykolaiv, Lviv Oblast"),
        ("Миколаївка Краматорського району", "Mykolaivka, Donetsk Oblast"),
        ("Kharkiv Oblast", "Kharkiv Oblast"),
        ("Ukraine", "Ukraine"),
    ],
)
def test_a_title_distinguishes_a_place_from_its_namesakes(name: str, title: str) -> None:
    assert GAZETTEER.title(GAZETTEER.find(name)[0].code, "en") == title


def test_the_title_of_a_village_has_its_raion_and_oblast_in_the_given_language() -> None:
    village = GAZETTEER.find("Калинівка, Броварський район")[0]
    assert GAZETTEER.title(village.code, "uk").endswith(", Броварський район, Київська область")


def test_the_title_of_an_unknown_code_is_the_code() -> None:
    assert GAZETTEER.title("nowhere", "en") == "nowhere"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("54", "Bakhmut Raion"),
        ("31", "Kyiv"),
        ("1293", "Kharkiv"),
        ("29", "Crimea"),
        ("9999", "Crimea"),
        ("UA63000000000041885", "Kharkiv Oblast"),
        ("PL", "Poland"),
        ("м. Київ", "Kyiv"),
        ("Харківська область", "Kharkiv Oblast"),
        ("Бахмутський район", "Bakhmut Raion"),
        ("Автономна Республіка Крим", "Crimea"),
        ("м. Харків та Харківська територіальна громада", "Kharkiv"),
        ("м. Вінниця та Вінницька територіальна громада", "Vinnytska Hromada"),
        ("Вороновицька територіальна громада", "Voronovytska Hromada"),
        ("Вороновицька селищна громада", "Voronovytska Hromada"),
    ],
)
def test_a_region_reference_of_a_source_is_resolved(reference: str, name: str) -> None:
    region = GAZETTEER.resolve(reference)
    assert region
    assert region.names["en"] == name


@pytest.mark.parametrize("reference", ["", "nowhere", "77777", "територіальна громада", "\ud800"])
def test_a_reference_to_no_region_is_not_resolved(reference: str) -> None:
    assert GAZETTEER.resolve(reference) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "city", "raion"),
    [
        (48.59, 38.0, "Bakhmut", "Bakhmut Raion"),
        (49.84, 24.03, "Lviv", "Lviv Raion"),
        (46.48, 30.72, "Odesa", "Odesa Raion"),
        (48.5, 34.0, "Vilnohirsk", "Kamianske Raion"),
        (50.45, 30.52, "Kyiv", None),
    ],
)
def test_a_point_has_its_nearest_city_and_its_raion(
    latitude: float, longitude: float, city: str, raion: str | None
) -> None:
    nearest_city, nearest_raion = nearest(latitude, longitude, GAZETTEER)
    assert nearest_city
    assert nearest_city.names["en"] == city
    assert (nearest_raion.names["en"] if nearest_raion else None) == raion


@pytest.mark.parametrize("point", [(0.0, -30.0), (90.0, 0.0), (-90.0, 180.0)])
def test_a_point_at_sea_has_no_city_and_no_raion(point: tuple[float, float]) -> None:
    assert nearest(*point, GAZETTEER) == (None, None)
