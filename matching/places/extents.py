"""Extents: the points of a region, from which distances are measured.

A settlement is one point with the radius of its built-up area. An area is a sample of the
settlements inside it, each with the gap to the next one, so that the discs cover the area: the
gazetteer has no borders. A village without coordinates is the area that it lies in.
"""

import functools
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from matching.places.discs import EARTH_RADIUS_KM, to_vectors
from matching.places.gazetteer import Gazetteer
from matching.places.region import HOME_COUNTRY, Region
from matching.steps import Steps
from matching.text.reading import Point

_SETTLEMENT_KINDS = frozenset(("city", "town", "village", "district"))
_INHABITANTS_PER_KM2 = 3_500  # of a city: Kyiv, of 839 square kilometres, has 16 km by this
_MAX_SAMPLES = 512  # of an area, for the time of one comparison with all circles
# Gap in km around a settlement that is the only one known in its area, by the area's kind.
_LONELY_GAPS = {
    "hromada": 10.0,
    "district": 5.0,
    "village": 10.0,
    "town": 10.0,
    "region": 60.0,
    "country": 100.0,
}
_USUAL_GAP = 30.0
_MIN_GAP, _MAX_GAP = 5.0, 300.0
_GAP_PER_MEDIAN = 2.5  # of the distances to the nearest settlement: covers points spread at random
# Some villages of Ukraine have the coordinates of a namesake: they lie far from all others. A city
# far away is none of them: Slavutych lies outside its oblast.
_OUTLIER_PER_MEDIAN, _MIN_OUTLIER_KM = 4.0, 40.0


class Extents:
    """Points of each region of a gazetteer; computed at the first need."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        """Load the coordinates of all settlements."""
        self._gazetteer = gazetteer
        settlements = [row for row in gazetteer.coordinates() if row[1] in _SETTLEMENT_KINDS]
        self._coordinates = {code: (lat, lon) for code, _, lat, lon in settlements}
        self._cities = frozenset(code for code, kind, _, _ in settlements if kind == "city")
        self._points: dict[str, tuple[Point, ...]] = {}
        self._subject_points: dict[str, tuple[Point, ...]] = {}

    def points(self, codes: Iterable[str], affected: Iterable[str]) -> tuple[Point, ...]:
        """Return the points of regions below the first level, and of regions an alert affects."""
        parts = [self._points_of_subject(code) for code in sorted(codes)]
        parts += [self._points_of(code) for code in sorted(affected)]
        return parts[0] if len(parts) == 1 else tuple(dict.fromkeys(chain(*parts)))

    def points_in_steps(
        self, codes: Collection[str], affected: Collection[str]
    ) -> Steps[tuple[Point, ...]]:
        """Do what `points` does, in steps: a region that is asked for the first time takes long."""
        for code in codes:
            self._points_of_subject(code)
            yield
        for code in affected:
            self._points_of(code)
            yield
        return self.points(codes, affected)

    def _points_of_subject(self, code: str) -> tuple[Point, ...]:
        points = self._subject_points.get(code)
        if points is None:
            is_first_level = self._is_first_level_or_group(code)
            points = () if is_first_level else self._points_of(code)
            self._subject_points[code] = points
        return points

    def _is_first_level_or_group(self, code: str) -> bool:
        region = self._gazetteer.get(code)
        if region is None or region.kind == "group":
            return True
        # A province inside an Italian region, or a county of England, is below the first level.
        return self._gazetteer.is_first_level(code)

    def _points_of(self, code: str) -> tuple[Point, ...]:
        points = self._points.get(code)
        if points is None:
            points = self._points[code] = tuple(self._compute(code))
        return points

    def _compute(self, code: str) -> Iterable[Point]:
        region = self._gazetteer.get(code)
        if region is None:
            return ()
        if region.latitude is None or region.longitude is None:
            position = None
        else:
            position = (region.latitude, region.longitude)
        if position and region.kind in _SETTLEMENT_KINDS:
            return (Point(*position, _radius(region), code),)
        inside = [*self._settlements_inside(code)]
        if inside:
            return _sample(inside, _LONELY_GAPS.get(region.kind, _USUAL_GAP), self._cities)
        if position:
            return (Point(*position, _LONELY_GAPS.get(region.kind, _USUAL_GAP), code),)
        if region.parent is None or self._is_first_level_or_group(region.parent):
            return ()
        return (point._replace(code=code) for point in self._points_of(region.parent))

    def _settlements_inside(self, code: str) -> Iterator[Point]:
        for inner in sorted(self._gazetteer.subtree(code) & self._coordinates.keys()):
            yield Point(*self._coordinates[inner], 0.0, inner)


@functools.lru_cache(maxsize=2)
def extents_of(gazetteer: Gazetteer) -> Extents:
    """Return the extents of a gazetteer: to load them takes a fifth of a second."""
    return Extents(gazetteer)


def _radius(region: Region) -> float:
    """Return the radius of a settlement in whole kilometres, estimated from its population."""
    return float(int(math.sqrt(region.population / _INHABITANTS_PER_KM2 / math.pi)))


def _sample(points: Sequence[Point], lonely_gap: float, cities: Collection[str]) -> Iterator[Point]:
    """Yield at most _MAX_SAMPLES of the points, with the gap between them as their extent."""
    if len(points) == 1:
        yield points[0]._replace(extent_km=lonely_gap)
        return
    if len(points) > _MAX_SAMPLES:
        yield from _thin_out(points)
        return
    vectors = to_vectors([p.latitude for p in points], [p.longitude for p in points])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    distances = np.arccos(np.clip(cosines.max(axis=1), -1, 1)) * EARTH_RADIUS_KM
    median = float(np.median(distances))
    gap = min(max(float(math.ceil(_GAP_PER_MEDIAN * median)), _MIN_GAP), _MAX_GAP)
    farthest = max(_OUTLIER_PER_MEDIAN * median, _MIN_OUTLIER_KM)
    for point, distance in zip(points, distances.tolist(), strict=True):
        is_foreign = not point.code.startswith(HOME_COUNTRY)
        if distance <= farthest or is_foreign or point.code in cities:
            yield point._replace(extent_km=gap)


def _thin_out(points: Sequence[Point]) -> Iterator[Point]:
    """Yield one point of each cell of a grid, with the cell's diagonal as its extent."""
    size = 0.05  # degrees
    samples: dict[tuple[int, int], Point] = {}
    while not 0 < len(samples) <= _MAX_SAMPLES:
        size *= 1.2
        samples = {_cell(point, size): point for point in points}
    diagonal = math.ceil(math.radians(size) * EARTH_RADIUS_KM * math.sqrt(2))
    for point in samples.values():
        yield point._replace(extent_km=float(diagonal))


def _cell(point: Point, size: float) -> tuple[int, int]:
    scale = math.cos(math.radians(point.latitude))
    return math.floor(point.latitude / size), math.floor(point.longitude * scale / size)
