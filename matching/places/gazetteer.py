"""The places there are: what they are called, what lies in what."""

import re
from collections.abc import Iterable, Iterator

from matching.places.lexicon import Customs
from matching.places.name_index import Spellings
from matching.places.recognizer import Names
from matching.places.region import LANGUAGES, Region
from matching.places.region_table import Table
from matching.text.tokenizer import words

# The one number in which the two alert services differ.
_CRIMEA, _CRIMEA_AT_UKRAINEALARM = "29", "9999"
_CROWD = 500  # inhabitants of a city for each bearer of its name: with fewer it is told apart
_LESSER = frozenset(("town", "village", "hromada"))
_TITLE_OF_HROMADA = re.compile(
    r"(?:.* та )?(?P<adjective>\S+)"
    r"(?: (?:міська|селищна|сільська|об'єднана|територіальна))* (?:громада|ОТГ|ТГ)",
    re.IGNORECASE,
)

__all__ = ["LANGUAGES", "Gazetteer", "Region"]


class Gazetteer:
    """All regions, by code and by name."""

    def __init__(
        self,
        regions: Iterable[Region] | Table,
        customs: Customs,
        spellings: Spellings | None = None,
    ) -> None:
        self._table = regions if isinstance(regions, Table) else Table.of(regions)
        self._groups: dict[str, list[str]] = {}
        for group in self._table.groups():
            for member in group.members:
                self._groups.setdefault(member, []).append(group.code)
        self._by_uid = {str(r.uid): r for r in self._table.numbered()}
        if _CRIMEA in self._by_uid:
            self._by_uid[_CRIMEA_AT_UKRAINEALARM] = self._by_uid[_CRIMEA]
        self._above: dict[str, tuple[str, ...]] = {}
        self._inside: dict[str, frozenset[str]] = {}
        self.names = Names(spellings or Spellings.of_table(self._table), self._table, customs)

    @classmethod
    def load(cls) -> "Gazetteer":
        """The regions that come with the package."""
        return cls(Table.load(), Customs.load(), Spellings.load())

    def region(self, code: str) -> Region:
        """The region of this code; KeyError when there is none."""
        region = self.get(code)
        if region is None:
            raise KeyError(code)
        return region

    def get(self, code: str) -> Region | None:
        """The region of this code, or None."""
        number = self._table.number(code)
        return None if number is None else self._table.region(number)

    def find(self, name: str) -> tuple[Region, ...]:
        """Every region that bears this name in any language, spelling or case, likeliest first.

        After the cities comes the oblast called after the first: people say Mykolaiv for either. A
        region the name goes on with tells which is meant: Mykolaiv, Lviv Oblast; Миколаївка
        Краматорського району.
        """
        line = words(name)
        found = self._named(line)
        for size in range(len(line) - 1, 0, -1) if not found else ():
            around = {r.code for r in self._named(line[size:]) if r.kind != "village"}
            named = self._named(line[:size]) if around else ()
            found = tuple(r for r in named if not around.isdisjoint(self.ancestors(r.code)))
            if found:
                break
        return found

    def resolve(self, written: str) -> Region | None:
        """The region a source means by a code, a number of the alert services, or a name.

        A hromada stands under its adjective, the rest of its title left out: м. Вінниця та
        Вінницька територіальна громада.
        """
        region = self.get(written) or self._by_uid.get(written)
        return region or next(iter(self.find(written) or self.find(_hromada(written))), None)

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
            known = self._inside[code] = frozenset(self._contents(code))
        return known

    def name(self, code: str, language: str) -> str:
        """The region's name in a language, else in English; the code itself when unknown."""
        region = self.get(code)
        return region.names.get(language, region.names["en"]) if region else code

    def title(self, code: str, language: str) -> str:
        """The region's name with what it lies in, when others bear the name too."""
        name, region = self.name(code, language), self.get(code)
        if region is None or not self._has_rival(region, name):
            return name
        kinds = ("raion", "oblast") if region.kind in _LESSER else ("oblast",)
        around = [r for r in map(self.region, self.ancestors(code)) if r.kind != "group"]
        told = [r for r in around if r.kind in kinds] or around[:1]
        return ", ".join((name, *(self.name(r.code, language) for r in told)))

    def _has_rival(self, region: Region, name: str) -> bool:
        """Whether another place that may as well be meant bears the name; for a city, a city."""
        bearers = [r for r in self._named(words(name)) if r.kind not in {"oblast", "raion"}]
        others = [r for r in bearers if r.code != region.code]
        if region.kind in _LESSER or region.population < _CROWD * len(others):
            return bool(others)
        return any(r.is_known for r in others)

    def zone(self, code: str) -> str | None:
        """The IANA time zone of the region, or of the nearest region around it that has one."""
        for here in (code, *self.ancestors(code)):
            region = self.get(here)
            if region and region.zone:
                return region.zone
        return None

    def known(self) -> Iterator[Region]:
        """The regions a bare name can mean: all but villages, hromadas and small towns abroad."""
        return self._table.known()

    def located(self) -> Iterator[tuple[str, str, float, float]]:
        """Code, kind, latitude and longitude of every region whose place is known."""
        for number, kind, latitude, longitude in self._table.located():
            yield self._table.codes[number], kind, latitude, longitude

    def __iter__(self) -> Iterator[Region]:
        return iter(self._table)

    def _named(self, line: tuple[str, ...]) -> tuple[Region, ...]:
        codes = self.names.bearers(line) if line else ()
        cities = [code for code in codes if self.region(code).kind == "city"]
        oblasts = self._called_after(cities[0]) if cities else ()
        first = codes[: codes.index(cities[0])] if cities else ()  # a country
        return tuple(map(self.region, dict.fromkeys((*first, *cities, *oblasts, *codes))))

    def _called_after(self, city: str) -> tuple[str, ...]:
        if not self.region(city).at_home:
            return ()
        return self.names.bearers(words(f"{self.name(city, 'en')} Oblast"))

    def _contents(self, code: str) -> Iterator[str]:
        number = self._table.number(code)
        if number is None:
            yield code
            return
        yield from (self._table.codes[n] for n in self._table.inside(number))
        if code.startswith("group:"):
            for member in self._table.region(number).members:
                yield from self._contents(member)

    def _climb(self, code: str) -> Iterator[str]:
        region = self.get(code)
        if region is None:
            return
        yield from self._groups.get(code, ())
        if region.parent:
            yield region.parent
            yield from self._climb(region.parent)


def _hromada(title: str) -> str:
    match = _TITLE_OF_HROMADA.fullmatch(title.strip())
    return f"{match['adjective']} громада" if match else ""
