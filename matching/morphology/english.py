"""English inflection: regular rules and a table of what is irregular.

What part of speech a word is, is not known, so it gets the plural of a noun and the forms of a
verb alike: a form nobody writes harms nobody. Only listed adjectives have degrees: the others
would look like nouns of the doer (import, importer).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from matching.morphology.paradigms import groups

_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_DOUBLED = re.compile(r"[^aeiou][aeiouy][bcdfgklmnprtvz]$")  # stop: stopped
_ONE_SYLLABLE = re.compile(r"[^aeiouy]*(?:qu)?[aeiouy][^aeiouy]$")
_NUMBERED = re.compile(r"(?=.*\d)[a-z0-9-]+")  # f-35
_WORD = re.compile(r"(?:[a-z]+['-])*(?P<last>[a-z]{2,})")


@dataclass(frozen=True, slots=True)
class English:
    """The rules with their exceptions."""

    irregular: Mapping[str, frozenset[str]]  # any form -> all forms
    whole: frozenset[str]  # words that only look inflected
    degrees: Mapping[str, frozenset[str]]  # any degree of an adjective -> all

    @classmethod
    def load(cls) -> "English":
        """With the table that comes with the package."""
        data = tomllib.loads((files("matching") / "data" / "english.toml").read_text("utf-8"))
        compared = (" ".join(_degrees(word)) for word in data["adjectives"].split())
        return cls(
            groups(data["plurals"] + data["verbs"]),
            frozenset(data["whole"].split()),
            groups("\n".join((data["degrees"], *compared))),
        )

    def forms(self, word: str) -> frozenset[str]:
        """All forms of an English word; of a compound only the last part changes."""
        if _NUMBERED.fullmatch(word):
            return frozenset((word, word.removesuffix("s"), f"{word.removesuffix('s')}s"))
        match = _WORD.fullmatch(word)
        if not match:
            return frozenset((word,))
        last = match["last"]
        before = word.removesuffix(last)
        return frozenset(before + form for form in self._family(last))

    def _family(self, word: str) -> frozenset[str]:
        """The forms of a word and of those it may be a form of."""
        bases = () if word in self.whole else tuple(self._bases(word))
        if bases and word.endswith("ing"):
            own = frozenset((word, f"{word}s"))  # a shelling, two shellings
        elif bases and not word.endswith("eed"):
            own = frozenset((word,))
        else:
            own = self._all(word)
        listed = (self.irregular.get(word, ()), self.degrees.get(word, ()))
        return own.union(*listed, *map(self._all, bases))

    def _all(self, base: str) -> frozenset[str]:
        regular = (form for form in _regular(base) if form not in self.whole)  # new, but news
        return self.irregular.get(base) or frozenset((base, *regular))

    def _bases(self, word: str) -> Iterator[str]:
        """The words this may regularly be a form of; the forms of irregular ones are listed."""
        for base in dict.fromkeys(_stripped(word)):
            real = len(base) > 2 and base not in self.irregular and re.search("[aeiouy]", base)
            if real and word in _regular(base):
                yield base


def _degrees(word: str) -> tuple[str, str, str]:
    """large, larger, largest."""
    stem = word.removesuffix("e")
    if word.endswith("y"):
        stem = f"{word[:-1]}i"
    elif stem == word and _DOUBLED.search(f" {word}") and _ONE_SYLLABLE.fullmatch(word):
        stem = word + word[-1]
    return word, f"{stem}er", f"{stem}est"


def _regular(base: str) -> Iterator[str]:
    """The plural or third person, the past and the -ing form."""
    consonant_y = base.endswith("y") and base[-2:-1] not in "aeiou"
    stem = base[:-1]
    if consonant_y:
        yield from (f"{stem}ies", f"{stem}ied", f"{base}ing")
        return
    yield f"{base}es" if _SIBILANT.search(base) else f"{base}s"
    if base.endswith("o"):
        yield f"{base}es"
    if base.endswith("ie"):
        yield from (f"{base}d", f"{base[:-2]}ying")
    elif base.endswith("e"):
        yield f"{base}d"
        yield f"{base}ing" if base.endswith(("ee", "oe", "ye")) else f"{stem}ing"
    else:
        doubled = bool(_DOUBLED.search(f" {base}"))
        if doubled:
            yield from (f"{base}{base[-1]}ed", f"{base}{base[-1]}ing")
        if not (doubled and _ONE_SYLLABLE.fullmatch(base)):
            yield from (f"{base}ed", f"{base}ing")


def _stripped(word: str) -> Iterator[str]:
    """What is left without an ending, in every way it may have been joined."""
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
        yield word[:-2]
        if word.endswith("ies"):
            yield f"{word[:-3]}y"
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem == word:
            continue
        yield stem
        yield f"{stem}e"
        if stem.endswith("i"):
            yield f"{stem[:-1]}y"
        if stem.endswith("y"):
            yield f"{stem[:-1]}ie"
        if stem[-1:] == stem[-2:-1]:
            yield stem[:-1]
