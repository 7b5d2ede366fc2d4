"""Gazetteer: all regions, their names in four languages, and the containment tree."""

import functools
import re
from collections.abc import Iterable, Iterator

from matching.places.lexicon import Lexicon
from matching.places.name_index import NameIndex
from matching.places.recognizer import ToponymRecognizer
from matching.places.region import Region
from matching.places.region_table import RegionTable
from matching.text.tokenizer import split_words

# The only number in which the two alert services differ.
_CRIMEA, _CRIMEA_AT_UKRAINEALARM = "29", "9999"
_POPULATION_PER_NAMESAKE = 500  # inhabitants; a smaller city gets a qualified title
_LARGER = 1.2  # inhabitants of a region, per inhabitant of a city elsewhere, to be likelier
_MINOR_KINDS = frozenset(("town", "village", "hromada"))
_SETTLEMENT_KINDS = frozenset(("city", "town", "village"))
_FIRST_LEVEL_KINDS = frozenset(("country", "region", "oblast"))
_CACHE_SIZE = 2_000  # names
_HROMADA_TITLE = re.compile(
    r"(?:.* та )?(?P<adjective>\S+)"
    r"(?: (?:міська|селищна|сільська|об'єднана|територіальна))* (?:громада|ОТГ|ТГ)",
    re.IGNORECASE,
)


class Gazetteer:
    """Regions by code and by name."""

    def __init__(
        self,
        regions: Iterable[Region] | RegionTable,
        lexicon: Lexicon,
        name_index: NameIndex | None = None,
    ) -> None:
        self._table = (
            regions if isinstance(regions, RegionTable) else RegionTable.from_regions(regions)
        )
        self._groups: dict[str, list[str]] = {}
        for group in self._table.groups():
            for member in group.members:
                self._groups.setdefault(member, []).append(group.code)
        self._by_uid = {str(r.uid): r for r in self._table.regions_with_uid()}
        if _CRIMEA in self._by_uid:
            self._by_uid[_CRIMEA_AT_UKRAINEALARM] = self._by_uid[_CRIMEA]
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self._subtrees: dict[str, frozenset[str]] = {}
        self.recognizer = ToponymRecognizer(
            name_index or NameIndex.from_table(self._table), self._table, lexicon
        )
        self._find_exact = functools.lru_cache(_CACHE_SIZE)(self._find_exact_uncached)

    @classmethod
    def load(cls) -> "Gazetteer":
        """Load the gazetteer of the package."""
        return cls(RegionTable.load(), Lexicon.load(), NameIndex.load())

    def region(self, code: str) -> Region:
        """Return the region of a code; raise KeyError if there is none."""
        region = self.get(code)
        if region is None:
            raise KeyError(code)
        return region

    def get(self, code: str) -> Region | None:
        """Return the region of a code, or None."""
        number = self._table.number(code)
        return None if number is None else self._table.region(number)

    def find(self, name: str) -> tuple[Region, ...]:
        """Return every region with this name in any language, spelling or case, likeliest first.

        The oblast named after the first city follows the cities, because Mykolaiv means either. A
        containing region after the name selects among the referents: Mykolaiv, Lviv Oblast;
        Миколаївка Краматорського району. Two names of cities are not one name: Mykolaiv, Lviv.
        """
        return self.find_words(split_words(name))

    def find_words(self, name_words: tuple[str, ...]) -> tuple[Region, ...]:
        """Return what `find` does, for a name that is split into normalised words.

        The cost is independent of the number of words: the index knows how long a name can be.
        """
        regions = self._find_exact(name_words)
        longest = self.recognizer.max_length(name_words[0]) if name_words and not regions else 0
        for size in range(min(len(name_words) - 1, longest), 0, -1):
            regions = self._find_qualified(name_words[:size], name_words[size:])
            if regions:
                break
        return regions

    def resolve(self, reference: str) -> Region | None:
        """Return the region that a source means by a code, an alert service's number or a name.

        The title of a hromada is reduced to its adjective and noun: м. Вінниця та Вінницька
        територіальна громада.
        """
        region = self.get(reference) or self._by_uid.get(reference)
        if region is None:
            regions = self.find(reference) or self.find(_hromada_name(reference))
            region = next(iter(regions), None)
        return region

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes of all containing regions, nearest first; a group follows its member."""
        codes = self._ancestors.get(code)
        if codes is None:
            codes = self._ancestors[code] = tuple(dict.fromkeys(self._collect_ancestors(code)))
        return codes

    def subtree(self, code: str) -> frozenset[str]:
        """Return the codes of a region and of everything inside it."""
        codes = self._subtrees.get(code)
        if codes is None:
            codes = self._subtrees[code] = frozenset(self._collect_subtree(code))
        return codes

    def preorder_range(self, code: str) -> range:
        """Return the numbers, in preorder, of a region and its inside; KeyError if unknown."""
        number = self._table.number(code)
        if number is None:
            raise KeyError(code)
        return self._table.subtree(number)

    def name(self, code: str, language: str) -> str:
        """Return a region's name in a language, else in English; an unknown code itself."""
        region = self.get(code)
        return region.names.get(language, region.names["en"]) if region else code

    def title(self, code: str, language: str) -> str:
        """Return a region's name, with its containing regions if the name is ambiguous."""
        name, region = self.name(code, language), self.get(code)
        if region is None or not self._is_ambiguous(region, name):
            return name
        kinds = ("raion", "oblast") if region.kind in _MINOR_KINDS else ("oblast",)
        containing = [r for r in map(self.region, self.ancestors(code)) if r.kind != "group"]
        if region.kind == "district":
            kinds, containing = ("city",), containing[:1]
        qualifiers = [r for r in containing if r.kind in kinds] or containing[-2:][:1]
        return ", ".join((name, *(self.name(r.code, language) for r in qualifiers)))

    def _is_ambiguous(self, region: Region, name: str) -> bool:
        """Return whether another place with the name is as likely; for a city, only a city is.

        A region is told from a city inside it by its own name.
        """
        related = {region.code, *self.ancestors(region.code)}
        ignored_kinds = {"oblast"} if region.kind == "district" else {"oblast", "raion"}
        namesakes = [
            r
            for r in self._find_exact(split_words(name))
            if r.kind not in ignored_kinds
            and r.code not in related
            and region.code not in self.ancestors(r.code)
            and (region.kind != "city" or not r.is_small_region)
        ]
        population = _POPULATION_PER_NAMESAKE * len(namesakes)
        if region.kind in _MINOR_KINDS or region.population < population:
            return bool(namesakes)
        return any(r.is_prominent for r in namesakes)

    def zone(self, code: str) -> str | None:
        """Return the IANA time zone of a region or of its nearest ancestor that has one."""
        for ancestor in (code, *self.ancestors(code)):
            region = self.get(ancestor)
            if region and region.zone:
                return region.zone
        return None

    def prominent_regions(self) -> Iterator[Region]:
        """Yield the regions a bare name can mean: no villages, hromadas or small towns abroad."""
        return self._table.prominent_regions()

    def is_first_level(self, code: str) -> bool:
        """Return whether it is a country, or a region or oblast directly inside one."""
        region = self.region(code)
        parent = self.get(region.parent) if region.parent else None
        return region.kind in _FIRST_LEVEL_KINDS and (parent is None or parent.kind == "country")

    def coordinates(self) -> Iterator[tuple[str, str, float, float]]:
        """Yield code, kind, latitude and longitude of every region with coordinates."""
        for number, kind, latitude, longitude in self._table.coordinates():
            yield self._table.codes[number], kind, latitude, longitude

    def __iter__(self) -> Iterator[Region]:
        return iter(self._table)

    def _find_qualified(
        self, name: tuple[str, ...], qualifier: tuple[str, ...]
    ) -> tuple[Region, ...]:
        """Return the regions of a name inside a region of the name that follows."""
        regions = self._find_exact(name)
        units = self._find_exact(qualifier) if regions else ()
        if not units and regions and regions[0].kind == "county":
            units = self._find_us_state(qualifier)
        if units and units[0].kind in _SETTLEMENT_KINDS and regions[0].is_prominent:
            # Mykolaiv, Lviv are two cities; Подільський район, Київ is a district.
            regions = tuple(r for r in regions if r.kind == "district")
        if not units:
            return ()
        containing = {unit.code for unit in units if unit.kind != "village"}
        return tuple(r for r in regions if not containing.isdisjoint(self.ancestors(r.code)))

    def _find_us_state(self, words: tuple[str, ...]) -> tuple[Region, ...]:
        """Return the state of an abbreviation: Harris County, TX."""
        state = self.get(f"US-{words[0].upper()}") if len(words) == 1 else None
        return (state,) if state else ()

    def _find_exact_uncached(self, name_words: tuple[str, ...]) -> tuple[Region, ...]:
        is_possible = name_words and len(name_words) <= self.recognizer.max_length(name_words[0])
        codes = self.recognizer.referents(name_words) if is_possible else ()
        cities = [code for code in codes if self.region(code).kind == "city"]
        oblasts = self._oblasts_named_after(cities[0]) if cities else ()
        containers = self.ancestors(cities[0]) if cities else ()
        countries = [
            code
            for code in (codes[: codes.index(cities[0])] if cities else ())
            if self.region(code).kind == "country"
            or (code not in containers and self._is_larger(code, cities[0]))
        ]
        return tuple(map(self.region, dict.fromkeys((*countries, *cities, *oblasts, *codes))))

    def _is_larger(self, region: str, city: str) -> bool:
        """Return whether a region is likelier than a city elsewhere: not Bari in Somalia."""
        rival = self.region(city)
        return not rival.is_prominent or self.region(region).population > _LARGER * rival.population

    def _oblasts_named_after(self, city: str) -> tuple[str, ...]:
        if not self.region(city).is_home:
            return ()
        return self.recognizer.referents(split_words(f"{self.name(city, 'en')} Oblast"))

    def _collect_subtree(self, code: str) -> Iterator[str]:
        number = self._table.number(code)
        if number is None:
            yield code
            return
        yield from (self._table.codes[n] for n in self._table.subtree(number))
        if code.startswith("group:"):
            for member in self._table.region(number).members:
                yield from self._collect_subtree(member)

    def _collect_ancestors(self, code: str) -> Iterator[str]:
        region = self.get(code)
        if region is None:
            return
        yield from self._groups.get(code, ())
        if region.parent:
            yield region.parent
            yield from self._collect_ancestors(region.parent)


def _hromada_name(title: str) -> str:
    match = _HROMADA_TITLE.fullmatch(title.strip())
    return f"{match['adjective']} громада" if match else ""
