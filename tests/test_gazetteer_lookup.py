"""The place a person means by a name written somehow, by its title, or by where they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared_resources import gazetteer

from matching.places.lookup import nearest, suggest

GAZETTEER = gazetteer()


def titles(name: str) -> list[str]:
    return [GAZETTEER.title(region.code, "en") for region in suggest(name, GAZETTEER)]


@pytest.mark.parametrize(
    ("written", "place"),
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
def test_a_misspelt_or_transliterated_name_is_understood(written: str, place: str) -> None:
    assert suggest(written, GAZETTEER)[0].names["en"] == place


def test_an_ambiguous_name_offers_its_bearers_likeliest_first_and_at_most_six() -> None:
    assert titles("Миколаїв")[:3] == [
        "Mykolaiv, Mykolaiv Oblast",
        "Mykolaiv, Lviv Oblast",
        "Mykolaiv Oblast",
    ]
    assert len(titles("Миколаївка")) == 6
    assert len(suggest("Миколаївка", GAZETTEER, 3)) == 3


def test_what_is_like_no_name_suggests_nothing() -> None:
    assert suggest("qqqqqqqqqqqqqqqqqqqqqqqq", GAZETTEER) == ()
    assert suggest("", GAZETTEER) == ()


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_may_be_looked_for(name: str) -> None:
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
def test_a_title_tells_a_place_from_its_namesakes(name: str, title: str) -> None:
    assert GAZETTEER.title(GAZETTEER.find(name)[0].code, "en") == title


def test_a_village_is_told_by_its_raion_and_oblast_in_the_readers_language() -> None:
    village = GAZETTEER.find("Калинівка, Броварський район")[0]
    assert GAZETTEER.title(village.code, "uk").endswith(", Броварський район, Київська область")


def test_the_title_of_an_unknown_code_is_the_code() -> None:
    assert GAZETTEER.title("nowhere", "en") == "nowhere"


@pytest.mark.parametrize(
    ("written", "name"),
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
def test_what_a_source_calls_a_region_is_resolved(written: str, name: str) -> None:
    region = GAZETTEER.resolve(written)
    assert region
    assert region.names["en"] == name


@pytest.mark.parametrize("written", ["", "nowhere", "77777", "територіальна громада", "\ud800"])
def test_what_is_no_region_is_not_resolved(written: str) -> None:
    assert GAZETTEER.resolve(written) is None


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
    near, around = nearest(latitude, longitude, GAZETTEER)
    assert near
    assert near.names["en"] == city
    assert (around.names["en"] if around else None) == raion


@pytest.mark.parametrize("point", [(0.0, -30.0), (90.0, 0.0), (-90.0, 180.0)])
def test_at_sea_there_is_neither(point: tuple[float, float]) -> None:
    assert nearest(*point, GAZETTEER) == (None, None)
