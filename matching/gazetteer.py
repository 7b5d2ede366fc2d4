"""The places there are: what they are called, what lies in what."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import chain

from matching.names import Customs, Names
from matching.normalise import words

LANGUAGES = ("en", "uk", "ru", "it")

# Of two places of one name the one of the earlier kind is meant, then the more populous.
_LIKELIEST = ("country", "city", "oblast", "region", "group", "raion", "village")


@dataclass(frozen=True, slots=True)
class Region:
    """A node of the place tree."""

    code: str  # KATOTTG, ISO 3166, gn:ID of GeoNames or group:NAME
    kind: str  # country, city, oblast, region, group, raion or village
    parent: str | None  # the code of the region it lies in
    names: Mapping[str, str]  # language (en, uk, ru, it) -> name; en always
    aliases: tuple[str, ...]  # other spellings, of any language
    uid: int | None  # its number at alerts.in.ua and ukrainealarm
    zone: str | None  # IANA time zone, where it differs from the parent's
    latitude: float | None  # degrees
    longitude: float | None  # degrees
    population: int  # 0: unknown
    members: tuple[str, ...] = ()  # of a group: the regions it is made of


class Gazetteer:
    """All regions, by code and by name."""

    def __init__(self, regions: Iterable[Region], customs: Customs) -> None:
        self._regions = {region.code: region for region in regions}
        self._groups: dict[str, list[str]] = {}
        for region in self._regions.values():
            for member in region.members:
                self._groups.setdefault(member, []).append(region.code)
        self._above: dict[str, tuple[str, ...]] = {}
        self._below: dict[str, list[str]] = {}
        for region in self._regions.values():
            for around in (region.parent, *self._groups.get(region.code, ())):
                if around:
                    self._below.setdefault(around, []).append(region.code)
        self._inside: dict[str, frozenset[str]] = {}
        self.names = Names(self._named(), customs)

    @classmethod
    def load(cls) -> "Gazetteer":
        """The regions that come with the package."""
        with (files("matching") / "data" / "regions.tsv").open(encoding="utf-8") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            return cls(map(_region, rows), Customs.load())

    def region(self, code: str) -> Region:
        """The region of this code; KeyError when there is none."""
        return self._regions[code]

    def get(self, code: str) -> Region | None:
        """The region of this code, or None."""
        return self._regions.get(code)

    def find(self, name: str) -> tuple[Region, ...]:
        """Every region that bears this name in any language or spelling, likeliest first.

        After a city comes the oblast called after it: people say Mykolaiv for either.
        """
        codes = self.names.bearers(words(name))
        cities = (self._regions[code] for code in codes if self._regions[code].kind == "city")
        oblasts = (self.names.bearers(words(f"{city.names['en']} Oblast")) for city in cities)
        return tuple(self._regions[c] for c in dict.fromkeys(chain(codes, *oblasts)))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes of all regions around this one, nearest first; a group follows its member."""
        known = self._above.get(code)
        if known is None:
            known = self._above[code] = tuple(dict.fromkeys(self._climb(code)))
        return known

    def inside(self, code: str) -> frozenset[str]:
        """The codes of this region and everything in it."""
        known = self._inside.get(code)
        if known is None:
            parts = (self.inside(child) for child in self._below.get(code, ()))
            known = self._inside[code] = frozenset((code,)).union(*parts)
        return known

    def name(self, code: str, language: str) -> str:
        """The region's name in a language, else in English; the code itself when unknown."""
        region = self._regions.get(code)
        return region.names.get(language, region.names["en"]) if region else code

    def zone(self, code: str) -> str | None:
        """The IANA time zone of the region, or of the nearest region around it that has one."""
        for here in (code, *self.ancestors(code)):
            region = self._regions.get(here)
            if region and region.zone:
                return region.zone
        return None

    def spellings(self) -> Iterator[str]:
        """The names of all regions in every language."""
        for region in self._regions.values():
            yield from region.names.values()

    def __iter__(self) -> Iterator[Region]:
        return iter(self._regions.values())

    def _climb(self, code: str) -> Iterator[str]:
        region = self._regions.get(code)
        if region is None:
            return
        yield from self._groups.get(code, ())
        if region.parent:
            yield region.parent
            yield from self._climb(region.parent)

    def _named(self) -> Iterator[tuple[str, str]]:
        ranked = sorted(
            self._regions.values(), key=lambda r: (_LIKELIEST.index(r.kind), -r.population)
        )
        for region in ranked:
            for spelling in dict.fromkeys((*region.names.values(), *region.aliases)):
                yield spelling, region.code


def _region(row: dict[str, str]) -> Region:
    return Region(
        code=row["code"],
        kind=row["kind"],
        parent=row["parent"] or None,
        names={language: row[language] for language in LANGUAGES if row[language]},
        aliases=_list(row["aliases"]),
        uid=int(row["uid"]) if row["uid"] else None,
        zone=row["zone"] or None,
        latitude=_degrees(row["latitude"]),
        longitude=_degrees(row["longitude"]),
        population=int(row["population"]),
        members=_list(row["members"]),
    )


def _list(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _degrees(cell: str) -> float | None:
    return float(cell) if cell else None
