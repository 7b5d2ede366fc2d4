"""Shapes of warnings: the largest regions inside stand for what they contain."""

import numpy as np
import pytest
from support.shared_resources import gazetteer

from matching.places.areas import AreaResolver
from matching.places.shapes import distances

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
    assert list(placement.codes) == expected_codes(*circle)[:150]
    assert len(placement.codes) > 1
