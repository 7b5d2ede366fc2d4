"""Weak names: a text means a region abroad by them only beside a unit noun or its country.

A name is weak if it is also a word or the name of a city, or if nobody abroad knows the region. The
regions that are listed by hand (gazetteer_abroad.toml) have no weak names.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from matching.places.lexicon import Lexicon
from matching.places.name_index import strip_accents
from matching.places.region import PROMINENT_POPULATION, Region
from matching.places.region_table import RegionTable
from matching.text.tokenizer import split_words
from scripts.letters import fold
from scripts.ordinary import is_word

_LARGE = 1_000_000  # inhabitants
_MIN_LENGTH = 5  # letters of a name of one word
_UNIT = re.compile(
    r"\b(?:province|region|state|department|county|governorate|prefecture|canton|district|parish"
    r"|voivodeship|borough|republic|воєводство|воеводство|провінція|провинция|край|область|штат)\b",
    re.IGNORECASE,
)
_KINDS = frozenset(("region", "county"))


def weak_names(table: RegionTable, codes: Iterable[str]) -> Callable[[str, int], bool]:
    """Return whether a spelling of a region (by its number) is weak; codes: codes without any."""
    trusted = set(codes)
    bearers: dict[str, set[int]] = defaultdict(set)
    regions = {number: table.region(number) for number in range(len(table))}
    for number, region in regions.items():
        for spelling in (*region.names.values(), *region.aliases):
            bearers[fold(spelling)].add(number)
    lexicon = Lexicon.load()
    people = lexicon.person_names | lexicon.given_names | lexicon.place_first_names

    def is_weak(spelling: str, number: int) -> bool:
        region = regions[number]
        if region.kind not in _KINDS or region.code in trusted or region.is_home:
            return False
        words = [strip_accents(word) for word in split_words(spelling)]
        has_unit = len(words) > 1 and _UNIT.search(spelling) is not None
        is_distinct = (has_unit and region.kind == "region") or is_well_known(region)
        if (all(map(is_word, words)) and not is_distinct) or not people.isdisjoint(words):
            return True
        if len(words) == 1 and len(words[0]) < _MIN_LENGTH:
            return True
        namesakes = [regions[other] for other in bearers[fold(spelling)] if other != number]
        subtree = table.subtree(number)
        if any(_is_rival(other) or table.number(other.code) in subtree for other in namesakes):
            return True
        return not has_unit and region.population < PROMINENT_POPULATION

    return is_weak


def is_well_known(region: Region) -> bool:
    """Return whether a large region has an English name that is no word: Bavaria, not Delta.

    The Russian dictionary has Бавария as a word.
    """
    words = split_words(region.names["en"])
    return region.population >= _LARGE and not any(is_word(strip_accents(w)) for w in words)


def _is_rival(other: Region) -> bool:
    """Return whether a text may mean another region by a name as well."""
    is_small_town = other.kind == "city" and not other.is_home
    return not is_small_town or other.population >= PROMINENT_POPULATION
