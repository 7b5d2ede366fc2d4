"""Date and time formatter: in the reader's time zone and as short as possible."""

from datetime import datetime, timedelta

from handlers.text.i18n import Translator
from handlers.text.timezones import UTC
from storage.values.local_time import zone_of

_UNITS = (
    ("span-days", timedelta(days=1)),
    ("span-hours", timedelta(hours=1)),
    ("span-minutes", timedelta(minutes=1)),
)


def format_moment(moment: datetime, zone: str | None, now: datetime, translator: Translator) -> str:
    """Format an aware time: `09:12` today, else `14 Feb, 09:12`, with the year if it differs.

    Without a zone the time ends with "UTC", since the reader's own clock shows another hour.
    """
    local, today = moment.astimezone(zone_of(zone)), now.astimezone(zone_of(zone))
    clock = f"{local:%H:%M}" if zone else f"{local:%H:%M} {UTC}"
    if local.date() == today.date():
        return clock
    day, year = str(local.day), str(local.year)
    if local.year == today.year:
        return translator.text("moment-day", day=day, month=local.month, clock=clock)
    return translator.text("moment-year", day=day, month=local.month, year=year, clock=clock)


def format_duration(length: timedelta, translator: Translator) -> str:
    """Format a duration in its largest whole unit; seconds below ten get one decimal."""
    for unit, size in _UNITS:
        if length >= size:
            return translator.text(unit, count=length // size)
    seconds = max(length.total_seconds(), 0.0)
    count = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0")
    return translator.text("span-seconds", count=count)
