"""The forms of a word: what a subscribed word is looked up as.

A word is expanded once, when somebody subscribes to it, so matching stays a look-up. Each language
is a function that gives the forms a word has if it is of that language; no language is guessed.
"""

import functools

from matching.english import English


@functools.lru_cache(maxsize=1)
def _languages() -> tuple[English, ...]:
    return (English.load(),)


@functools.lru_cache(maxsize=100_000)
def forms(word: str) -> frozenset[str]:
    """Every inflected form of a normalised word, itself included; never a derived word.

    railway and railways give the same set; import has imports, imported, importing, not importer.
    A word of a language without rules here has only itself.
    """
    return frozenset((word,)).union(*(language.forms(word) for language in _languages()))
