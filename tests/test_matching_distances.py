"""Points and properties of readings: what distances are measured from, and what levels count."""

from typing import Any

import pytest
from support.conversation_driver import NOW
from support.shared_resources import gazetteer, reader, topics

from alerts.classification import read_bulletin
from alerts.extraction import exclude, restrict_to, widen_to
from matching.places.extents import extents_of
from matching.query.evaluator import evaluate, find_unmet_parts, highlight
from matching.query.parser import parse
from matching.reader import Reading
from matching.text.reading import Point
from matching.topics.topic import Topic
from storage.inbound.bulletins import Bulletin, Kind, Phase

GAZETTEER = gazetteer()
READER = reader()


def code(name: str) -> str:
    return GAZETTEER.find(name)[0].code


def matches(query: str, reading: Reading) -> bool:
    return evaluate(parse(query, GAZETTEER, topics()).query, reading)


def read(title: str, text: str = "", **fields: Any) -> Reading:
    bulletin = Bulletin(source="blog", key="k", title=title, text=text, received_at=NOW, **fields)
    return read_bulletin(READER, bulletin)


def test_a_point_of_the_source_goes_before_the_places_of_the_text() -> None:
    reading = READER.read("Quake felt in Rome and Kyiv", "", point=(45.46, 9.19))
    assert reading.points == (Point(45.46, 9.19),)
    assert reading.own_point == Point(45.46, 9.19)
    assert matches("Milan +5km", reading)
    assert not matches("Rome +50km", reading)


@pytest.mark.parametrize(
    ("query", "is_match"),
    [
        ("Brovary +10km", True),
        ("Brovary +1km", False),
        ("Kyiv +1km", True),
        ("Bila Tserkva +50km", False),
        ("Bila Tserkva +80km", True),
        ("Lviv +300km", False),
    ],
)
def test_news_of_a_city_is_measured_from_its_edge(query: str, is_match: bool) -> None:  # noqa: FBT001
    """A person at the edge of Kyiv is 16 km from its centre."""
    assert matches(query, READER.read("Explosion in Kyiv", "")) is is_match


def test_an_alert_for_an_area_reaches_everything_inside() -> None:
    alert = READER.read("Air alert in Kharkiv Oblast", "")
    inside = GAZETTEER.subtree(code("Kharkiv Oblast"))
    cities = [r for r in map(GAZETTEER.region, inside) if r.kind == "city" and r.latitude]
    assert len(cities) > 10
    for city in cities:
        assert matches(f'in:"{city.code}" +1km', alert), city.names["en"]
    assert not matches("Kyiv +50km", alert)
    assert not matches("Lviv +100km", alert)


def test_an_alert_for_the_whole_country_reaches_every_city() -> None:
    alert = READER.read("Air alert throughout Ukraine", "")
    for name in ("Lviv", "Odesa", "Izium", "Uzhhorod", "Chernihiv"):
        assert matches(f"{name} +1km", alert)
    assert not matches("Warsaw +50km", alert)


def test_news_about_a_region_or_country_has_no_points() -> None:
    assert READER.read("Elections in Kharkiv Oblast", "Ukraine votes").points == ()


def test_news_about_a_district_is_measured_from_its_towns() -> None:
    reading = READER.read("Harvest in Bucha Raion", "")
    assert matches("Bucha +5km", reading)
    assert not matches("Lviv +50km", reading)


def test_a_village_without_coordinates_lies_in_its_district() -> None:
    villages = [r for r in GAZETTEER if r.kind == "village" and r.latitude is None][:300]
    extents = extents_of(GAZETTEER)
    located = [r for r in villages if extents.points([r.code], ())]
    assert len(located) > 200
    for village in located:
        assert {point.code for point in extents.points([village.code], ())} == {village.code}


def test_a_point_in_a_negated_circle_excludes_the_bulletin() -> None:
    assert not matches("explosion NOT Kyiv +20km", READER.read("Explosion in Kyiv", ""))
    assert matches("explosion NOT Kyiv +20km", READER.read("Explosion in Lviv", ""))
    assert matches("explosion NOT Kyiv +20km", READER.read("Explosion", ""))


def test_the_restricted_reading_of_an_alert_has_the_points_of_its_regions() -> None:
    reading = read(
        "Air alert", kind=Kind.ALERT, phase=Phase.ACTIVE, regions=("Kharkiv Oblast", "Lviv Oblast")
    )
    kharkiv, izium = code("Kharkiv Oblast"), code("Izium Raion")
    assert matches("Izium +1km", reading)
    assert matches("Lviv +1km", reading)
    restricted = restrict_to(reading, kharkiv)
    assert matches("Izium +1km", restricted)
    assert not matches("Lviv +1km", restricted)
    remainder = exclude(reading, kharkiv, [GAZETTEER.subtree(izium)])
    assert matches("Kharkiv +1km", remainder)
    assert widen_to(reading, kharkiv, ()).points == ()


def test_the_restricted_reading_keeps_the_point_of_the_source() -> None:
    reading = read(
        "Air alert",
        phase=Phase.ACTIVE,
        regions=("Kharkiv Oblast", "Lviv Oblast"),
        latitude=49.99,
        longitude=36.23,
    )
    restricted = restrict_to(reading, code("Lviv Oblast"))
    assert restricted.own_point == reading.own_point == Point(49.99, 36.23)
    codes = {point.code for point in restricted.points[1:]}
    assert code("Lviv") in codes  # an air alert is on in its whole area
    assert code("Kharkiv") not in codes


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"title": "Air raid alert in Kyiv"}, 3),
        ({"title": "The air raid alert in Kyiv is over"}, None),
        ({"title": "Concert in Kyiv"}, None),
        ({"title": "Storm", "phase": Phase.WARNING}, None),
        ({"title": "Storm", "phase": Phase.WARNING, "level": "orange"}, 2),
        ({"title": "Storm", "phase": Phase.ACTIVE}, 3),
        ({"title": "Storm", "phase": Phase.UPDATE, "level": "yellow"}, 1),
        ({"title": "Storm", "phase": Phase.CLEAR}, None),
        ({"title": "Storm", "phase": Phase.ACTIVE, "level": "awareness"}, 3),
        ({"title": "Storm", "kind": Kind.ALERT}, 3),
        ({"title": "Storm", "level": "GREEN"}, 0),
    ],
)
def test_an_active_alert_without_a_level_counts_as_red(
    fields: dict[str, Any], level: int | None
) -> None:
    assert read(**fields).measures.get("level") == level


@pytest.mark.parametrize(
    ("magnitude", "query", "is_match"),
    [
        (4.5, "magnitude>=4.5", True),
        (4.4, "magnitude>=4.5", False),
        (5.0, "magnitude>5", False),
        (5.1, "magnitude>5", True),
        (6.0, "magnitude=6", True),
        (6.1, "magnitude=6", False),
        (10.7, "magnitude>=9", True),
        (-0.4, "magnitude<=1", True),
        (None, "magnitude>=0", False),
        (None, "quake NOT magnitude>=4", True),
    ],
)
def test_a_bound_compares_with_the_value_of_the_bulletin(
    magnitude: float | None,
    query: str,
    is_match: bool,  # noqa: FBT001
) -> None:
    assert matches(query, read("Quake", magnitude=magnitude)) is is_match


def test_values_are_compared_as_they_are_shown() -> None:
    reading = READER.read("Quake", "", measures={"magnitude": 4.47, "depth": 29.6, "unknown": 1})
    assert reading.measures == {"magnitude": 4.5, "depth": 30}
    assert matches("magnitude=4.5 depth=30km", reading)
    assert READER.read("", "", measures={"magnitude": float("nan")}).measures == {}


def test_the_topic_of_an_operator_can_ask_for_a_value() -> None:
    with_strong = topics().with_topics([Topic("strong", "magnitude>=6 OR catastrophe")])
    strong_reader = type(READER)(GAZETTEER, with_strong)
    assert "strong" in strong_reader.read("Quake", "", measures={"magnitude": 6.2}).topics
    assert "strong" not in strong_reader.read("Quake", "", measures={"magnitude": 5.9}).topics


def test_the_places_inside_a_circle_are_highlighted() -> None:
    reading = READER.read("Explosion", "Brovary and Lviv")
    query = parse("Kyiv +30km", GAZETTEER, topics()).query
    assert [span for _, *span in highlight(query, reading)] == [[10, 17]]
    own = READER.read("Explosion in Kyiv", "", point=(50.45, 30.52))
    assert [span for _, *span in highlight(query, own)] == [[0, 0]]
    measured = parse("Kyiv +30km magnitude>=4", GAZETTEER, topics()).query
    assert find_unmet_parts(measured, own) == [parse("magnitude>=4", GAZETTEER, topics()).query]
