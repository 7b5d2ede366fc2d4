"""Fields of JSON from outside: what they should be, or nothing.

A service adds fields and changes types without a word; none of it may silence a source.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.sources.core.source import Unusable
from bot.sources.parsing.sanitize import clean_line, clean_text

Record = Mapping[str, Any]
"""A JSON object."""


def read_json(body: bytes) -> Any:
    """Raises Unusable."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unusable("is no JSON") from None


def record(value: object) -> Record:
    """Itself when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: object) -> Sequence[Record]:
    """The objects in a list; none when it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def line(value: object) -> str:
    """Text on one line; "" when it is none. A number counts: ids come both ways."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return clean_line(value) if isinstance(value, str) else ""


def text(value: object) -> str:
    """Text; "" when it is none."""
    return clean_text(value) if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """A number that is one: JSON as Python reads it has infinities too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def moment(value: object) -> datetime | None:
    """A time in ISO 8601; one without a zone is UTC."""
    return _time(datetime.fromisoformat, value)


def mail_moment(value: object) -> datetime | None:
    """A time as mail and RSS write it (RFC 5322, 3.3); one without a zone is UTC."""
    return _time(parsedate_to_datetime, value)


def from_seconds(value: object) -> datetime | None:
    """A time in seconds since 1970."""
    count = number(value)
    try:
        return None if count is None else datetime.fromtimestamp(count, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def from_milliseconds(value: object) -> datetime | None:
    """A time in milliseconds since 1970."""
    count = number(value)
    return None if count is None else from_seconds(count / 1000)


def _time(parse: Callable[[str], datetime], value: object) -> datetime | None:
    try:
        at = parse(value.strip()) if isinstance(value, str) else None
        return at and (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
