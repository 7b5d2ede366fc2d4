"""Misspellings: names of places that a word resembles closely enough to be meant. Pure."""

from rapidfuzz.distance import DamerauLevenshtein

from matching.places.lookup import phonetic_key
from matching.places.region import Region

_FAMILIAR_KINDS = frozenset(("country", "city", "oblast"))
_SHORT_NAME = 5  # letters; of one this short, most other words of its length are no misspelling
_MIN_LENGTH = 4  # letters; a shorter word must sound the same
_MAX_ACRONYM = 5


def resembles(word: str, region: Region) -> bool:
    """Return whether a word differs from a name of the region by what a slip of the hand does.

    One letter, or two of a long and familiar name; sounds that are written in several ways count
    as one letter.
    """
    if word.isupper() and len(word) <= _MAX_ACRONYM:
        return False
    key = phonetic_key(word)
    is_long = len(key) > _SHORT_NAME and region.kind in _FAMILIAR_KINDS
    limit = 2 if is_long else int(len(key) >= _MIN_LENGTH)
    return any(
        DamerauLevenshtein.distance(key, phonetic_key(name), score_cutoff=limit) <= limit
        for name in (*region.names.values(), *region.aliases)
    )
