"""The forms of a word: what a subscribed word is looked up as.

A word is expanded once, when somebody subscribes to it, so matching stays a look-up. Every
language whose letters fit is tried, and none is guessed: a form nobody writes harms nobody.
"""

import functools

from matching.morphology.english import English
from matching.morphology.paradigms import Paradigms


@functools.lru_cache(maxsize=1)
def _languages() -> tuple[English | Paradigms, ...]:
    return (English.load(), *map(Paradigms.load, ("ukrainian", "russian", "italian")))


def expanded(word: str) -> frozenset[str]:
    """Every inflected form of a normalised word, itself included; never a derived word.

    railway and railways give the same set; import has imports, imported, importing, not importer.
    """
    return frozenset((word,)).union(*(language.forms(word) for language in _languages()))


forms = functools.lru_cache(maxsize=10_000)(expanded)
"""The same, remembered: for words that are asked for again and again."""
