"""Shapes of warnings: the largest regions inside stand for what they contain."""

import numpy as np
import pytest
from support.shared_resources import gazetteer

from matching.places.areas import AreaResolver
from matching.places.shapes import distances, parse_shape, polygon_reference

GAZETTEER = gazetteer()
KINDS = frozenset(("oblast", "region", "raion", "county", "city"))
CIRCLES = [(49.0, 32.0, 80.0), (41.9, 12.5, 120.0), (31.0, -97.0, 150.0), (60.0, 25.0, 60.0)]


def expected_codes(latitude: float, longitude: float, radius: float) -> list[str]:
    """Return the codes by the definition, region by region."""
    rows = [row for row in GAZETTEER.coordinates() if row[1] in KINDS]
    latitudes, longitudes = (np.array([row[n] for row in rows], np.float64) for n in (2, 3))
    near = distances((latitude, longitude), latitudes, longitudes) <= radius
    inside = {row[0] for row, is_near in zip(rows, near.tolist(), strict=True) if is_near}
    cities = {code for code, kind, _, _ in rows if kind == "city"}
    codes: list[str] = []
    covered: set[str] = set()
    for code, kind, _, _ in rows:
        if code not in inside or code in covered:
            continue
        region = GAZETTEER.region(code)
        parent = GAZETTEER.get(region.parent) if region.parent else None
        share = 0.9 if parent and parent.kind == "country" else 0.5
        own = cities & GAZETTEER.subtree(code)
        if kind == "city" or len(own & inside) >= share * len(own):
            codes.append(code)
            covered |= GAZETTEER.subtree(code)
    return codes


@pytest.mark.parametrize("circle", CIRCLES, ids=str)
def test_the_regions_of_a_circle_are_those_of_the_definition(
    circle: tuple[float, float, float],
) -> None:
    latitude, longitude, radius = circle
    reference = f"circle:{latitude},{longitude} {radius}"
    placement = AreaResolver(GAZETTEER).resolve([reference])
    assert list(placement.codes) == expected_codes(*circle)
    assert len(placement.codes) > 1


BOXES = {
    "central USA": (31, -105, 47, -88),
    "half of Europe": (40, -5, 56, 30),
    "all around Ukraine": (44, 22, 53, 41),
    "Eurasia": (10, -10, 70, 150),
    "the earth": (-90, -180, 90, 180),
}


@pytest.mark.parametrize("name", BOXES)
def test_nobody_inside_a_large_polygon_is_left_out(name: str) -> None:
    """The first 150 places were kept, so two thirds of the cities in Europe heard nothing."""
    south, west, north, east = BOXES[name]
    text = f"{south},{west} {south},{east} {north},{east} {north},{west} {south},{west}"
    placement = AreaResolver(GAZETTEER).resolve([polygon_reference(text)])
    shape = parse_shape(polygon_reference(text))
    assert shape
    cities = [row for row in GAZETTEER.coordinates() if row[1] == "city"]
    latitudes, longitudes = (np.array([row[n] for row in cities], np.float64) for n in (2, 3))
    inside = shape.contains(latitudes, longitudes).tolist()
    codes = frozenset(placement.codes)
    covered = [not codes.isdisjoint((code, *GAZETTEER.ancestors(code))) for code, *_ in cities]
    lost = [row[0] for row, i, c in zip(cities, inside, covered, strict=True) if i and not c]
    outside = sum(c and not i for i, c in zip(inside, covered, strict=True))
    assert any(inside)
    assert lost == []
    assert len(codes) <= 400
    assert outside < sum(inside) / 3  # few others are warned
