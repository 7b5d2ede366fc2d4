"""Ukrainian names in Latin letters: Cabinet of Ministers of Ukraine, resolution 55 of 2010."""

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
_FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}  # at the beginning of a word
_ZGH = "\0"  # зг is zgh, lest it be read as ж


def romanise(name: str) -> str:
    """A Ukrainian name by the official table; letters it does not have are left as they are."""
    return "".join(map(_word, re.split(r"([ -])", name)))


def _word(word: str) -> str:
    small = word.lower().replace("зг", f"з{_ZGH}")
    first, rest = small[:1], small[1:]
    latin = _FIRST.get(first, _LETTERS.get(first, first))
    latin += "".join("gh" if letter == _ZGH else _LETTERS.get(letter, letter) for letter in rest)
    return latin[:1].upper() + latin[1:] if word[:1].isupper() else latin
