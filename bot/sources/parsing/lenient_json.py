"""Lenient JSON: reads fields of untrusted JSON and returns an empty value for a wrong type.

Services add fields and change types without notice. Neither may silence a source.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.sources.core.source import Unusable
from bot.sources.parsing.sanitize import clean_line, clean_text

JsonObject = Mapping[str, Any]
"""A JSON object."""


def read_json(body: bytes) -> Any:
    """Return the parsed JSON. Raise Unusable if the body is not JSON."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unusable("is no JSON") from None


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


def as_time(value: object) -> datetime | None:
    """Return an ISO 8601 time in UTC, or None. A time without a zone is UTC."""
    return _parse_time(datetime.fromisoformat, value)


def as_rfc5322_time(value: object) -> datetime | None:
    """Return a time as in mail and RSS (RFC 5322, 3.3), or None. Without a zone it is UTC."""
    return _parse_time(parsedate_to_datetime, value)


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


def _parse_time(parse: Callable[[str], datetime], value: object) -> datetime | None:
    try:
        time = parse(value.strip()) if isinstance(value, str) else None
        return time and (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
