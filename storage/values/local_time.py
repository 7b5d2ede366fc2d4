"""Local time: conversion of a wall-clock time in a time zone to UTC, across DST changes."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone_of(name: str | None) -> ZoneInfo:
    """Return the time zone with an IANA name, or UTC for None.

    ZoneInfo itself keeps strong references to the last eight zones only and reads others from
    files again.
    """
    return ZoneInfo(name or "UTC")


_STEP = timedelta(seconds=1)


def to_utc(day: date, time_of_day: time, zone: ZoneInfo, *, prefer_last: bool = False) -> datetime:
    """Return the moment at which the clocks of `zone` show `time_of_day` on `day`, in UTC.

    An ambiguous time (clocks go back) resolves to its first occurrence, or to its last one with
    `prefer_last`. A skipped time (clocks go forward) resolves to the moment of the change, which
    may be the first moment of the next day.
    """
    first = datetime.combine(day, time_of_day, tzinfo=zone)
    second = first.replace(fold=1)
    early, late = sorted((first.astimezone(UTC), second.astimezone(UTC)))
    # In a gap fold=0 uses the offset before the change, which is the smaller one.
    if (first.utcoffset() or timedelta()) < (second.utcoffset() or timedelta()):
        return _transition(early, late, zone)
    return late if prefer_last else early


def to_utc_within_day(day: date, time_of_day: time, zone: ZoneInfo) -> datetime | None:
    """Return the first moment of `to_utc`, kept within `day`.

    Returns None for a day that the zone skipped.
    """
    moment = to_utc(day, time_of_day, zone)
    if moment.astimezone(zone).date() == day:
        return moment
    moment -= _STEP
    return moment if moment.astimezone(zone).date() == day else None


def _transition(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Find the first moment after the offset change between `early` and `late`, by bisection."""
    before = early.astimezone(zone).utcoffset()
    while late - early > _STEP:
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
