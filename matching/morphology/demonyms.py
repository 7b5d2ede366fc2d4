"""Demonyms: lower-case adjectives and nouns for people of countries (польський, ucraini)."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files

from matching.morphology.declension import decline

_UKRAINIAN_ENDINGS = (
    "ий",
    "ого",
    "ому",
    "им",
    "ім",
    "а",
    "ої",
    "ій",
    "у",
    "ою",
    "е",
    "і",
    "их",
    "ими",
)
_RUSSIAN_ENDINGS = ("ий", "ого", "ому", "им", "ом", "ая", "ой", "ую", "ое", "ие", "их", "ими")
_RUSSIAN_PLURAL_ENDINGS = ("", "ам", "ами", "ах")


def load() -> Mapping[str, str]:
    """Load the demonyms of the package: every form -> the code of its country."""
    data = tomllib.loads((files("matching") / "data" / "demonyms.toml").read_text("utf-8"))
    return {form: code for code, words in data.items() for form in _inflect_entry(words)}


def _inflect_entry(words: str) -> Iterator[str]:
    ukrainian, russian, italian = words.split("|")
    for language, endings in ((ukrainian, _UKRAINIAN_ENDINGS), (russian, _RUSSIAN_ENDINGS)):
        for word in language.split():
            if word.endswith("кий"):
                yield from (word.removesuffix("ий") + ending for ending in endings)
            else:
                yield from decline(word)
                if word.endswith(("ане", "яне")):  # россияне, датчане
                    yield from (word[:-1] + ending for ending in _RUSSIAN_PLURAL_ENDINGS)
    for word in italian.split():
        yield from _inflect_italian(word)


def _inflect_italian(word: str) -> Iterator[str]:
    stem = word[:-1]
    match word[-1]:
        case "o":
            yield from (word, f"{stem}a")
            hard = "h" if stem.endswith("c") else ""  # polacche; ceci are chickpeas
            yield from (f"{stem}{hard}i", f"{stem}{hard}e")
            if stem.endswith(("ac", "ec")) and len(stem) > 3:
                yield f"{stem}i"
        case "a":
            yield from (word, f"{stem}i", f"{stem}e", f"{stem}hi", f"{stem}he")
        case _:
            yield from (word, f"{stem}i")
