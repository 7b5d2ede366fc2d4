"""Gazetteer: completeness of the regions, their names and the containment tree."""

from collections import Counter
from zoneinfo import available_timezones

import pytest
from support.shared_resources import gazetteer

from matching.text.tokenizer import tokenize

GAZETTEER = gazetteer()


def code(name: str) -> str:
    return GAZETTEER.find(name)[0].code


def recognize(text: str) -> list[str]:
    toponyms = GAZETTEER.recognizer.recognize(tokenize(text))
    return [GAZETTEER.name(toponym.codes[0], "en") for toponym in toponyms]


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Kyiv", "Kiev|Київ|Киев|м. Київ"),
        ("Kharkiv", "Kharkov|Харків|Харьков|Charkiv"),
        ("Lviv", "Lvov|L'viv|Львів|Львов|Leopoli"),
        ("Mykolaiv", "Mykolayiv|Nikolaev|Nikolayev|Миколаїв|Николаев"),
        ("Kherson", "Cherson|Херсон"),
        ("Bakhmut", "Artemivsk|Artyomovsk|Бахмут|Артёмовск"),
        ("Zaporizhzhia", "Zaporizhia|Zaporozhye|Zaporizhzhya|Запоріжжя|Запорожье"),
        ("Dnipro", "Dnepr|Dnipropetrovsk|Дніпро|Днепр"),
        ("Odesa", "Odessa|Одеса|Одесса"),
        ("Chernihiv", "Chernigov|Чернігів|Чернигов"),
        ("Donbas", "Donbass|Донбас|Донбасс"),
        ("Crimea", "Крим|Крым"),
        ("Kaliningrad", "Калінінград|Калининград"),
        ("Transnistria", "Pridnestrovie|Придністров'я|Приднестровье"),
        ("Poland", "Польща|Польша|Polonia|Polish"),
        ("Moldova", "Молдова|Молдавия|Moldavia"),
        ("Belarus", "Білорусь|Беларусь|Белоруссия|Bielorussia"),
        ("Turkey", "Türkiye|Туреччина|Турция|Turchia"),
        ("Kharkiv Raion", "Харківський район|Харьковский район|Харьковский р-н"),
        ("Odesa Raion", "Одеський район|Одесский район"),
        ("Zaporizhzhia Raion", "Запорізький район|Запорожский район"),
        ("Homyel Oblast", "Гомельська область|Гомельская область|Gomel region"),
        ("Leningrad Oblast", "Ленинградская область|Ленобласть"),
        ("Cherepovets", "Череповець|Череповец"),
        ("Sakko i Vantsetti", "Sacco and Vanzetti|Сакко и Ванцетти|Sacco e Vanzetti"),
    ],
)
def test_a_place_is_found_by_its_spellings(name: str, spellings: str) -> None:
    for spelling in spellings.split("|"):
        assert GAZETTEER.name(code(spelling), "en") == name, spelling


def test_the_oblast_named_after_a_city_follows_the_city() -> None:
    assert [r.names["en"] for r in GAZETTEER.find("Kyiv")][:2] == ["Kyiv", "Kyiv Oblast"]
    titles = [GAZETTEER.title(r.code, "en") for r in GAZETTEER.find("Миколаїв")]
    assert titles[:3] == ["Mykolaiv, Mykolaiv Oblast", "Mykolaiv, Lviv Oblast", "Mykolaiv Oblast"]
    assert GAZETTEER.find("no such place") == ()


def test_the_ancestors_of_a_settlement_are_hromada_raion_oblast_group_and_country() -> None:
    ancestors = [GAZETTEER.name(c, "en") for c in GAZETTEER.ancestors(code("Sakko i Vantsetti"))]
    assert ancestors == [
        "Soledarska Hromada",
        "Bakhmut Raion",
        "Donetsk Oblast",
        "Donbas",
        "Ukraine",
    ]


def test_kyiv_does_not_lie_in_kyiv_oblast() -> None:
    assert GAZETTEER.ancestors(code("Kyiv")) == ("UA",)
    assert code("Kyiv") not in GAZETTEER.subtree(code("Kyiv Oblast"))
    assert code("Bucha") in GAZETTEER.subtree(code("Kyiv Oblast"))


def test_subtree_is_the_inverse_of_ancestors() -> None:
    sample = [*GAZETTEER.prominent_regions()][::20]
    for region in sample:
        for ancestor in GAZETTEER.ancestors(region.code):
            assert region.code in GAZETTEER.subtree(ancestor)
        for inner in GAZETTEER.subtree(region.code) - {region.code}:
            assert region.code in GAZETTEER.ancestors(inner)


def test_the_table_is_complete() -> None:
    kinds = Counter(region.kind for region in GAZETTEER if region.is_home)
    assert (kinds["oblast"], kinds["raion"], kinds["city"], kinds["hromada"]) == (
        25,
        136,
        463,
        1469,
    )
    assert kinds["town"] + kinds["village"] + kinds["city"] == 29_703
    zones = available_timezones()
    for region in GAZETTEER:
        assert region.parent is None or GAZETTEER.get(region.parent)
        assert region.kind == "country" or region.parent
        assert all(region.names.values())
        assert region.names["en"]
        assert "uk" in region.names or not region.is_home
        assert all(GAZETTEER.get(member) for member in region.members)
        assert region.zone is None or region.zone in zones


def test_every_place_a_bare_name_can_mean_is_found_by_its_name() -> None:
    for region in GAZETTEER.prominent_regions():
        if ", " not in region.names["en"]:
            assert region in GAZETTEER.find(region.names["en"])


def test_each_number_of_the_alert_services_is_one_region() -> None:
    uids = Counter(region.uid for region in GAZETTEER if region.uid)
    assert set(uids.values()) == {1}
    by_uid = {region.uid: region.names["en"] for region in GAZETTEER if region.uid}
    assert by_uid[54] == "Bakhmut Raion"
    assert by_uid[31] == "Kyiv"
    assert by_uid[14] == "Kyiv Oblast"
    assert by_uid[29] == "Crimea"
    assert by_uid[1801] == "Luhansk Raion"
    assert len(by_uid) == 25 + 4 + 126


def test_a_place_has_the_time_zone_of_its_container() -> None:
    assert GAZETTEER.zone(code("Bakhmut")) == "Europe/Kyiv"
    assert GAZETTEER.zone(code("Kaliningrad")) == "Europe/Kaliningrad"
    assert GAZETTEER.zone("US") == "America/New_York"
    assert GAZETTEER.zone("nowhere") is None


def test_names_fall_back_to_english_and_unknown_codes_to_themselves() -> None:
    assert GAZETTEER.name("PL", "uk") == "Польща"
    assert GAZETTEER.name("PL", "de") == "Poland"
    assert GAZETTEER.name("nowhere", "en") == "nowhere"
    assert GAZETTEER.get("nowhere") is None
    with pytest.raises(KeyError):
        GAZETTEER.region("nowhere")


def test_cities_of_ukraine_have_coordinates_in_ukraine() -> None:
    cities = [r for r in GAZETTEER if r.kind == "city" and "UA" in GAZETTEER.ancestors(r.code)]
    located = [r for r in cities if r.latitude is not None and r.longitude is not None]
    assert len(located) >= 455
    for region in located:
        assert region.latitude
        assert region.longitude
        assert 44 < region.latitude < 53
        assert 22 < region.longitude < 41


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("A flight crossed Polish airspace", ["Poland"]),
        ("Trains from Kiev to L’viv", ["Kyiv", "Lviv"]),
        ("The Kherson region and Kherson", ["Kherson Oblast", "Kherson"]),
        ("U.S. and UK officials told us", ["United States", "United Kingdom"]),
        ("in the village of Sacco and Vanzetti", ["Sakko i Vantsetti"]),
        ("#Київ #Одеса", ["Kyiv", "Odesa"]),
        (
            "a US-led, pro-Russian, Kyiv–Lviv, Polish-Ukrainian thing",
            ["United States", "Russia", "Kyiv", "Lviv", "Poland", "Ukraine"],
        ),
        ("in Ivano-Frankivsk", ["Ivano-Frankivsk"]),
        ("KHARKIV UNDER FIRE", ["Kharkiv"]),
        ("великі суми і рівне поле", []),
        ("a turkey in the oven and a van", []),
        ("Brazil nuts for Latin American cooks", []),
        ("Volodymyr met his neighbour", []),
        ("Того дня було тихо", []),
        ("JOIN US TODAY ALL", []),
        ("Kharkivite", []),
        ("Жовті Води", ["Zhovti Vody"]),
        ("жовті води", []),
    ],
)
def test_names_are_distinguished_from_ordinary_words(text: str, places: list[str]) -> None:
    assert recognize(text) == places
