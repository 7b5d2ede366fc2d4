"""USGS parser: earthquakes of a GeoJSON summary. Pure.

Format: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.sources.adapters.disasters.quake import (
    Quake,
    quake_title,
    valid_depth,
    valid_magnitude,
    valid_point,
)
from bot.sources.core.errors import Unusable
from bot.sources.parsing.lenient_json import (
    as_line,
    as_number,
    as_object,
    as_objects,
    from_unix_milliseconds,
    parse_number,
    read_json,
)
from bot.sources.parsing.node_limit import MAX_JSON_VALUES, check_entry_count
from bot.sources.parsing.page_parser import page_parser
from bot.web_address import web_address_or_none


@page_parser
def parse_quakes(body: bytes) -> list[Quake]:
    """Return the quakes of a summary, oldest first, without those that were withdrawn.

    Raises Unusable.
    """
    document = as_object(read_json(body, MAX_JSON_VALUES))
    features = [document] if document.get("type") == "Feature" else document.get("features")
    if not isinstance(features, list):
        raise Unusable("has no list of earthquakes")
    check_entry_count(len(features))
    quakes = [_quake(feature) for feature in as_objects(features) if not _is_withdrawn(feature)]
    if features and not any(map(_has_id, as_objects(features))):
        raise Unusable("has no readable earthquake")
    valid = (quake for quake in quakes if quake.ids and quake.title)
    return sorted(valid, key=lambda quake: (quake.occurred_at is not None, quake.occurred_at))


def _has_id(feature: Mapping[str, Any]) -> bool:
    properties = as_object(feature.get("properties"))
    return any(_ids(as_line(feature.get("id")), as_line(properties.get("ids"))))


def _is_withdrawn(feature: Mapping[str, Any]) -> bool:
    """Return True if it is no earthquake after all: its network has deleted it."""
    return as_line(as_object(feature.get("properties")).get("status")).lower() == "deleted"


def _quake(feature: Mapping[str, Any]) -> Quake:
    properties = as_object(feature.get("properties"))
    ids = tuple(_ids(as_line(feature.get("id")), as_line(properties.get("ids"))))
    longitude, latitude, depth = _coordinates(as_object(feature.get("geometry")))
    latitude, longitude = valid_point(latitude, longitude)
    return Quake(
        ids=ids,
        title=_title(properties, ids),
        magnitude=_magnitude(properties.get("mag")),
        alert=as_line(properties.get("alert")).lower(),
        has_tsunami_flag=properties.get("tsunami") == 1,
        depth_km=valid_depth(depth),
        url=web_address_or_none(as_line(properties.get("url"))),
        occurred_at=from_unix_milliseconds(properties.get("time")),
        updated_at=from_unix_milliseconds(properties.get("updated")),
        latitude=latitude,
        longitude=longitude,
        kind=as_line(properties.get("type")),
    )


def _title(properties: Mapping[str, Any], ids: Collection[str]) -> str:
    """Return the title for people; USGS composes one of its id if it knows nothing else."""
    magnitude, place = _magnitude(properties.get("mag")), as_line(properties.get("place"))
    given = as_line(properties.get("title"))
    if place in ids:
        place = ""
    if magnitude is not None and given and not any(id_ in given for id_ in ids):
        return given
    return quake_title(magnitude, place)


def _magnitude(value: object) -> float | None:
    """Return the magnitude; other agencies with the format of USGS give it as text."""
    return valid_magnitude(parse_number(value) if isinstance(value, str) else as_number(value))


def _ids(preferred: str, joined: str) -> Iterator[str]:
    """Return the preferred id and those in `,us7000abcd,at00xyz,`."""
    return iter(dict.fromkeys(filter(None, (preferred, *joined.split(",")))))


def _coordinates(geometry: Mapping[str, Any]) -> Sequence[float | None]:
    """Return longitude, latitude (degrees) and depth (km), None for what is missing."""
    listed = geometry.get("coordinates")
    values = listed if isinstance(listed, list) else []
    return [as_number(value) for value in (*values[:3], None, None, None)][:3]
