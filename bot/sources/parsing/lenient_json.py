"""Lenient JSON: reads fields of untrusted JSON and returns an empty value for a wrong type.

Services add fields and change types without notice. Neither may silence a source.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.sources.core.errors import Unusable
from bot.sources.parsing.iso_time import parse_iso_time
from bot.sources.parsing.node_limit import check_json_count
from bot.sources.parsing.sanitize import clean_line, clean_text

JsonObject = Mapping[str, Any]
"""A JSON object."""


MAX_INLINE_VALUES = 50_000
"""Values that are parsed in 25 ms: the limit of JSON that no parser worker reads."""


def read_json(body: bytes, max_values: int = MAX_INLINE_VALUES) -> Any:
    """Return the parsed JSON. Raise Unusable if the body is not JSON, or has more values."""
    check_json_count(body, max_values)
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unusable("is not JSON") from None


def as_object(value: object) -> JsonObject:
    """Return the value if it is an object, else an empty object."""
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> Sequence[JsonObject]:
    """Return the objects in a list; empty if the value is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_line(value: object) -> str:
    """Return sanitized text on one line, or "". Integers count as text: ids come both ways."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return clean_line(value) if isinstance(value, str) else ""


def as_text(value: object) -> str:
    """Return sanitized text, or ""."""
    return clean_text(value) if isinstance(value, str) else ""


def as_number(value: object) -> float | None:
    """Return a finite number, or None. Python's JSON parser also accepts infinities."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def parse_number(text: str) -> float | None:
    """Return the finite number that a text is, or None."""
    try:
        return as_number(float(text))
    except ValueError:
        return None


def as_time(value: object) -> datetime | None:
    """Return an ISO 8601 time in UTC, or None. A time without a zone is UTC."""
    try:
        time = parse_iso_time(value) if isinstance(value, str) else None
        return time and (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def from_unix_seconds(value: object) -> datetime | None:
    """Return the time given in seconds since 1970, or None."""
    seconds = as_number(value)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def from_unix_milliseconds(value: object) -> datetime | None:
    """Return the time given in milliseconds since 1970, or None."""
    milliseconds = as_number(value)
    return None if milliseconds is None else from_unix_seconds(milliseconds / 1000)
