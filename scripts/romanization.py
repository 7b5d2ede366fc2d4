"""Romanization of Ukrainian names: Cabinet of Ministers of Ukraine, resolution 55 of 2010."""

import re

_LETTERS = {
    **dict(zip("абвгґдезийіїклмнопрстуф", "abvhgdezyiiiklmnoprstuf", strict=True)),
    **dict.fromkeys("ь'", ""),
    "є": "ie",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "iu",
    "я": "ia",
}
_FIRST_LETTERS = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}  # at a word's start
_ZGH = "\0"  # зг becomes zgh, because zh is ж


def romanize(name: str) -> str:
    """Romanize a Ukrainian name; letters that the official table does not have stay unchanged."""
    return "".join(map(_romanize_word, re.split(r"([ -])", name)))


def _romanize_word(word: str) -> str:
    lower = word.lower().replace("зг", f"з{_ZGH}")
    first, following = lower[:1], lower[1:]
    latin = _FIRST_LETTERS.get(first, _LETTERS.get(first, first))
    latin += "".join(
        "gh" if letter == _ZGH else _LETTERS.get(letter, letter) for letter in following
    )
    return latin[:1].upper() + latin[1:] if word[:1].isupper() else latin
