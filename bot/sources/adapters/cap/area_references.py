"""Geocodes and shapes of CAP areas, as the references of `matching.places.areas`. Pure."""

from collections.abc import Iterable

from bot.sources.adapters.cap.alert import Area
from matching.places.geocodes import Geocodes
from matching.places.shapes import circle_reference, polygon_reference

_MAX_GEOCODES = 400  # of a warning; a state of the USA has up to 254 counties
_MAX_SHAPES = 20  # of a warning; the longest are the most detailed, so mostly the largest


def geocode_references(areas: Iterable[Area]) -> tuple[str, ...]:
    """Return the references of the areas' geocodes, each once."""
    geocodes = Geocodes.load()
    references = (
        reference
        for area in areas
        for name, value in area.geocodes
        for reference in geocodes.references(name, value)
    )
    return tuple(dict.fromkeys(references))[:_MAX_GEOCODES]


def shape_references(areas: Iterable[Area]) -> tuple[str, ...]:
    """Return the references of the areas' polygons and circles, each once."""
    items = list(areas)
    polygons = sorted({text for area in items for text in area.polygons}, key=len, reverse=True)
    circles = dict.fromkeys(text for area in items for text in area.circles)
    references = (
        *map(polygon_reference, polygons[:_MAX_SHAPES]),
        *map(circle_reference, list(circles)[:_MAX_SHAPES]),
    )
    return tuple(dict.fromkeys(filter(None, references)))
