"""Stemmer: reduce a word to a stem that its inflected forms share.

Light suffix stripping for Cyrillic (Ukrainian, Russian) and Latin (English, Italian) letters. It
is far cheaper than `matching.morphology`, and two forms that it fails to unite only make two
reports different.
"""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files

_MIN_STEM = 3

_CYRILLIC_VOWELS = "аеєиіїоуюяыэьй"


def stem(word: str) -> str:
    """Return the stem of a normalised word."""
    endings = _load_endings()["cyrillic" if word[:1] >= "Ѐ" else "latin"]
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            return _unify_vowel(_strip_vowel(word[: -len(ending)]))
    return _unify_vowel(word)


def _strip_vowel(word: str) -> str:
    """Drop a last vowel or soft sign that only some of the forms have: close, closed."""
    return word[:-1] if len(word) > _MIN_STEM and word[-1] in "eiоьаиіє" else word


def _unify_vowel(word: str) -> str:
    """Drop the vowel of a closed last syllable: it alternates (Львів, Львова; ветер, ветра)."""
    if len(word) > _MIN_STEM and word[-2] in "іїєеоё" and word[-1] not in _CYRILLIC_VOWELS:
        return word[:-2] + word[-1]
    return word


@functools.lru_cache(maxsize=1)
def _load_endings() -> Mapping[str, Sequence[str]]:
    """Return the endings of each script, the longest first."""
    data = tomllib.loads((files("matching") / "data" / "event_words.toml").read_text("utf-8"))
    return {
        script: sorted(endings.split(), key=len, reverse=True)
        for script, endings in data["endings"].items()
    }
