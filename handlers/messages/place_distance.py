"""Distance line: how far, and where, a bulletin is from a place that its reader follows.

A bulletin is where its source says, else at its only place, if that is a settlement.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from handlers.text.html import Html
from handlers.text.i18n import Catalog, Translator
from matching.places.discs import distance_km
from matching.places.gazetteer import Gazetteer
from matching.query.ast import HERE, NearTerm
from storage.inbound.bulletins import Bulletin, Kind

_SETTLEMENT_KINDS = frozenset(("city", "town", "village", "district"))
_DIRECTIONS = 8  # north, northeast and so on, as numbers in the texts


class FollowedCircle(NamedTuple):
    """Circle of a reader's subscription."""

    circle: NearTerm
    name: str | None  # of a saved place; None: of a region or the shared location


class DistanceRenderer:
    """Renderer of distances."""

    def __init__(self, catalog: Catalog, gazetteer: Gazetteer) -> None:
        self._catalog = catalog
        self._gazetteer = gazetteer

    def render(self, bulletin: Bulletin, followed: Sequence[FollowedCircle], language: str) -> Html:
        """Render the distance from the nearest circle around the bulletin; empty without one."""
        target = self._find_point(bulletin)
        if target is None:
            return Html()
        measured = [
            (distance_km((f.circle.latitude, f.circle.longitude), target), f) for f in followed
        ]
        around = [(distance, f) for distance, f in measured if distance <= f.circle.radius_km]
        if not around:
            return Html()
        distance, (circle, name) = min(around, key=lambda pair: pair[0])
        translator = self._catalog.translator(language)
        if circle.reference == HERE:
            return _describe(circle, distance, target, None, translator)
        if name is None and self._gazetteer.get(circle.reference):
            name = self._gazetteer.name(circle.reference, translator.language)
        if name is None or (distance < 1 and circle.reference in bulletin.regions):
            return Html()
        return _describe(circle, distance, target, name, translator)

    def _find_point(self, bulletin: Bulletin) -> tuple[float, float] | None:
        if bulletin.latitude is not None and bulletin.longitude is not None:
            return bulletin.latitude, bulletin.longitude
        if len(bulletin.regions) != 1:
            return None
        region = self._gazetteer.resolve(bulletin.regions[0])
        if region is None or region.kind not in _SETTLEMENT_KINDS or region.latitude is None:
            return None
        return None if region.longitude is None else (region.latitude, region.longitude)


def can_have_distance(bulletin: Bulletin) -> bool:
    """Return whether a bulletin may have a position. An alert for an area has none."""
    has_place = len(bulletin.regions) == 1 and bulletin.kind is not Kind.ALERT
    return bulletin.latitude is not None or has_place


def _describe(
    circle: NearTerm,
    distance: float,
    target: tuple[float, float],
    name: str | None,
    translator: Translator,
) -> Html:
    """Describe a distance from a place; with a name of None from the shared location."""
    if distance < 1:
        if name is None:
            return translator.html("distance-at-here")
        return translator.html("distance-at", place=name)
    direction = _direction((circle.latitude, circle.longitude), target)
    kilometres = round(distance)
    if name is None:
        return translator.html("distance-here", distance=kilometres, direction=direction)
    return translator.html("distance", distance=kilometres, direction=direction, place=name)


def _direction(start: tuple[float, float], end: tuple[float, float]) -> int:
    """Return the direction from one point to another: 0 is north, 2 east (initial bearing)."""
    latitude, other_latitude = math.radians(start[0]), math.radians(end[0])
    turn = math.radians(end[1] - start[1])
    east = math.sin(turn) * math.cos(other_latitude)
    north = math.cos(latitude) * math.sin(other_latitude) - math.sin(latitude) * math.cos(
        other_latitude
    ) * math.cos(turn)
    return round(math.atan2(east, north) / math.tau * _DIRECTIONS) % _DIRECTIONS
