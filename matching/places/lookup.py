"""Finding the place a person means: by a name written somehow, or by where they are."""

import functools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from matching.places.gazetteer import Gazetteer, Region

_ALIKE_ENOUGH = 0.68
_AS_GOOD = 0.1  # of two names so alike the likelier place comes first
_LONGEST = 80  # code points of a name that are looked at
_FIRST = 60  # names, before they are sorted by place
_CELL = 1.0  # degrees

# Letters and pairs of them that stand for one sound, in the order they are replaced.
_SOUNDS = (
    *(("shch", "s"), ("sch", "s"), ("tsch", "c"), ("zh", "z"), ("kh", "h"), ("ch", "c")),
    *(("sh", "s"), ("ts", "c"), ("tz", "c"), ("ck", "k"), ("ph", "f"), ("ks", "x")),
    *((f"{glide}{vowel}", vowel) for vowel in "uaei" for glide in "yj"),
    *(("iu", "u"), ("ia", "a"), ("ie", "e"), ("y", "i"), ("j", "i"), ("w", "v"), ("q", "k")),
    ("'", ""),
)
_LATIN = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщъыьэюяё",
        [*"abvggdeezziiiiklmnoprstufhccss", "", "i", "", "e", "u", "a", "o"],
        strict=True,
    )
)
_TWICE = re.compile(r"(.)\1+")


def prepare(gazetteer: Gazetteer) -> None:
    """What the first suggestion and the first location need: about a second, in any thread."""
    _names(gazetteer)
    _points(gazetteer)


def suggest(
    name: str, gazetteer: Gazetteer, limit: int = 6, alike: float = _ALIKE_ENOUGH
) -> tuple[Region, ...]:
    """The places a name written somehow may mean, best first: Khakriv, Мелитопль, kropivnicki.

    Those that bear the name exactly, when there are any; else those whose name sounds alike: 1 is
    the same, `alike` is enough.
    Villages are found by their exact names only. The first call prepares the names: 0.5 s.
    """
    exact = gazetteer.find(name)
    if exact:
        return exact[:limit]
    names = _names(gazetteer)
    found = process.extract(
        _sound(name[:_LONGEST]),
        names.sounds,
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=alike,
        limit=_FIRST,
    )
    best: dict[str, float] = {}
    for _, score, position in found:
        code = names.codes[position]
        best[code] = max(score, best.get(code, 0.0))
    regions = [gazetteer.region(code) for code in best]
    regions.sort(key=lambda r: (-round(best[r.code] / _AS_GOOD), r.likeliness, -best[r.code]))
    return tuple(regions[:limit])


def nearest(
    latitude: float, longitude: float, gazetteer: Gazetteer
) -> tuple[Region | None, Region | None]:
    """The city nearest to a point (degrees), and the raion of the settlement nearest to it.

    Raions have no borders here, so near one the neighbour may be taken. None where there is none.
    """
    points = _points(gazetteer)
    city = points.near(latitude, longitude, cities=True)
    settlement = points.near(latitude, longitude, cities=False)
    around = gazetteer.ancestors(settlement) if settlement else ()
    raions = (gazetteer.region(code) for code in around)
    raion = next((region for region in raions if region.kind == "raion"), None)
    return (gazetteer.region(city) if city else None, raion)


@dataclass(frozen=True, slots=True)
class _Names:
    """What names sound like, and whose they are, by position."""

    sounds: list[str]
    codes: list[str]


@functools.lru_cache(maxsize=1)
def _names(gazetteer: Gazetteer) -> _Names:
    found = _Names([], [])
    for region in gazetteer.known():
        for sound in {_sound(name) for name in (*region.names.values(), *region.aliases)}:
            found.sounds.append(sound)
            found.codes.append(region.code)
    return found


def _sound(name: str) -> str:
    """Roughly how a name sounds, whatever letters it is written in."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    latin = "".join(_LATIN.get(letter, letter) for letter in folded)
    latin = "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))
    for letters, sound in _SOUNDS:
        latin = latin.replace(letters, sound)
    return _TWICE.sub(r"\1", latin)


class _Points:
    """Settlements by the degree they lie in."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, str, bool]]] = {}
        for code, kind, latitude, longitude in gazetteer.located():
            cell = self._cells.setdefault(_cell(latitude, longitude), [])
            cell.append((latitude, longitude, code, kind == "city"))

    def near(self, latitude: float, longitude: float, *, cities: bool) -> str | None:
        """The code of the nearest settlement, or city, if one lies within two degrees."""
        scale = math.cos(math.radians(latitude))
        distances = (
            ((lat - latitude) ** 2 + ((lon - longitude) * scale) ** 2, code)
            for lat, lon, code, is_city in self._around(latitude, longitude)
            if is_city or not cities
        )
        return min(distances, default=(0.0, None))[1]

    def _around(
        self, latitude: float, longitude: float
    ) -> Iterator[tuple[float, float, str, bool]]:
        row, column = _cell(latitude, longitude)
        for down in (-1, 0, 1):
            for across in (-2, -1, 0, 1, 2):
                yield from self._cells.get((row + down, column + across), ())


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return math.floor(latitude / _CELL), math.floor(longitude / _CELL)


@functools.lru_cache(maxsize=1)
def _points(gazetteer: Gazetteer) -> _Points:
    return _Points(gazetteer)
