"""Look-alike letters: a word with Latin and Cyrillic letters in one of the two scripts (Киiв)."""

import re

_LATIN = "aceiopxyABCEHIKMOPTXYkmt"
_CYRILLIC = "асеіорхуАВСЕНІКМОРТХУкмт"
_TO_CYRILLIC = str.maketrans(f"{_LATIN}ïÏ", f"{_CYRILLIC}їЇ")
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
_CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")
_PART = re.compile(r"[^\W_]+")
# Letters without case whose capitals look alike.
_FOLDED_LATIN = "aceiopxybhkmt"
_FOLDED_CYRILLIC = "асеіорхувнкмт"
_FOLDED_TABLES = (
    str.maketrans(_FOLDED_LATIN, _FOLDED_CYRILLIC),
    str.maketrans(_FOLDED_CYRILLIC, _FOLDED_LATIN),
)


def unmix_scripts(text: str) -> str:
    """Return a text whose words have the letters of one script each.

    A word that remains mixed in either script stays as it is.
    """
    if text.isascii() or not (_LATIN_LETTER.search(text) and _CYRILLIC_LETTER.search(text)):
        return text
    return _PART.sub(lambda match: _unmix_word(match[0]), text)


def _unmix_word(word: str) -> str:
    if not (_LATIN_LETTER.search(word) and _CYRILLIC_LETTER.search(word)):
        return word
    cyrillic, latin = word.translate(_TO_CYRILLIC), word.translate(_TO_LATIN)
    if not _LATIN_LETTER.search(cyrillic):
        return cyrillic
    return word if _CYRILLIC_LETTER.search(latin) else latin


def look_alikes(word: str) -> tuple[str, ...]:
    """Return how a casefolded word is written in the other script if its capitals look the same."""
    twins = [word.translate(table) for table in _FOLDED_TABLES]
    return tuple(twin for twin in twins if not _has_both_scripts(twin) and twin != word)


def _has_both_scripts(word: str) -> bool:
    return bool(_LATIN_LETTER.search(word) and _CYRILLIC_LETTER.search(word))
