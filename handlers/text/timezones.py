"""Time zone lookup: IANA zones by their name or by a place in them."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from zoneinfo import available_timezones

from handlers.text.utc_offsets import find_zone, is_offset
from matching.places.gazetteer import Gazetteer

UTC = "UTC"
SUGGESTED_ZONES = (
    "Europe/Kyiv",
    "Europe/Warsaw",
    "Europe/Rome",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    UTC,
)
"""Zones with a button; any other zone can be typed."""

_CITY_KINDS = ("city", "town")

_MAX_NAME_LENGTH = 80
"""Characters. The time of a search for similar names grows with the length."""

IANA_NAMES = frozenset(available_timezones() - {"localtime", "Factory", "posixrules"})
"""Names of all zones in the IANA database, without three that name no place."""


class TimezoneFinder:
    """Finder of IANA time zones."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._zones = {_normalize(name): name for name in sorted(IANA_NAMES)}
        self._cities = {
            name.rpartition("/")[2]: zone
            for name, zone in self._zones.items()
            if not name.startswith("etc/")  # Etc/GMT+3 is what people call GMT-3
        }

    def find(self, text: str) -> str | None:
        """Return the IANA name for `Europe/Kyiv`, `UTC+2` or a place in any language, or None.

        A place takes precedence: Poland and Cuba are also names of zones in the IANA database.
        """
        offset_zone = find_zone(text)
        if offset_zone or is_offset(text):
            return offset_zone
        name = _normalize(text)
        place = self.find_for_regions(region.code for region in self._gazetteer.find(text.strip()))
        return place or self._zones.get(name) or self._cities.get(name)

    def find_close_match(self, text: str) -> str | None:
        """Return the zone whose name is most similar to a misspelt one, or None."""
        if is_offset(text) or len(text) > _MAX_NAME_LENGTH:
            return None
        name = _normalize(text)
        matches = difflib.get_close_matches(name, [*self._zones, *self._cities], 1, 0.7)
        return self.find(matches[0]) if matches else None

    def find_for_regions(self, codes: Iterable[str]) -> str | None:
        """Return the zone of the first region that has one, or None."""
        zones = map(self._zone, codes)
        return next((zone for zone in zones if zone), None)

    def _zone(self, code: str) -> str | None:
        """Return the zone of a region.

        A region without one of its own takes that of most of its people: Texas is not in the zone
        of the United States' capital.
        """
        region = self._gazetteer.get(code)
        if region is None or region.zone or region.kind in _CITY_KINDS:
            return self._gazetteer.zone(code)
        people: Counter[str] = Counter()
        for inner in map(self._gazetteer.region, self._gazetteer.subtree(code)):
            zone = self._gazetteer.zone(inner.code) if inner.kind in _CITY_KINDS else None
            if zone:
                people[zone] += inner.population
        return people.most_common(1)[0][0] if people else self._gazetteer.zone(code)


def _normalize(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text.strip().lower())
