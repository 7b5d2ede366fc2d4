"""Lengths of time as operators write them: "30s", "15m", "2h", "90d"."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

_WRITTEN = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(written: object) -> timedelta:
    """Raises ValueError, in words for an operator, for anything but a number and one unit."""
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError('a length of time such as "30s", "15m", "2h" or "90d"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _parsed(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(value)


def between(least: str, most: str) -> AfterValidator:
    """Both ends are allowed."""
    lowest, highest = parse_duration(least), parse_duration(most)

    def check(value: timedelta) -> timedelta:
        if not lowest <= value <= highest:
            raise ValueError(f'a length of time from "{least}" to "{most}"')
        return value

    return AfterValidator(check)


Duration = Annotated[timedelta, BeforeValidator(_parsed)]
"""A field of settings that is written so."""
