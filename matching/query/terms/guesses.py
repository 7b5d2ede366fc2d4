"""Guesses: which places with a similar name a word can mean that no place is called."""

from collections.abc import Iterable

from matching.places.region import Region
from matching.query.ast import PlaceTerm
from matching.spelling.misspellings import resembles
from matching.spelling.neighbourhoods import find_city_of

PROMINENT_KINDS = frozenset(("country", "city", "oblast", "region", "county"))
"""Kinds of places that a bare word can mean without a capital letter."""

MAX_SIMILAR_PLACES = 6
# Least similarity of a word to a place's name, with and without a capital letter.
MIN_NAME_SIMILARITY, MIN_WORD_SIMILARITY = 0.75, 0.82
_UNFAMILIAR_KINDS = frozenset(("region", "county", "district"))  # meant by a slip only


def select_places(text: str, similar: Iterable[Region], *, is_name: bool) -> tuple[PlaceTerm, ...]:
    """Return which of the places with similar names a word may mean; of a neighbourhood, its city.

    `is_name`: it is written like a name.
    """
    if city := find_city_of(text):
        return (PlaceTerm(city),)
    return tuple(
        PlaceTerm(region.code)
        for region in similar
        if (is_name or region.kind in PROMINENT_KINDS)
        and (region.kind not in _UNFAMILIAR_KINDS or resembles(text, region))
    )
