"""When the clocks of a time zone show a time of day."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo


@cache
def zone_of(name: str | None) -> ZoneInfo:
    """The zone of an IANA name; UTC where nobody has chosen.

    ZoneInfo itself keeps only the last eight in mind, and reads the others from files.
    """
    return ZoneInfo(name or "UTC")


_STEP = timedelta(seconds=1)


def shown(day: date, at: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The moment the clocks of `zone` show `at` on `day`, in UTC.

    What they show twice in autumn counts the first time, or the `last`. What they leave out in
    spring counts when they jump over it: that may be the first moment of the day after.
    """
    once = datetime.combine(day, at, tzinfo=zone)
    again = once.replace(fold=1)
    early, late = sorted((once.astimezone(UTC), again.astimezone(UTC)))
    # In a gap the first reading goes by the offset before it, which is the smaller one.
    if (once.utcoffset() or timedelta()) < (again.utcoffset() or timedelta()):
        return _jump(early, late, zone)
    return late if last else early


def on_day(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The first moment of `shown`, kept within `day`; None for a day that the zone left out."""
    moment = shown(day, at, zone)
    if moment.astimezone(zone).date() == day:
        return moment
    moment -= _STEP
    return moment if moment.astimezone(zone).date() == day else None


def _jump(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after the clocks were changed between `early` and `late`."""
    before = early.astimezone(zone).utcoffset()
    while late - early > _STEP:
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
