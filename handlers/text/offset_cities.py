"""Cities by UTC offset: the zones to offer to a person who has written an offset. Pure."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.values.local_time import zone_of

MAX_CITIES = 6

_BY_LANGUAGE = {
    "uk": ("Europe/Kyiv", "Europe/Warsaw", "Europe/Berlin"),
    "ru": ("Europe/Kyiv", "Europe/Moscow", "Asia/Almaty", "Asia/Yekaterinburg"),
    "it": ("Europe/Rome",),
    "en": ("Europe/London", "America/New_York"),
}

# Large cities, one or more for every offset that has some; those of Europe first.
_CITIES = (
    *("Europe/Kyiv", "Europe/Chisinau", "Europe/Warsaw", "Europe/Berlin", "Europe/Prague"),
    *("Europe/Rome", "Europe/Paris", "Europe/Madrid", "Europe/London", "Europe/Lisbon"),
    *("Europe/Dublin", "Europe/Bucharest", "Europe/Vilnius", "Europe/Athens", "Europe/Helsinki"),
    *("Europe/Istanbul", "Europe/Minsk", "Europe/Moscow", "Europe/Samara", "Asia/Jerusalem"),
    *("Asia/Beirut", "Africa/Cairo", "Africa/Johannesburg", "Asia/Riyadh", "Africa/Nairobi"),
    *("Asia/Tbilisi", "Asia/Baku", "Asia/Yerevan", "Asia/Dubai", "Asia/Tehran", "Asia/Kabul"),
    *("Asia/Tashkent", "Asia/Almaty", "Asia/Karachi", "Asia/Yekaterinburg", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Dhaka", "Asia/Omsk", "Asia/Yangon", "Asia/Bangkok", "Asia/Jakarta"),
    *("Asia/Novosibirsk", "Asia/Shanghai", "Asia/Singapore", "Australia/Perth", "Asia/Tokyo"),
    *("Asia/Seoul", "Australia/Darwin", "Australia/Adelaide", "Australia/Sydney"),
    *("Australia/Brisbane", "Asia/Vladivostok", "Pacific/Noumea", "Asia/Magadan"),
    *("Pacific/Auckland", "Pacific/Fiji", "Pacific/Tongatapu", "Pacific/Apia"),
    *("Pacific/Kiritimati", "Africa/Lagos", "Africa/Accra", "Atlantic/Reykjavik"),
    *("Atlantic/Azores", "Atlantic/Cape_Verde", "America/Nuuk", "America/Noronha"),
    *("America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/St_Johns"),
    *("America/Halifax", "America/Santiago", "America/Caracas", "America/New_York"),
    *("America/Toronto", "America/Bogota", "America/Lima", "America/Chicago"),
    *("America/Mexico_City", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Vancouver", "America/Anchorage", "Pacific/Marquesas", "Pacific/Honolulu"),
    "Pacific/Pago_Pago",
)


def cities_at(
    zone: ZoneInfo, now: datetime, language: str, zones_of_places: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return zones of cities whose clocks show the same as `zone` now.

    First those of the places that the chat follows, then those of its language.
    """
    offset = now.astimezone(zone).utcoffset()
    names = (*zones_of_places, *_BY_LANGUAGE.get(language, ()), *_CITIES)
    same = (name for name in names if now.astimezone(zone_of(name)).utcoffset() == offset)
    return tuple(dict.fromkeys(same))[:MAX_CITIES]
