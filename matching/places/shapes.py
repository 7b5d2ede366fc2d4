"""Shapes of areas: polygons and circles of warnings, as references of bounded length.

`polygon:LAT,LON LAT,LON ...` and `circle:LAT,LON RADIUS`, in degrees and km.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

_POLYGON, _CIRCLE = "polygon:", "circle:"
_PAIR = re.compile(r"(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)")
_RADIUS = re.compile(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_MAX_VERTICES = 48
_MAX_READ_VERTICES = 20_000
_DECIMALS = 2  # of degrees: a kilometre
_KM_PER_DEGREE = 111.2
_FIRST_TOLERANCE = 0.01  # degrees
_MAX_RADIUS = 5_000.0  # km
_FULL_TURN = 360.0

Point = tuple[float, float]  # latitude and longitude, degrees
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """Polygon, or circle around its only vertex."""

    vertices: tuple[Point, ...]
    radius: float = 0.0  # km

    @cached_property
    def centre(self) -> Point:
        """The middle of the extent."""
        latitudes, longitudes = zip(*self.vertices, strict=True)
        return (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2

    @cached_property
    def size(self) -> float:
        """Distance from the centre to the farthest point, km."""
        latitudes, longitudes = (np.array(values) for values in zip(*self.vertices, strict=True))
        return self.radius or float(distances(self.centre, latitudes, longitudes).max())

    def contains(self, latitudes: Floats, longitudes: Floats) -> npt.NDArray[np.bool_]:
        """Return for each point whether it lies inside."""
        if len(self.vertices) < 3:
            return distances(self.centre, latitudes, longitudes) <= self.radius
        # Relative to the centre a shape does not cross the 180th meridian.
        middle = self.centre[1]
        x = (longitudes - middle + 180) % _FULL_TURN - 180
        inside = np.zeros(len(x), dtype=np.bool_)
        for (y1, x1), (y2, x2) in zip(
            self.vertices, (*self.vertices[1:], self.vertices[0]), strict=True
        ):
            if y1 == y2:
                continue
            is_between = (y1 > latitudes) != (y2 > latitudes)
            crossing = (x2 - x1) * (latitudes - y1) / (y2 - y1) + x1 - middle
            inside ^= is_between & (x < crossing)
        return inside


def distances(point: Point, latitudes: Floats, longitudes: Floats) -> Floats:
    """Return the distances from a point in km, on a plane: exact enough for some hundred km."""
    latitude, longitude = point
    x = (longitudes - longitude + 180) % _FULL_TURN - 180
    scale = math.cos(math.radians(latitude))
    return np.hypot(latitudes - latitude, x * scale) * _KM_PER_DEGREE


def polygon_reference(text: str) -> str:
    """Return the reference for a CAP polygon, with fewer vertices; "" if it is none."""
    vertices = _without_jumps(_read_points(text))
    if vertices and vertices[0] == vertices[-1]:
        vertices = vertices[:-1]
    if len(vertices) < 3:
        return ""
    tolerance = _FIRST_TOLERANCE
    simple = list(dict.fromkeys(vertices))
    while len(simple) > _MAX_VERTICES:
        simple = _simplify(vertices, tolerance)
        tolerance *= 2
    return _POLYGON + " ".join(f"{lat:g},{lon:g}" for lat, lon in simple)


def circle_reference(text: str) -> str:
    """Return the reference for a CAP circle; "" if it is none."""
    points = _read_points(text)
    radius = _RADIUS.fullmatch(text.rsplit(maxsplit=1)[-1]) if text.split() else None
    if len(points) != 1 or radius is None:
        return ""
    (latitude, longitude), km = points[0], min(float(radius.group()), _MAX_RADIUS)
    return f"{_CIRCLE}{latitude:g},{longitude:g} {km:g}"


def is_shape_reference(text: str) -> bool:
    """Return whether a text is a reference of polygon_reference() or circle_reference()."""
    return text.startswith((_POLYGON, _CIRCLE)) and parse_shape(text) is not None


def parse_shape(reference: str) -> Shape | None:
    """Return the shape of a reference, or None."""
    points = tuple(_without_jumps(_read_points(reference)))
    if reference.startswith(_POLYGON):
        return Shape(points) if len(points) > 2 else None
    radius = _RADIUS.fullmatch(reference.rpartition(" ")[2])
    if len(points) != 1 or radius is None:
        return None
    return Shape(points, min(float(radius.group()), _MAX_RADIUS))


def _read_points(text: str) -> list[Point]:
    points = []
    for count, match in enumerate(_PAIR.finditer(text)):
        latitude, longitude = float(match[1]), float(match[2])
        if count >= _MAX_READ_VERTICES or abs(latitude) > 90 or abs(longitude) > _FULL_TURN:
            return []
        points.append((round(latitude, _DECIMALS), round(longitude, _DECIMALS)))
    return points


def _without_jumps(points: Sequence[Point]) -> list[Point]:
    """Return the points with longitudes that do not jump at the 180th meridian."""
    if all(abs(longitude) == _FULL_TURN / 2 for _, longitude in points):
        return list(points)  # around the whole earth, not a line at the 180th meridian
    first = points[0][1]
    return [
        (latitude, round((longitude - first + 180) % _FULL_TURN - 180 + first, _DECIMALS))
        for latitude, longitude in points
    ]


def _simplify(points: Sequence[Point], tolerance: float) -> list[Point]:
    """Return the vertices that matter (Douglas-Peucker); tolerance in degrees."""
    middle = len(points) // 2
    halves = [(0, middle), (middle, len(points) - 1)]
    kept = {0, middle, len(points) - 1}
    while halves:
        first, last = halves.pop()
        if last - first < 2:
            continue
        offsets = [_offset(points[first], points[last], p) for p in points[first + 1 : last]]
        farthest = max(range(len(offsets)), key=offsets.__getitem__)
        if offsets[farthest] > tolerance:
            position = first + 1 + farthest
            kept.add(position)
            halves += [(first, position), (position, last)]
    return _unique(points[position] for position in sorted(kept))


def _unique(points: Iterable[Point]) -> list[Point]:
    return list(dict.fromkeys(points))


def _offset(start: Point, end: Point, point: Point) -> float:
    """Return the distance of a point from a line, in degrees."""
    (y1, x1), (y2, x2), (y, x) = start, end, point
    length = math.hypot(y2 - y1, x2 - x1)
    if not length:
        return math.hypot(y - y1, x - x1)
    return abs((y2 - y1) * (x - x1) - (x2 - x1) * (y - y1)) / length
