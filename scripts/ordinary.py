"""Which names are ordinary words as well, in any of the four languages and in any form.

The dictionaries of simplemma (MIT) tell words from names by their capitals; wordfreq tells how
common a word is, for they hold much that nobody writes.
"""

import functools

from simplemma.strategies.dictionaries import DefaultDictionaryFactory
from wordfreq import zipf_frequency

from matching.morphology.declension import forms

# A word rarer than this (in occurrences in 10^9 words, as a logarithm) is not taken for one.
COMMON = 2.3
_DICTIONARIES = {
    language: frozenset(DefaultDictionaryFactory().get_dictionary(language))
    for language in ("en", "it", "uk", "ru")
}


@functools.cache
def is_word(name: str) -> bool:
    """Whether a normalised name of one word, or a form of it, is an ordinary word."""
    if name.isascii():
        return any(_is_in(name, language) for language in ("en", "it"))
    return any(_is_in(form, language) for form in forms(name) for language in ("uk", "ru"))


def _is_in(word: str, language: str) -> bool:
    return word in _DICTIONARIES[language] and zipf_frequency(word, language) >= COMMON
