"""Inflection: expand a subscribed word to all its forms, in every language whose letters fit.

A word is expanded once, when somebody subscribes to it, so that matching is a set look-up (query
expansion instead of stemming the text). The language is not detected: a form that does not exist
never occurs in a text, so it does no harm.
"""

import functools

from matching.morphology.english import EnglishInflector
from matching.morphology.paradigms import ParadigmInflector


@functools.lru_cache(maxsize=1)
def _load_inflectors() -> tuple[EnglishInflector | ParadigmInflector, ...]:
    languages = ("ukrainian", "russian", "italian")
    return (EnglishInflector.load(), *map(ParadigmInflector.load, languages))


def inflect_uncached(word: str) -> frozenset[str]:
    """Return every inflected form of a normalised word, itself included; no derived words.

    railway and railways give the same set; import has imports, imported, importing, not importer.
    """
    return frozenset((word,)).union(*(language.inflect(word) for language in _load_inflectors()))


inflect = functools.lru_cache(maxsize=10_000)(inflect_uncached)
"""inflect_uncached() with an LRU cache, for words that are asked for again and again."""
