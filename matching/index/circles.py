"""Circle table: finds the subscribed circles that contain a point of a reading.

The circles of one centre are adjacent, the smallest first, so those that reach a point are the end
of a range: one product of matrices and one binary search answer for all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.index.arrays import U32, Indices, concatenate_ranges, last_of_run
from matching.places.discs import Floats, discs_of, to_vectors
from matching.query.ast import NearTerm
from matching.text.reading import Point

_CACHE_SIZE = 64  # sets of points
_MIN_CACHED_POINTS = 16  # of an area; fewer are faster than the cache is large

_Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CircleTable:
    """Circles by centre, then by radius."""

    latitudes: Floats  # of each circle, degrees
    longitudes: Floats
    radii: U32  # kilometres
    terms: U32  # number of the term of each circle
    centres: Floats  # of each distinct centre: unit vectors
    ends: Indices  # of each centre's range of circles, exclusive
    order_keys: _Longs  # of each circle: its centre and its radius, ascending
    _cache: dict[tuple[Point, ...], U32] = field(default_factory=dict)

    def find(self, points: tuple[Point, ...]) -> U32:
        """Return the numbers of the terms of all circles that contain one of the points."""
        if not points or not len(self.terms):
            return self.terms[:0]
        terms = self._cache.get(points)
        if terms is None:
            terms = self._find(points)
            if len(points) >= _MIN_CACHED_POINTS:
                if len(self._cache) == _CACHE_SIZE:
                    self._cache.clear()
                self._cache[points] = terms
        return terms

    def _find(self, points: tuple[Point, ...]) -> U32:
        limit = int(self.radii.max())
        metres = discs_of(points).metres_from(self.centres, limit)
        close = np.flatnonzero(metres <= limit * 1000)
        least_radii = -(-metres[close] // 1000)
        starts = np.searchsorted(self.order_keys, _order_keys(close, least_radii))
        return self.terms[concatenate_ranges(starts, self.ends[close] - starts)]


def build_circles(latitudes: Floats, longitudes: Floats, radii: U32, terms: U32) -> CircleTable:
    """Build a table of circles in any order."""
    order = np.lexsort((radii, longitudes, latitudes))
    latitudes, longitudes, radii = latitudes[order], longitudes[order], radii[order]
    is_last = last_of_run(latitudes) | last_of_run(longitudes)
    centre: Indices = np.cumsum(is_last) - is_last
    return CircleTable(
        latitudes,
        longitudes,
        radii,
        terms[order],
        to_vectors(latitudes[is_last], longitudes[is_last]),
        np.flatnonzero(is_last) + 1,
        _order_keys(centre, radii),
    )


def build_circles_of(circles: Iterable[NearTerm]) -> CircleTable:
    """Build a table of a few circles, whose numbers are their positions."""
    terms = [*circles]
    return build_circles(
        np.array([term.latitude for term in terms], np.float64),
        np.array([term.longitude for term in terms], np.float64),
        np.array([term.radius_km for term in terms], np.uint32),
        np.arange(len(terms), dtype=np.uint32),
    )


def _order_keys(centres: NDArray[np.integer], radii: NDArray[np.integer]) -> _Longs:
    return centres.astype(np.int64) << 32 | radii.astype(np.int64)
