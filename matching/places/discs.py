"""Discs on the earth: distances between points and circles, on the sphere.

Points are unit vectors, so that poles and the antimeridian are nothing special. Distances are whole
metres: the last digits of a float depend on how many points are compared together.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from matching.text.reading import Point

Floats: TypeAlias = NDArray[np.float64]
Metres: TypeAlias = NDArray[np.int64]

EARTH_RADIUS_KM = 6371.0088
_FAR = np.iinfo(np.int64).max
_CACHE_SIZE = 64  # sets of points; one of an area has hundreds


def to_vectors(latitudes: Iterable[float], longitudes: Iterable[float]) -> Floats:
    """Return points in degrees as rows of unit vectors."""
    latitude, longitude = np.radians([*latitudes]), np.radians([*longitudes])
    cosines = np.cos(latitude)
    return np.stack(
        (cosines * np.cos(longitude), cosines * np.sin(longitude), np.sin(latitude)), axis=-1
    )


def distance_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the distance of two points in degrees."""
    start, end = to_vectors(*zip(first, strict=True)), to_vectors(*zip(second, strict=True))
    return float(_angles(end @ start[0])[0]) * EARTH_RADIUS_KM


class Discs:
    """Points with what lies around them."""

    def __init__(self, points: Sequence[Point]) -> None:
        """Convert the points, grouped by their extent."""
        by_extent: dict[float, list[Point]] = {}
        for point in points:
            by_extent.setdefault(point.extent_km, []).append(point)
        self._groups = [
            (extent, to_vectors([p.latitude for p in group], [p.longitude for p in group]))
            for extent, group in by_extent.items()
        ]

    def metres_from(self, centres: Floats, limit_km: float) -> Metres:
        """Return the distance of each centre (a unit vector) to the nearest disc.

        Beyond the limit any distance above it.
        """
        nearest = np.full(len(centres), _FAR)
        for extent, vectors in self._groups:
            cosines = (centres @ vectors.T).max(axis=1)
            angle = min((limit_km + extent + 1) / EARTH_RADIUS_KM, math.pi)
            close = np.flatnonzero(cosines >= math.cos(angle))
            km = _angles(cosines[close]) * EARTH_RADIUS_KM - extent
            metres = np.rint(np.maximum(km, 0) * 1000).astype(np.int64)
            nearest[close] = np.minimum(nearest[close], metres)
        return nearest


@functools.lru_cache(maxsize=_CACHE_SIZE)
def discs_of(points: tuple[Point, ...]) -> Discs:
    """Return the discs of these points."""
    return Discs(points)


def is_within(
    latitude: float, longitude: float, radius_km: float, points: tuple[Point, ...]
) -> bool:
    """Return whether one of the points lies, with its extent, in a circle."""
    if not points:
        return False
    centre = to_vectors((latitude,), (longitude,))
    return bool(discs_of(points).metres_from(centre, radius_km)[0] <= radius_km * 1000)


def nearest_km(latitude: float, longitude: float, points: tuple[Point, ...]) -> float:
    """Return the distance of a position, in degrees, to the nearest of one or more points."""
    centre = to_vectors((latitude,), (longitude,))
    return float(discs_of(points).metres_from(centre, math.inf)[0]) / 1000


def _angles(cosines: Floats) -> Floats:
    angles: Floats = np.arccos(np.clip(cosines, -1, 1))
    return angles
