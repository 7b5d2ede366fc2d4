"""Spatial index: the regions and cities inside a polygon or a circle.

The gazetteer has points, no borders. A region counts as inside if its point lies inside and with it
enough of its cities; then it stands for them.
"""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from matching.places.gazetteer import Gazetteer
from matching.places.shapes import Shape, distances, parse_shape

_UNIT_KINDS = frozenset(("oblast", "region", "raion", "county"))
_KINDS = _UNIT_KINDS | {"city"}
_MIN_SHARE = 0.5  # of the cities of a county or raion
_MIN_SHARE_OF_MAJOR = 0.9  # of those of a first-level region
_MAX_PLACES = 400  # of one shape; a state of the USA has up to 254 counties
_CACHE_SIZE = 512  # shapes


class SpatialIndex:
    """Points of regions and cities."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        rows = [row for row in gazetteer.coordinates() if row[1] in _KINDS]
        self._codes = [code for code, *_ in rows]
        ranges = [gazetteer.preorder_range(code) for code in self._codes]
        # Of each one: the position after its subtree. In preorder the inside follows at once.
        self._ends = np.searchsorted([r.start for r in ranges], [r.stop for r in ranges])
        self._is_city = np.array([kind == "city" for _, kind, _, _ in rows], dtype=np.bool_)
        self._latitudes = np.array([row[2] for row in rows], dtype=np.float64)
        self._longitudes = np.array([row[3] for row in rows], dtype=np.float64)
        self.find = functools.lru_cache(_CACHE_SIZE)(self._find)

    def _find(self, reference: str) -> tuple[str, ...]:
        """Return the codes of what lies in the shape of a reference, else of what is nearest.

        Nothing if nothing lies within the shape's size.
        """
        shape = parse_shape(reference)
        if shape is None or not self._codes:
            return ()
        inside = self._inside(shape)
        if not inside.any():
            return self._nearest(shape)
        return self._condense(inside)

    def _inside(self, shape: Shape) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        near = distances(shape.centre, self._latitudes, self._longitudes) <= shape.size * 1.5 + 1
        (positions,) = np.nonzero(near)
        inside = np.zeros(len(self._codes), dtype=np.bool_)
        inside[positions] = shape.contains(self._latitudes[positions], self._longitudes[positions])
        return inside

    def _nearest(self, shape: Shape) -> tuple[str, ...]:
        away = distances(shape.centre, self._latitudes, self._longitudes)
        away[~self._is_city] = np.inf
        nearest = int(np.argmin(away))
        return (self._codes[nearest],) if away[nearest] <= shape.size else ()

    def _condense(self, inside: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> tuple[str, ...]:
        """Return the largest regions that lie inside, and the cities in none of them."""
        city_counts = np.concatenate(([0], np.cumsum(self._is_city)))
        inside_counts = np.concatenate(([0], np.cumsum(self._is_city & inside)))
        chosen: list[str] = []
        covered_to = 0
        for position in np.flatnonzero(inside).tolist():
            if position < covered_to:
                continue
            end = self._ends[position]
            cities = city_counts[end] - city_counts[position]
            cities_inside = inside_counts[end] - inside_counts[position]
            code = self._codes[position]
            if self._is_city[position] or cities_inside >= cities * self._min_share(code):
                chosen.append(code)
                covered_to = end
        for is_outer in (self._is_directly_in_country, self._is_country):
            if len(chosen) > _MAX_PLACES:
                chosen = self._merge(chosen, is_outer)
        return tuple(chosen)

    def _merge(self, chosen: list[str], is_outer: Callable[[str], bool]) -> list[str]:
        """Replace places by the regions around them, as many as needed: nobody inside is lost.

        Those go first of which most has been chosen, so the fewest outside are warned.
        """
        by_outer: dict[str, list[str]] = {}
        for code in chosen:
            outer = next(filter(is_outer, (code, *self._gazetteer.ancestors(code))), code)
            by_outer.setdefault(outer, []).append(code)
        count = len(chosen)
        merged: set[str] = set()
        for outer in sorted(by_outer, key=lambda code: -self._share(code, by_outer[code])):
            if count <= _MAX_PLACES:
                break
            merged.add(outer)
            count -= len(by_outer[outer]) - 1
        return [
            code
            for outer, codes in by_outer.items()
            for code in ([outer] if outer in merged else codes)
        ]

    def _share(self, outer: str, parts: Sequence[str]) -> float:
        """Return how much of a region its parts are."""
        sizes = [self._gazetteer.preorder_range(code) for code in parts]
        return sum(map(len, sizes)) / max(len(self._gazetteer.preorder_range(outer)), 1)

    def _is_country(self, code: str) -> bool:
        return self._gazetteer.region(code).kind == "country"

    def _min_share(self, code: str) -> float:
        return _MIN_SHARE_OF_MAJOR if self._is_directly_in_country(code) else _MIN_SHARE

    def _is_directly_in_country(self, code: str) -> bool:
        region = self._gazetteer.region(code)
        parent = self._gazetteer.get(region.parent) if region.parent else None
        return parent is not None and parent.kind == "country"


@functools.lru_cache(maxsize=1)
def spatial_index(gazetteer: Gazetteer) -> SpatialIndex:
    """Return the index of a gazetteer; the first call takes some 0.2 s."""
    return SpatialIndex(gazetteer)
