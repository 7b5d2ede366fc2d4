"""Distances in the index: circles found together equal the distance of each one alone."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.index_cases import READER, match_one_by_one, to_sets

from matching.index.index import Index, MatchMode
from matching.places.discs import EARTH_RADIUS_KM, distance_km, nearest_km
from matching.query.ast import And, NearTerm, Not, PropertyTerm, Query, Word, dump
from matching.query.evaluator import evaluate
from matching.text.reading import Point

LATITUDES = st.sampled_from([-90.0, -89.99, 0.0, 45.0, 89.99, 90.0]) | st.floats(-90, 90)
LONGITUDES = st.sampled_from([-180.0, -179.99, 0.0, 90.0, 179.99, 180.0]) | st.floats(-180, 180)
CIRCLES = st.builds(NearTerm, LATITUDES, LONGITUDES, st.integers(1, 500), st.just("here"))


@settings(max_examples=200)
@given(
    st.lists(CIRCLES, min_size=1, max_size=12),
    st.integers(0, 11),
    st.floats(-1, 1),
    st.floats(0, 2 * math.pi),
)
def test_points_near_the_edge_of_a_circle_match_like_the_evaluator(
    circles: list[NearTerm], chosen: int, offset_km: float, bearing: float
) -> None:
    circle = circles[chosen % len(circles)]
    point = destination(circle, circle.radius_km + offset_km, bearing)
    reading = READER.read("", "train", point=point)
    queries: list[Query] = [query for c in circles for query in (c, And((Word("train"), Not(c))))]
    entries = {n: (n, query, MatchMode.AUDIBLE) for n, query in enumerate(queries)}
    loaded, mutable = Index(), Index()
    loaded.load((n, n, dump(query), MatchMode.AUDIBLE) for n, query in enumerate(queries))
    for n, query in enumerate(queries):
        mutable.add(n, n, query, MatchMode.AUDIBLE)
    expected = match_one_by_one(entries, reading)
    assert to_sets(loaded.match(reading)) == expected
    assert to_sets(mutable.match(reading)) == expected
    if abs(offset_km) > 0.01:
        assert evaluate(circle, reading) is (offset_km < 0)


def destination(circle: NearTerm, km: float, bearing: float) -> tuple[float, float]:
    """Return the point at a distance and bearing from the centre of a circle."""
    latitude, longitude = math.radians(circle.latitude), math.radians(circle.longitude)
    angle = km / EARTH_RADIUS_KM
    sine = math.sin(latitude) * math.cos(angle) + (
        math.cos(latitude) * math.sin(angle) * math.cos(bearing)
    )
    end = math.asin(max(-1.0, min(1.0, sine)))
    east = math.sin(bearing) * math.sin(angle) * math.cos(latitude)
    north = math.cos(angle) - math.sin(latitude) * math.sin(end)
    return math.degrees(end), math.degrees(longitude + math.atan2(east, north))


@pytest.mark.parametrize(
    ("first", "second", "km"),
    [
        ((50.45, 30.52), (49.84, 24.03), 468),
        ((0.0, 179.5), (0.0, -179.5), 111),
        ((89.5, 0.0), (89.5, 180.0), 111),
        ((90.0, 0.0), (90.0, 123.0), 0),
        ((-90.0, 0.0), (90.0, 0.0), 20_015),
        ((45.0, 7.0), (45.0, 7.0), 0),
    ],
)
def test_a_distance_crosses_poles_and_the_antimeridian(
    first: tuple[float, float], second: tuple[float, float], km: float
) -> None:
    assert distance_km(first, second) == pytest.approx(km, abs=1)
    assert nearest_km(*first, (Point(*second),)) == pytest.approx(km, abs=1)


def test_a_bulletin_matches_the_circles_of_any_of_its_points() -> None:
    reading = READER.read("Kyiv and Lviv", "")
    index = Index()
    circles = {
        1: NearTerm(50.51, 30.79, 20, "here"),  # Brovary
        2: NearTerm(49.9, 24.1, 20, "here"),
        3: NearTerm(48.46, 35.05, 20, "here"),  # Dnipro
    }
    index.load((n, n, dump(circle), MatchMode.AUDIBLE) for n, circle in circles.items())
    assert set(index.match(reading).audible) == {1, 2}
    index.remove(1)
    index.add(4, 4, circles[1], MatchMode.SILENT)
    rebuild = index.start_rebuild()
    rebuild.finish()
    index.apply_rebuild(rebuild)
    assert to_sets(index.match(reading)) == (set(), {2}, {4}, set())


def test_many_circles_of_few_centres_and_a_whole_country_match_like_the_evaluator() -> None:
    random = np.random.default_rng(7)
    centres = random.uniform((44, 22), (53, 41), (200, 2)).round(2).tolist()
    queries: list[Query] = []
    for number in range(3_000):
        latitude, longitude = centres[int(random.integers(200))]
        circle = NearTerm(latitude, longitude, int(random.integers(1, 501)), "here")
        bound = PropertyTerm("level", ">=", int(random.integers(4)))
        queries.append((circle, And((circle, bound)), And((Word("train"), circle)))[number % 3])
    index = Index()
    half = len(queries) // 2
    index.load((n, n, dump(q), MatchMode.AUDIBLE) for n, q in enumerate(queries[:half]))
    index.load(
        (half + n, half + n, dump(q), MatchMode.AUDIBLE) for n, q in enumerate(queries[half:])
    )
    readings = [
        READER.read("Train", "Kharkiv, Izium", point=None),
        READER.read("Train", "", point=(50.45, 30.52), measures={"level": 2}),
        READER.read("Air alert throughout Ukraine", "train"),
        READER.read("Air alert in Kharkiv Oblast", ""),
        READER.read("Nothing", ""),
    ]
    counts = []
    for reading in (*readings, *readings):  # the second time from the cache
        expected = {n for n, query in enumerate(queries) if evaluate(query, reading)}
        assert set(index.match(reading).audible) == expected
        counts.append(len(expected))
    assert counts[2] > counts[3] > counts[4] == 0


def test_circles_and_bounds_leave_the_mutable_layer_when_removed() -> None:
    index = Index()
    reading = READER.read("", "Kyiv", measures={"magnitude": 5})
    circle, bound = NearTerm(50.45, 30.52, 5, "here"), PropertyTerm("magnitude", ">=", 4.5)
    same_circle = NearTerm(50.45, 30.52, 5, "saved:1")
    queries: tuple[Query, ...] = (circle, same_circle, bound)
    for number, query in enumerate(queries):
        index.add(number, number, query, MatchMode.AUDIBLE)
    assert set(index.match(reading).audible) == {0, 1, 2}
    index.remove(0)
    index.remove(2)
    assert set(index.match(reading).audible) == {1}
    index.add(3, 3, bound, MatchMode.AUDIBLE)
    assert set(index.match(reading).audible) == {1, 3}
