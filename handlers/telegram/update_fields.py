"""Fields of Telegram's updates, read leniently: a field of a wrong type counts as absent.

Telegram adds fields and types without notice, servers of older versions leave fields out, and
python-telegram-bot refuses the whole update for one such field, also if nobody needs it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Fields = Mapping[str, Any]
"""A JSON object of the Bot API."""

_MAX_ID = 2**63
_NOTHING: Fields = {}


def object_field(parent: Fields, name: str) -> Fields:
    """Return the object in a field; an empty one if there is none."""
    value = parent.get(name)
    return value if isinstance(value, dict) else _NOTHING


def objects_field(parent: Fields, name: str) -> Sequence[Fields]:
    """Return the objects in a field that holds a list."""
    value = parent.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_field(parent: Fields, name: str) -> str:
    """Return the text in a field, or an empty one."""
    value = parent.get(name)
    return value if isinstance(value, str) else ""


def id_field(parent: Fields, name: str) -> int | None:
    """Return the number in a field if it is one that the database can hold, else None."""
    value = parent.get(name)
    return value if type(value) is int and abs(value) < _MAX_ID else None


def time_field(parent: Fields, name: str) -> datetime | None:
    """Return the time that a field holds in seconds since 1970; None for 0 or an invalid one."""
    try:
        seconds = id_field(parent, name)
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def coordinates(location: Fields) -> tuple[float, float] | None:
    """Return the latitude and longitude of a location in degrees; None if it has none."""
    latitude = _degrees(location.get("latitude"), 90)
    longitude = _degrees(location.get("longitude"), 180)
    return None if latitude is None or longitude is None else (latitude, longitude)


def first_entity(text: str, entities: Sequence[Fields], kind: str) -> str:
    """Return the first part of a text that has an entity of this kind, or "".

    Entities count in UTF-16 units.
    """
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        start, length = id_field(entity, "offset"), id_field(entity, "length")
        if entity.get("type") == kind and start is not None and length is not None and start >= 0:
            part = units[2 * start : 2 * (start + max(length, 0))]
            return part.decode("utf-16-le", "replace")
    return ""


def _degrees(value: object, limit: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= limit else None
