"""Regions of the world: their names, parents, points and zones, and when a text means them."""

import pytest
from support.shared_resources import gazetteer, reader

from matching.places.lookup import suggest

GAZETTEER = gazetteer()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Tuscany", "IT-52"),
        ("Toscana", "IT-52"),
        ("Тоскана", "IT-52"),
        ("тоскана", "IT-52"),
        ("Bayern", "DE-BY"),
        ("Baviera", "DE-BY"),
        ("Баварія", "DE-BY"),
        ("Sassonia", "DE-SN"),
        ("Mazowieckie", "PL-14"),
        ("Lublin Voivodeship", "PL-06"),
        ("Люблінське воєводство", "PL-06"),
        ("Texas", "US-TX"),
        ("Техас", "US-TX"),
        ("Harris County, TX", "US-48201"),
        ("Harris County TX", "US-48201"),
        ("Harris County, Texas", "US-48201"),
        ("Harris County, Georgia", "US-13145"),
        ("Cook County", "US-17031"),
        ("Ontario", "CA-ON"),
        ("Catalogna", "ES-CT"),
        ("Каталонія", "ES-CT"),
        ("Sicilia", "IT-82"),
        ("Сицилія", "IT-82"),
        ("Delta", "NG-DE"),
        ("Kent", "GB-KEN"),
        ("Zürich Canton", "CH-ZH"),
        ("Georgia", "GE"),
    ],
)
def test_a_region_is_found_by_its_names(name: str, code: str) -> None:
    assert GAZETTEER.find(name)[0].code == code


@pytest.mark.parametrize("name", ["Madrid", "Zürich", "Lublin", "Salzburg", "Prague", "Florence"])
def test_a_city_goes_before_the_region_that_is_named_after_it(name: str) -> None:
    city = GAZETTEER.find(name)[0]

    assert city.kind == "city"
    assert any(GAZETTEER.region(code).kind == "region" for code in GAZETTEER.ancestors(city.code))


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("IT-FI", "IT-52"),
        ("FR-59", "FR-HDF"),
        ("ES-M", "ES-MD"),
        ("BE-VAN", "BE-VLG"),
        ("GB-KEN", "GB-ENG"),
        ("US-48201", "US-TX"),
        ("US-72127", "PR"),
    ],
)
def test_a_region_lies_in_its_parent(code: str, parent: str) -> None:
    assert GAZETTEER.region(code).parent == parent


@pytest.mark.parametrize(
    ("city", "region"),
    [
        ("Florence", "IT-52"),
        ("Milan", "IT-25"),
        ("Munich", "DE-BY"),
        ("Dresden", "DE-SN"),
        ("Houston", "US-48201"),
        ("Perugia", "IT-55"),
        ("Gdansk", "PL-22"),
        ("Lille", "FR-59"),
        ("Barcelona", "ES-CT"),
        ("Toronto", "CA-ON"),
        ("Mumbai", "IN-MH"),
        ("Kyoto", "JP-26"),
        ("Glasgow", "GB-GLG"),
    ],
)
def test_a_city_lies_in_its_region(city: str, region: str) -> None:
    assert region in GAZETTEER.ancestors(GAZETTEER.find(city)[0].code)


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("US-TX", "America/Chicago"),
        ("US-48141", "America/Denver"),
        ("US-FL", "America/New_York"),
        ("IT-52", "Europe/Rome"),
        ("AU-WA", "Australia/Perth"),
        ("ES-CN", "Atlantic/Canary"),
        ("RU-KGD", "Europe/Kaliningrad"),
    ],
)
def test_the_zone_of_a_region_is_that_of_most_of_its_people(code: str, zone: str) -> None:
    assert GAZETTEER.zone(code) == zone


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("IT-52", 43.5, 11.0),
        ("US-48201", 29.86, -95.39),
        ("UA46000000000026241", 49.7, 24.0),
    ],
)
def test_a_region_has_a_point(code: str, latitude: float, longitude: float) -> None:
    region = GAZETTEER.region(code)

    assert region.latitude == pytest.approx(latitude, abs=0.3)
    assert region.longitude == pytest.approx(longitude, abs=0.3)


def test_regions_of_all_countries_are_there() -> None:
    regions = [region for region in GAZETTEER if region.kind == "region"]
    counties = [region for region in GAZETTEER if region.kind == "county"]

    assert len(regions) > 4_900
    assert len(counties) > 3_200
    assert len({region.code[:2] for region in regions}) > 195
    assert all(GAZETTEER.get(region.parent or "") for region in (*regions, *counties))


def test_no_two_regions_of_a_country_share_a_translated_name() -> None:
    names: dict[tuple[str, str, str], set[str]] = {}
    for region in GAZETTEER:
        if region.kind == "region" and region.names.get("uk"):
            country = region.code[:2]
            names.setdefault((country, "uk", region.names["uk"]), set()).add(region.code)
    shared = {key: codes for key, codes in names.items() if len(codes) > 1}
    unrelated = [
        codes
        for codes in shared.values()
        if len({GAZETTEER.region(code).names["en"] for code in codes}) > 1
        and not any(set(GAZETTEER.ancestors(code)) & codes for code in codes)
    ]

    assert unrelated == []


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("US-48201", "Harris County, Texas"),
        ("IT-52", "Tuscany"),
        ("US-TX", "Texas"),
        ("CH-ZH", "Zürich Canton"),
    ],
)
def test_a_title_tells_a_region_from_its_namesakes(code: str, title: str) -> None:
    assert GAZETTEER.title(code, "en") == title


def test_a_misspelt_region_is_suggested() -> None:
    assert suggest("Tuscani", GAZETTEER)[0].code == "IT-52"
    assert suggest("Calfornia", GAZETTEER)[0].code == "US-CA"


def mentions(text: str) -> set[str]:
    return {mention.code for mention in reader().read("", text).mentions}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wildfires spread across Tuscany on Monday.", "IT-52"),
        ("Повінь у Тоскані забрала життя двох людей.", "IT-52"),
        ("Наводнение в Баварии.", "DE-BY"),
        ("Alluvione in Baviera, due dispersi.", "DE-BY"),
        ("Storm warning for Delta State in the evening.", "NG-DE"),
        ("Officials in Nigeria said that Delta was flooded.", "NG-DE"),
        ("Flooding in Harris County, Texas, has closed roads.", "US-48201"),
        ("Аварія сталася у Люблінському воєводстві.", "PL-06"),
        ("The province of Bari was hit by hail.", "IT-BA"),
    ],
)
def test_a_text_means_a_region(text: str, code: str) -> None:
    assert code in mentions(text)


@pytest.mark.parametrize(
    "text",
    [
        "Centre for Disease Control warns of flu.",
        "He was reading in the bar.",
        "Reading is good for children, and so is the Nord Stream story.",
        "Male patients were moved to the Delta ward.",
        "The Power County of our dreams.",
        "The Bar opened at nine. South of it, the Eastern wing burnt.",
        "Підрозділ «Центр» і група «Північ» відбили атаку.",
        "Войска группировки Центр и Юг.",
    ],
)
def test_a_word_that_is_also_a_region_is_no_mention(text: str) -> None:
    kinds = {GAZETTEER.region(code).kind for code in mentions(text)}

    assert kinds.isdisjoint({"region", "county", "district"})


PODIL = "Подільський район"


def parent_of(code: str) -> str:
    return GAZETTEER.name(GAZETTEER.region(code).parent or "", "en")


@pytest.mark.parametrize(
    ("text", "parent"),
    [
        (f"Київ, {PODIL}: пожежа на складі.", "Kyiv"),
        ("У Києві в Подільському районі пролунав вибух.", "Kyiv"),
        (f"{PODIL}: загроза дронів.", "Odesa Oblast"),
        ("Одеська область, Подільський район: дрони. Київ готується.", "Odesa Oblast"),
        ("Харків, Шевченківський район: влучання.", "Kharkiv"),
        ("В Харькове, в Шевченковском районе, прилёт.", "Kharkiv"),
    ],
)
def test_a_district_beside_its_city_is_told_from_a_raion(text: str, parent: str) -> None:
    units = [c for c in mentions(text) if GAZETTEER.region(c).kind in {"district", "raion"}]

    assert [parent_of(code) for code in units] == [parent]


def test_a_district_alone_is_offered_after_the_raion() -> None:
    kinds = [region.kind for region in GAZETTEER.find(PODIL)]

    assert kinds[0] == "raion"
    assert "district" in kinds
    assert GAZETTEER.find(f"{PODIL}, Київ")[0].kind == "district"
