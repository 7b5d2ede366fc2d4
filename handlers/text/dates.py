"""Date and time formatter: in the reader's time zone and as short as possible."""

from datetime import datetime

from handlers.text.i18n import Translator
from handlers.text.timezones import UTC
from storage.values.local_time import zone_of


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
