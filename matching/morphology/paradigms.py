"""Paradigm inflector: lemmatizes a word by tables and returns all forms of its possible lemmas.

A paradigm (inflection class) has the ending of the lemma, a pattern for the stem, and the endings
of all forms. In the tables (matching/data/LANGUAGE.toml) a form is an ending. Before it stand the
signs of the stem changes, after it @ for the endings of an adjective: "*ен@" is the stem after the
change *, then ен, then each adjective ending.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeAlias

_FORM = re.compile(r"(?P<changes>[^\w'@-]*)(?P<ending>[\w']*)(?P<adjective>@?)")

_CACHE_SIZE = 100  # stems; many paradigms in a row ask for the same one
_RewriteRule: TypeAlias = tuple[re.Pattern[str], str]  # pattern of an ending -> replacement


class _RewriteRules:
    """Rewrite rules, indexed by the last letter: about a hundred rules, few for each letter."""

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        """rules: (pattern of an ending, replacement), in the order in which they are tried."""
        self._rules = [
            (_final_letters(ending), re.compile(f"{ending}$"), replacement)
            for ending, replacement in rules
        ]
        self._rules_by_letter: dict[str, list[_RewriteRule]] = {}

    def applicable(self, stem: str) -> Iterable[_RewriteRule]:
        """Return the rules that may apply to a stem, in order."""
        letter = stem[-1:]
        rules = self._rules_by_letter.get(letter)
        if rules is None:
            rules = self._rules_by_letter[letter] = [
                (ending, replacement)
                for letters, ending, replacement in self._rules
                if not letters or letter in letters
            ]
        return rules


@dataclass(frozen=True, slots=True)
class _StemChange:
    """Change of a stem's end: the first rule that matches, else no change."""

    rules: _RewriteRules
    inverse_rules: _RewriteRules

    @classmethod
    def parse(cls, pairs: str) -> "_StemChange":
        """Parse "ending:replacement" pairs; "/" separates replacements, "=" anchors the stem."""
        rules: list[tuple[str, str]] = []
        inverse_rules: list[tuple[str, str]] = []
        for pair in pairs.split():
            ending, replacements = pair.split(":")
            start, ending = ("^", ending[1:]) if ending.startswith("=") else ("", ending)
            rules.append((f"{start}{ending}", replacements))
            if not re.search(r"[(\[]", ending):
                inverse_rules.extend(
                    (f"{start}{replacement}", ending) for replacement in replacements.split("/")
                )
        return cls(_RewriteRules(rules), _RewriteRules(inverse_rules))

    def apply(self, stem: str) -> Iterator[str]:
        """Yield the changed stem; several where usage differs."""
        for ending, replacements in self.rules.applicable(stem):
            if match := ending.search(stem):
                for template in replacements.split("/"):
                    replacement = match.expand(template) if "\\" in template else template
                    yield stem[: match.start()] + replacement
                return
        yield stem

    def undo(self, changed: str) -> Iterator[str]:
        """Yield the stems that this change may have started from."""
        yield changed
        for ending, original in self.inverse_rules.applicable(changed):
            if match := ending.search(changed):
                yield changed[: match.start()] + original


@dataclass(frozen=True, slots=True)
class _Paradigm:
    """Inflection class."""

    lemma_ending: str
    stem_pattern: re.Pattern[str]
    words: frozenset[str]  # the only lemmas of this paradigm; empty: any
    forms: tuple[tuple[str, str], ...]  # (changes, ending)
    lemmatized: frozenset[tuple[str, str]]  # forms that are traced back to the lemma
    is_exclusive: bool  # a word with this ending is not a form of another lemma

    def stem_of(self, word: str) -> str | None:
        """Return the stem of a lemma that may follow this paradigm, else None."""
        if self.words and word not in self.words:
            return None
        stem = word.removesuffix(self.lemma_ending)
        return stem if self.stem_pattern.search(stem) else None


class ParadigmInflector:
    """Inflector for one language."""

    def __init__(self, data: Mapping[str, object]) -> None:
        """Compile a table, in the format of matching/data/LANGUAGE.toml."""
        text = {key: value for key, value in data.items() if isinstance(value, str)}
        self._word = re.compile(f"(?P<before>(?:[\\w']+-)*)(?P<last>[{text['letters']}]{{3,}})")
        self._uninflected = frozenset(text["uninflected"].split())
        self._prefixes = ("", *text["prefixes"].split())
        self._adjective_endings = text["adjective_endings"].split()
        self._irregular = parse_word_families(text["irregular"])
        self._prefixed_verbs = parse_word_families(text["prefixed_verbs"])
        self._reflexive_particles = text.get("reflexive_particles", "").split()
        self._verb_endings = tuple(text["verb_endings"].split())
        self._changes = {sign: _StemChange.parse(pairs) for sign, pairs in _table(data, "changes")}
        paradigms = [self._parse_paradigm(dict(entry)) for entry in _list(data, "paradigm")]
        self._paradigms_by_lemma_ending: dict[str, list[_Paradigm]] = {}
        for paradigm in paradigms:
            self._paradigms_by_lemma_ending.setdefault(paradigm.lemma_ending, []).append(paradigm)
        self._max_lemma_ending = max(map(len, self._paradigms_by_lemma_ending))
        self._max_ending = max(len(ending) for p in paradigms for _, ending in p.lemmatized)
        self._change_stem = functools.lru_cache(_CACHE_SIZE)(self._change_stem_uncached)
        self._find_paradigms = functools.lru_cache(_CACHE_SIZE)(self._find_paradigms_uncached)
        self._paradigms_by_ending: dict[str, list[tuple[str, _Paradigm]]] = {}
        for paradigm in paradigms:
            for changes, ending in paradigm.lemmatized:
                self._paradigms_by_ending.setdefault(ending, []).append((changes, paradigm))

    @classmethod
    def load(cls, language: str) -> "ParadigmInflector":
        """Load the table of a language from the package."""
        path = files("matching") / "data" / f"{language}.toml"
        return cls(tomllib.loads(path.read_text("utf-8")))

    def inflect(self, word: str) -> frozenset[str]:
        """Return all forms of the possible lemmas; in a compound only the last part changes."""
        match = self._word.fullmatch(word)
        if not match:
            return frozenset((word,))
        before, last = match["before"], match["last"]
        family = self._word_family(last)
        return frozenset(before + form for form in family) if before else family

    def _word_family(self, word: str) -> frozenset[str]:
        if word in self._uninflected:
            return frozenset((word,))
        paradigms = self._lemma_paradigms(word)
        is_listed_noun = any(p.is_exclusive and p.words for p, _ in paradigms)
        listed_forms = None if is_listed_noun else self._listed_forms(word)
        if listed_forms:
            return listed_forms
        for particle in self._reflexive_particles:
            bare = word.removesuffix(particle)
            if bare != word and bare.endswith(self._verb_endings):
                family = self._word_family(bare)
                return frozenset(form + p for form in family for p in self._reflexive_particles)
        inflected = [self._inflect_stem(p, stem) for p, stem in paradigms]
        if not any(p.is_exclusive for p, _ in self._find_paradigms(word)):
            inflected += self._forms_of_lemmas(word)
        return frozenset((word,)).union(*inflected)

    def _listed_forms(self, word: str) -> frozenset[str] | None:
        """Return the forms of an irregular word, with or without a prefix."""
        if word in self._irregular:
            return self._irregular[word]
        for prefix in self._prefixes if word.endswith(self._verb_endings) else ():
            bare = word.removeprefix(prefix)
            if bare in self._prefixed_verbs and (not prefix or bare != word):
                return frozenset(prefix + form for form in self._prefixed_verbs[bare])
        return None

    def _find_paradigms_uncached(self, word: str) -> tuple[tuple[_Paradigm, str], ...]:
        """Return the paradigms of which a word may be the lemma, each with the stem."""
        size = len(word)
        return tuple(
            (paradigm, stem)
            for cut in range(max(0, size - self._max_lemma_ending), size + 1)
            for paradigm in self._paradigms_by_lemma_ending.get(word[cut:], ())
            if (stem := paradigm.stem_of(word)) is not None
        )

    def _lemma_paradigms(self, word: str) -> Sequence[tuple[_Paradigm, str]]:
        """Return these paradigms; only those that list the word, if there are any."""
        candidates = self._find_paradigms(word)
        return [(p, stem) for p, stem in candidates if p.words] or candidates

    def _forms_of_lemmas(self, word: str) -> Iterator[frozenset[str]]:
        """Yield the forms of each lemma of which this word is another form."""
        for size in range(min(self._max_ending, len(word) - 3) + 1):
            stem = word[: len(word) - size]
            for changes, paradigm in self._paradigms_by_ending.get(word[len(word) - size :], ()):
                stems = self._undo_changes(stem, changes)
                for lemma in dict.fromkeys(s + paradigm.lemma_ending for s in stems):
                    lemma_forms = lemma != word and self._forms_of_lemma(paradigm, lemma)
                    if lemma_forms and word in lemma_forms:
                        yield lemma_forms

    def _forms_of_lemma(self, paradigm: _Paradigm, lemma: str) -> frozenset[str] | None:
        """Return the forms of a lemma, if it follows this paradigm."""
        if len(lemma) < 3 or lemma in self._irregular:
            return None
        for candidate, stem in self._lemma_paradigms(lemma):
            if candidate is paradigm:
                return self._inflect_stem(paradigm, stem)
        return None

    def _inflect_stem(self, paradigm: _Paradigm, stem: str) -> frozenset[str]:
        stems = {changes: self._change_stem(stem, changes) for changes, _ in paradigm.forms}
        return frozenset(
            changed + ending for changes, ending in paradigm.forms for changed in stems[changes]
        )

    def _change_stem_uncached(self, stem: str, changes: str) -> tuple[str, ...]:
        stems: Iterable[str] = (stem,)
        for sign in changes:
            stems = [changed for base in stems for changed in self._changes[sign].apply(base)]
        return tuple(stems)

    def _undo_changes(self, stem: str, changes: str) -> Iterable[str]:
        stems: Iterable[str] = (stem,)
        for sign in reversed(changes):
            stems = [base for changed in stems for base in self._changes[sign].undo(changed)]
        return stems

    def _parse_paradigm(self, entry: Mapping[str, str]) -> _Paradigm:
        return _Paradigm(
            lemma_ending=entry["lemma_ending"],
            stem_pattern=re.compile(f"(?:{entry.get('stem', '')})$"),
            words=frozenset(entry.get("words", "").split()),
            forms=tuple(
                dict.fromkeys((("", entry["lemma_ending"]), *self._parse_forms(entry["forms"])))
            ),
            lemmatized=frozenset(self._parse_forms(entry.get("lemmatized", ""))),
            is_exclusive=bool(entry.get("exclusive")),
        )

    def _parse_forms(self, forms: str) -> Iterator[tuple[str, str]]:
        for form in forms.split():
            match = _FORM.fullmatch(form)
            if not match:
                raise ValueError(f"invalid form in an inflection table: {form}")
            for adjective_ending in self._adjective_endings if match["adjective"] else ("",):
                yield match["changes"], match["ending"].removesuffix("0") + adjective_ending


def _final_letters(ending: str) -> str:
    """Return the letters that a match of this pattern may end with; empty: any."""
    match = re.search(r"(\w)$|\[([^]^]+)\]\)?$", ending)
    return (match[1] or match[2]) if match else ""


def parse_word_families(lines: str) -> dict[str, frozenset[str]]:
    """Parse lines with all forms of a word each: map a form to all forms of its lines."""
    families: dict[str, frozenset[str]] = {}
    for line in lines.splitlines():
        family = frozenset(line.split())
        for form in family:
            families[form] = families.get(form, frozenset()) | family
    return families


def _table(data: Mapping[str, object], key: str) -> Iterable[tuple[str, str]]:
    table = data[key]
    assert isinstance(table, dict)  # noqa: S101 - for the types
    return table.items()


def _list(data: Mapping[str, object], key: str) -> Iterable[Mapping[str, str]]:
    entries = data[key]
    assert isinstance(entries, list)  # noqa: S101 - for the types
    return entries
