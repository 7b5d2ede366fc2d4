"""Fuzzy lookup of a place by a misspelt name, and reverse geocoding of a point."""

import functools
import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from matching.places.gazetteer import Gazetteer
from matching.places.region import Region
from matching.places.spatial_index import spatial_index

_MIN_SIMILARITY = 0.68
_SCORE_STEP = 0.1  # similarities within one step rank by the prior of the place
_MAX_NAME_LENGTH = 80  # code points; bounds the time of a look-up
_MAX_MATCHES = 60  # names, before ranking by place
_SETTLEMENT_KINDS = frozenset(("city", "town", "village"))
_CELL_SIZE = 1.0  # degrees

# Letter groups -> one phonetic letter, in the order in which they are replaced.
_SOUNDS = (
    *(("shch", "s"), ("sch", "s"), ("tsch", "c"), ("zh", "z"), ("kh", "h"), ("ch", "c")),
    *(("sh", "s"), ("ts", "c"), ("tz", "c"), ("ck", "k"), ("ph", "f"), ("ks", "x")),
    *((f"{glide}{vowel}", vowel) for vowel in "uaei" for glide in "yj"),
    *(("iu", "u"), ("ia", "a"), ("ie", "e"), ("y", "i"), ("j", "i"), ("w", "v"), ("q", "k")),
    ("'", ""),
)
_LATIN_LETTERS = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщъыьэюяё",
        [*"abvggdeezziiiiklmnoprstufhccss", "", "i", "", "e", "u", "a", "o"],
        strict=True,
    )
)
_DOUBLED_LETTER = re.compile(r"(.)\1+")


def warm_up(gazetteer: Gazetteer) -> None:
    """Build the caches of suggest() and nearest(): about a second, in any thread."""
    _build_sound_index(gazetteer)
    _build_settlement_grid(gazetteer)
    spatial_index(gazetteer)


def suggest(
    name: str, gazetteer: Gazetteer, limit: int = 6, min_similarity: float = _MIN_SIMILARITY
) -> tuple[Region, ...]:
    """Return the places a misspelt name may mean, best first: Khakriv, Мелитопль, kropivnicki.

    Exact matches if there are any, else phonetically similar names (normalized Damerau-Levenshtein
    similarity; 1 is equal). Villages need their exact name. The first call builds the index: 0.5 s.
    """
    exact = gazetteer.find(name)
    if exact:
        return exact[:limit]
    sound_index = _build_sound_index(gazetteer)
    key = phonetic_key(name[:_MAX_NAME_LENGTH])
    first, last = sound_index.similar_length(len(key), min_similarity)
    matches = process.extract(
        key,
        sound_index.sounds[first:last],
        scorer=DamerauLevenshtein.normalized_similarity,
        score_cutoff=min_similarity,
        limit=_MAX_MATCHES,
    )
    scores: dict[str, float] = {}
    for _, score, position in matches:
        code = sound_index.codes[first + position]
        scores[code] = max(score, scores.get(code, 0.0))
    regions = [gazetteer.region(code) for code in scores]
    regions.sort(key=lambda r: (-round(scores[r.code] / _SCORE_STEP), r.rank_key, -scores[r.code]))
    return tuple(regions[:limit])


def nearest(
    latitude: float, longitude: float, gazetteer: Gazetteer
) -> tuple[Region | None, Region | None]:
    """Return the city nearest to a point (degrees) and the raion of the nearest settlement.

    The gazetteer has no borders of raions, so near a border the result may be the neighbour. None
    if there is none within two degrees.
    """
    grid = _build_settlement_grid(gazetteer)
    city = grid.nearest(latitude, longitude, is_city_only=True)
    settlement = grid.nearest(latitude, longitude, is_city_only=False)
    containing = gazetteer.ancestors(settlement) if settlement else ()
    raions = (gazetteer.region(code) for code in containing)
    raion = next((region for region in raions if region.kind == "raion"), None)
    return (gazetteer.region(city) if city else None, raion)


@dataclass(frozen=True, slots=True)
class _SoundIndex:
    """Phonetic keys of names and the codes of their regions, by position; the shortest first."""

    sounds: list[str]
    codes: list[str]

    def similar_length(self, length: int, min_similarity: float) -> tuple[int, int]:
        """Return the range of positions whose lengths allow for a similarity."""
        shortest, longest = length * min_similarity, length / min_similarity
        first = bisect_left(self.sounds, shortest, key=len)
        return first, bisect_right(self.sounds, longest, key=len)


@functools.lru_cache(maxsize=1)
def _build_sound_index(gazetteer: Gazetteer) -> _SoundIndex:
    pairs = [
        (sound, region.code)
        for region in gazetteer.prominent_regions()
        for sound in {phonetic_key(name) for name in (*region.names.values(), *region.aliases)}
    ]
    pairs.sort(key=lambda pair: len(pair[0]))
    return _SoundIndex([sound for sound, _ in pairs], [code for _, code in pairs])


def phonetic_key(name: str) -> str:
    """Return a rough phonetic key of a name in any script."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    latin = "".join(_LATIN_LETTERS.get(letter, letter) for letter in folded)
    latin = "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))
    for letters, sound in _SOUNDS:
        latin = latin.replace(letters, sound)
    return _DOUBLED_LETTER.sub(r"\1", latin)


class _SettlementGrid:
    """Spatial grid of settlements with cells of one degree."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, str, bool]]] = {}
        for code, kind, latitude, longitude in gazetteer.coordinates():
            if kind not in _SETTLEMENT_KINDS:
                continue
            cell = self._cells.setdefault(_cell(latitude, longitude), [])
            cell.append((latitude, longitude, code, kind == "city"))

    def nearest(self, latitude: float, longitude: float, *, is_city_only: bool) -> str | None:
        """Return the code of the nearest settlement, or city, within two degrees."""
        scale = math.cos(math.radians(latitude))
        distances = (
            ((lat - latitude) ** 2 + ((lon - longitude) * scale) ** 2, code)
            for lat, lon, code, is_city in self._neighbours(latitude, longitude)
            if is_city or not is_city_only
        )
        return min(distances, default=(0.0, None))[1]

    def _neighbours(
        self, latitude: float, longitude: float
    ) -> Iterator[tuple[float, float, str, bool]]:
        row, column = _cell(latitude, longitude)
        for down in (-1, 0, 1):
            for across in (-2, -1, 0, 1, 2):
                yield from self._cells.get((row + down, column + across), ())


def _cell(latitude: float, longitude: float) -> tuple[int, int]:
    return math.floor(latitude / _CELL_SIZE), math.floor(longitude / _CELL_SIZE)


@functools.lru_cache(maxsize=1)
def _build_settlement_grid(gazetteer: Gazetteer) -> _SettlementGrid:
    return _SettlementGrid(gazetteer)
