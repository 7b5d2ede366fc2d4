"""Moments as a reader tells them: in their zone, no longer than needed."""

from datetime import datetime

from handlers.text.i18n import Voice
from handlers.text.timezones import UTC
from storage.values.local_time import zone_of


def moment(at: datetime, zone: str | None, now: datetime, voice: Voice) -> str:
    """`09:12` today, `14 Feb, 09:12` before, with the year when it is another. `at` is aware.

    Who has chosen no zone is told that it is UTC: their own clock shows another hour.
    """
    local, today = at.astimezone(zone_of(zone)), now.astimezone(zone_of(zone))
    clock = f"{local:%H:%M}" if zone else f"{local:%H:%M} {UTC}"
    if local.date() == today.date():
        return clock
    day, year = str(local.day), str(local.year)
    if local.year == today.year:
        return voice.label("moment-day", day=day, month=local.month, clock=clock)
    return voice.label("moment-year", day=day, month=local.month, year=year, clock=clock)
