"""English inflection: regular rules and a table of irregular words.

The part of speech is not known, so a word gets the plural of a noun and the forms of a verb alike:
a form that does not exist never occurs in a text. Only listed adjectives have degrees, because with
other words the forms look like agent nouns (import, importer).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from matching.morphology.paradigms import parse_word_families

_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_DOUBLING = re.compile(r"[^aeiou][aeiouy][bcdfgklmnprtvz]$")  # stop: stopped
_ONE_SYLLABLE = re.compile(r"[^aeiouy]*(?:qu)?[aeiouy][^aeiouy]$")
_WITH_DIGITS = re.compile(r"(?=.*\d)[a-z0-9-]+")  # f-35
_WORD = re.compile(r"(?:[a-z]+['-])*(?P<last>[a-z]{2,})")


@dataclass(frozen=True, slots=True)
class EnglishInflector:
    """Inflector for English: rules with exceptions."""

    irregular: Mapping[str, frozenset[str]]  # any form -> all forms of the word
    uninflected: frozenset[str]  # words that only look inflected
    degrees: Mapping[str, frozenset[str]]  # any degree of an adjective -> all degrees

    @classmethod
    def load(cls) -> "EnglishInflector":
        """Load the tables of the package."""
        data = tomllib.loads((files("matching") / "data" / "english.toml").read_text("utf-8"))
        degree_lines = (" ".join(_comparison_forms(word)) for word in data["adjectives"].split())
        return cls(
            parse_word_families(data["plurals"] + data["verbs"]),
            frozenset(data["uninflected"].split()),
            parse_word_families("\n".join((data["degrees"], *degree_lines))),
        )

    def inflect(self, word: str) -> frozenset[str]:
        """Return all forms of an English word; in a compound only the last part changes."""
        if _WITH_DIGITS.fullmatch(word):
            return frozenset((word, word.removesuffix("s"), f"{word.removesuffix('s')}s"))
        match = _WORD.fullmatch(word)
        if not match:
            return frozenset((word,))
        last = match["last"]
        before = word.removesuffix(last)
        return frozenset(before + form for form in self._word_family(last))

    def _word_family(self, word: str) -> frozenset[str]:
        """Return the forms of a word and of the lemmas it may belong to."""
        lemmas = () if word in self.uninflected else tuple(self._lemmas(word))
        if word.endswith(("ing", "ings")) and (lemmas or word.endswith("s")):
            singular = word.removesuffix("s")  # a shelling, two shellings
            own_forms = frozenset((singular, f"{singular}s"))
        elif lemmas and not word.endswith("eed"):
            own_forms = frozenset((word,))
        else:
            own_forms = self._forms_of_lemma(word)
        listed_forms = (self.irregular.get(word, ()), self.degrees.get(word, ()))
        return own_forms.union(*listed_forms, *map(self._forms_of_lemma, lemmas))

    def _forms_of_lemma(self, lemma: str) -> frozenset[str]:
        # Uninflected words are excluded: news is not a form of new.
        regular = (form for form in _regular_forms(lemma) if form not in self.uninflected)
        return self.irregular.get(lemma) or frozenset((lemma, *regular))

    def _lemmas(self, word: str) -> Iterator[str]:
        """Yield the regular lemmas of a word; the forms of irregular words are listed."""
        for lemma in dict.fromkeys(_strip_endings(word)):
            is_regular = len(lemma) > 2 and lemma not in self.irregular
            if is_regular and re.search("[aeiouy]", lemma) and word in _regular_forms(lemma):
                yield lemma


def _comparison_forms(word: str) -> tuple[str, str, str]:
    """Return the three degrees of an adjective: large, larger, largest."""
    stem = word.removesuffix("e")
    if word.endswith("y"):
        stem = f"{word[:-1]}i"
    elif stem == word and _DOUBLING.search(f" {word}") and _ONE_SYLLABLE.fullmatch(word):
        stem = word + word[-1]
    return word, f"{stem}er", f"{stem}est"


def _regular_forms(lemma: str) -> Iterator[str]:
    """Yield the plural or third person, the past and the -ing form."""
    ends_in_consonant_y = lemma.endswith("y") and lemma[-2:-1] not in "aeiou"
    stem = lemma[:-1]
    if ends_in_consonant_y:
        yield from (f"{stem}ies", f"{stem}ied", f"{lemma}ing")
        return
    yield f"{lemma}es" if _SIBILANT.search(lemma) else f"{lemma}s"
    if lemma.endswith("o"):
        yield f"{lemma}es"
    if lemma.endswith("ie"):
        yield from (f"{lemma}d", f"{lemma[:-2]}ying")
    elif lemma.endswith("e"):
        yield f"{lemma}d"
        yield f"{lemma}ing" if lemma.endswith(("ee", "oe", "ye")) else f"{stem}ing"
    else:
        is_doubled = bool(_DOUBLING.search(f" {lemma}"))
        if is_doubled:
            yield from (f"{lemma}{lemma[-1]}ed", f"{lemma}{lemma[-1]}ing")
        if not (is_doubled and _ONE_SYLLABLE.fullmatch(lemma)):
            yield from (f"{lemma}ed", f"{lemma}ing")


def _strip_endings(word: str) -> Iterator[str]:
    """Yield the possible stems without an ending, with spelling changes undone."""
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
