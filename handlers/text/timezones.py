"""Time zones as people name them."""

import difflib
import re
from collections.abc import Iterable
from zoneinfo import available_timezones

from matching.places.gazetteer import Gazetteer

UTC = "UTC"
OFFERED = (
    "Europe/Kyiv",
    "Europe/Warsaw",
    "Europe/Rome",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    UTC,
)
"""Zones to press; every other can be typed."""

NAMES = frozenset(available_timezones() - {"localtime", "Factory", "posixrules"})
"""Of the zones there are, as the IANA database writes them; three of its names are of no place."""


class Zones:
    """The zones of the IANA database, by their own name or that of a place."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._zones = {_plain(name): name for name in sorted(NAMES)}
        self._cities = {name.rpartition("/")[2]: zone for name, zone in self._zones.items()}

    def find(self, text: str) -> str | None:
        """An IANA name for `Europe/Kyiv`, `kyiv` or a place's name in any language; or None.

        A place goes first: to the IANA database Poland and Cuba are names of zones, too.
        """
        name = _plain(text)
        place = self.first(region.code for region in self._gazetteer.find(text.strip()))
        return place or self._zones.get(name) or self._cities.get(name)

    def nearest(self, text: str) -> str | None:
        """What a misspelt name may have meant."""
        name = _plain(text)
        near = difflib.get_close_matches(name, [*self._zones, *self._cities], 1, 0.7)
        return self.find(near[0]) if near else None

    def first(self, codes: Iterable[str]) -> str | None:
        """The zone of the first of these regions that has one."""
        zones = (self._gazetteer.zone(code) for code in codes)
        return next((zone for zone in zones if zone), None)


def _plain(text: str) -> str:
    return re.sub(r"[\s_]+", " ", text.strip().lower())
