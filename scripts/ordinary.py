"""Ordinary-word check: names that are also words, in any of the four languages and in any form.

The dictionaries of simplemma (MIT) distinguish words from names by their capitals. They contain
many rare words, so wordfreq decides if a word is common enough.
"""

import functools

from simplemma.strategies.dictionaries import DefaultDictionaryFactory
from wordfreq import zipf_frequency

from matching.morphology.declension import decline

# Rarer words do not count (Zipf scale: log10 of occurrences in 10^9 words).
COMMON = 2.3
_DICTIONARIES = {
    language: frozenset(DefaultDictionaryFactory().get_dictionary(language))
    for language in ("en", "it", "uk", "ru")
}


@functools.cache
def is_word(name: str) -> bool:
    """Return whether a normalised name of one word, or a form of it, is an ordinary word."""
    if name.isascii():
        return any(_is_in(name, language) for language in ("en", "it"))
    return any(_is_in(form, language) for form in decline(name) for language in ("uk", "ru"))


def _is_in(word: str, language: str) -> bool:
    return word in _DICTIONARIES[language] and zipf_frequency(word, language) >= COMMON
