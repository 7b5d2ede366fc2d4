"""Duration parser for configuration values: "30s", "15m", "2h", "90d"."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

_PATTERN = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(written: object) -> timedelta:
    """Parse a number with one unit.

    Raises ValueError, in words for an operator, for anything else.
    """
    match = _PATTERN.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError('a length of time such as "30s", "15m", "2h" or "90d"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _parsed(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(value)


def duration_range(least: str, most: str) -> AfterValidator:
    """Return a validator that accepts durations from `least` to `most`, both included."""
    lowest, highest = parse_duration(least), parse_duration(most)

    def check(value: timedelta) -> timedelta:
        if not lowest <= value <= highest:
            raise ValueError(f'a length of time from "{least}" to "{most}"')
        return value

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(_parsed)]
"""A configuration field that holds a duration."""
