"""Inflection by tables: a word becomes all forms of the words it may be a form of.

A pattern is one way of inflecting: the ending of the word as a dictionary gives it, what its stem
looks like, and the endings of all its forms. In the tables (matching/data/LANGUAGE.toml) a form
is an ending, before it the changes its stem undergoes, after it @ for the endings of an adjective:
"*ен@" is the changed stem, ен, and an adjective's endings.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TypeAlias

_FORM = re.compile(r"(?P<changes>[^\w'@-]*)(?P<ending>[\w']*)(?P<adjective>@?)")

_REMEMBERED = 100  # a stem is asked for by many patterns, one after the other
_Rule: TypeAlias = tuple[re.Pattern[str], str]  # an end, and what it becomes


class _Rules:
    """Rules by the last letter of what they fit: there are some hundred, and few of a letter."""

    def __init__(self, rules: Iterable[tuple[str, str]]) -> None:
        """From patterns of an end and what they become, in the order in which they are tried."""
        self._rules = [(_last(end), re.compile(f"{end}$"), new) for end, new in rules]
        self._letters: dict[str, list[_Rule]] = {}

    def fitting(self, stem: str) -> Iterable[_Rule]:
        """Those that may fit, in their order."""
        letter = stem[-1:]
        known = self._letters.get(letter)
        if known is None:
            known = self._letters[letter] = [
                (end, new) for last, end, new in self._rules if not last or letter in last
            ]
        return known


@dataclass(frozen=True, slots=True)
class _Change:
    """What becomes of the end of a stem: the first rule that fits, else nothing."""

    rules: _Rules
    undoing: _Rules  # the same backwards

    @classmethod
    def read(cls, pairs: str, *, every: bool = False) -> "_Change":
        """From "end:new end", several new ends apart by /; = before it: the whole stem."""
        rules: list[tuple[str, str]] = []
        undoing: list[tuple[str, str]] = []
        for pair in pairs.split():
            old, new = pair.split(":")
            start, old = ("^", old[1:]) if old.startswith("=") else ("", old)
            rules.append((f"{start}{old}", new))
            if not re.search(r"[(\[]", old):
                undoing.extend((f"{start}{n}", old) for n in new.split("/"))
        return cls(_Rules(rules), _Rules(undoing))

    def of(self, stem: str) -> Iterator[str]:
        """The changed stem; several where usage differs."""
        for old, new in self.rules.fitting(stem):
            if found := old.search(stem):
                for way in new.split("/"):
                    yield stem[: found.start()] + (found.expand(way) if "\\" in way else way)
                return
        yield stem

    def before(self, changed: str) -> Iterator[str]:
        """The stems this may have become of."""
        yield changed
        for new, old in self.undoing.fitting(changed):
            if found := new.search(changed):
                yield changed[: found.start()] + old


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One way of inflecting."""

    lemma: str  # the ending a dictionary gives
    stem: re.Pattern[str]  # what the rest looks like
    words: frozenset[str]  # only these; empty: any
    forms: tuple[tuple[str, str], ...]  # (changes, ending)
    given: frozenset[tuple[str, str]]  # of these, those by which the word is known when given so
    alone: bool  # a word with this ending is no form of another

    def stem_of(self, word: str) -> str | None:
        """The stem of a word with the ending of this lemma, when this may be its pattern."""
        if self.words and word not in self.words:
            return None
        stem = word.removesuffix(self.lemma)
        return stem if self.stem.search(stem) else None


class Paradigms:
    """The inflection of one language."""

    def __init__(self, data: Mapping[str, object]) -> None:
        """data: as in the tables that come with the package."""
        text = {key: value for key, value in data.items() if isinstance(value, str)}
        self._word = re.compile(f"(?P<before>(?:[\\w']+-)*)(?P<last>[{text['letters']}]{{3,}})")
        self._whole = frozenset(text["whole"].split())
        self._prefixes = ("", *text["prefixes"].split())
        self._adjective = text["adjective"].split()
        self._irregular = groups(text["irregular"])
        self._prefixed = groups(text["prefixed"])
        self._reflexive = text.get("reflexive", "").split()
        self._verbal = tuple(text["verbal"].split())
        self._changes = {sign: _Change.read(pairs) for sign, pairs in _table(data, "changes")}
        patterns = [self._pattern(dict(entry)) for entry in _list(data, "pattern")]
        self._lemmas: dict[str, list[_Pattern]] = {}  # by their ending
        for pattern in patterns:
            self._lemmas.setdefault(pattern.lemma, []).append(pattern)
        self._longest_lemma = max(map(len, self._lemmas))
        self._longest = max(len(ending) for p in patterns for _, ending in p.given)
        self._changed = functools.lru_cache(_REMEMBERED)(self._change)
        self._fitting = functools.lru_cache(_REMEMBERED)(self._fit)
        self._endings: dict[str, list[tuple[str, _Pattern]]] = {}
        for pattern in patterns:
            for changes, ending in pattern.given:
                self._endings.setdefault(ending, []).append((changes, pattern))

    @classmethod
    def load(cls, language: str) -> "Paradigms":
        """With the table of a language that comes with the package."""
        path = files("matching") / "data" / f"{language}.toml"
        return cls(tomllib.loads(path.read_text("utf-8")))

    def forms(self, word: str) -> frozenset[str]:
        """All forms of the words this may be a form of; of a compound the last part changes."""
        found = self._word.fullmatch(word)
        if not found:
            return frozenset((word,))
        before, last = found["before"], found["last"]
        family = self._family(last)
        return frozenset(before + form for form in family) if before else family

    def _family(self, word: str) -> frozenset[str]:
        if word in self._whole:
            return frozenset((word,))
        patterns = self._patterns_of(word)
        noun = any(p.alone and p.words for p, _ in patterns)
        known = None if noun else self._listed_forms(word)
        if known:
            return known
        for particle in self._reflexive:
            bare = word.removesuffix(particle)
            if bare != word and bare.endswith(self._verbal):
                return frozenset(form + p for form in self._family(bare) for p in self._reflexive)
        inflected = [self._inflected(p, stem) for p, stem in patterns]
        if not any(p.alone for p, _ in self._fitting(word)):
            inflected += self._as_form(word)
        return frozenset((word,)).union(*inflected)

    def _listed_forms(self, word: str) -> frozenset[str] | None:
        """The forms of an irregular word, with or without a prefix."""
        if word in self._irregular:
            return self._irregular[word]
        for prefix in self._prefixes if word.endswith(self._verbal) else ():
            bare = word.removeprefix(prefix)
            if bare in self._prefixed and (not prefix or bare != word):
                return frozenset(prefix + form for form in self._prefixed[bare])
        return None

    def _fit(self, word: str) -> tuple[tuple[_Pattern, str], ...]:
        """The patterns of which a word may be the dictionary form, each with its stem."""
        size = len(word)
        return tuple(
            (pattern, stem)
            for cut in range(max(0, size - self._longest_lemma), size + 1)
            for pattern in self._lemmas.get(word[cut:], ())
            if (stem := pattern.stem_of(word)) is not None
        )

    def _patterns_of(self, word: str) -> Sequence[tuple[_Pattern, str]]:
        """Those patterns; one in which the word is listed stands alone."""
        fitting = self._fitting(word)
        return [(p, stem) for p, stem in fitting if p.words] or fitting

    def _as_form(self, word: str) -> Iterator[frozenset[str]]:
        """The paradigms of which this is another form."""
        for size in range(min(self._longest, len(word) - 3) + 1):
            stem = word[: len(word) - size]
            for changes, pattern in self._endings.get(word[len(word) - size :], ()):
                for lemma in dict.fromkeys(s + pattern.lemma for s in self._undone(stem, changes)):
                    known = lemma != word and self._own(pattern, lemma)
                    if known and word in known:
                        yield known

    def _own(self, pattern: _Pattern, lemma: str) -> frozenset[str] | None:
        """The forms of a dictionary form by this pattern, when it is the one it follows."""
        if len(lemma) < 3 or lemma in self._irregular:
            return None
        for known, stem in self._patterns_of(lemma):
            if known is pattern:
                return self._inflected(pattern, stem)
        return None

    def _inflected(self, pattern: _Pattern, stem: str) -> frozenset[str]:
        ends = {changes: self._changed(stem, changes) for changes, _ in pattern.forms}
        return frozenset(end + ending for changes, ending in pattern.forms for end in ends[changes])

    def _change(self, stem: str, changes: str) -> tuple[str, ...]:
        stems: Iterable[str] = (stem,)
        for sign in changes:
            stems = [new for old in stems for new in self._changes[sign].of(old)]
        return tuple(stems)

    def _undone(self, stem: str, changes: str) -> Iterable[str]:
        stems: Iterable[str] = (stem,)
        for sign in reversed(changes):
            stems = [old for new in stems for old in self._changes[sign].before(new)]
        return stems

    def _pattern(self, entry: Mapping[str, str]) -> _Pattern:
        return _Pattern(
            lemma=entry["lemma"],
            stem=re.compile(f"(?:{entry.get('stem', '')})$"),
            words=frozenset(entry.get("words", "").split()),
            forms=tuple(dict.fromkeys((("", entry["lemma"]), *self._read(entry["forms"])))),
            given=frozenset(self._read(entry.get("given", ""))),
            alone=bool(entry.get("alone")),
        )

    def _read(self, forms: str) -> Iterator[tuple[str, str]]:
        for form in forms.split():
            found = _FORM.fullmatch(form)
            if not found:
                raise ValueError(f"not a form: {form}")
            for more in self._adjective if found["adjective"] else ("",):
                yield found["changes"], found["ending"].removesuffix("0") + more


def _last(end: str) -> str:
    """The letters what fits this pattern may end with; none: any."""
    found = re.search(r"(\w)$|\[([^]^]+)\]\)?$", end)
    return (found[1] or found[2]) if found else ""


def groups(lines: str) -> dict[str, frozenset[str]]:
    """Of lines each with all forms of a word: every form with those of its lines."""
    table: dict[str, frozenset[str]] = {}
    for line in lines.splitlines():
        group = frozenset(line.split())
        for form in group:
            table[form] = table.get(form, frozenset()) | group
    return table


def _table(data: Mapping[str, object], key: str) -> Iterable[tuple[str, str]]:
    table = data[key]
    assert isinstance(table, dict)  # noqa: S101 - for the types
    return table.items()


def _list(data: Mapping[str, object], key: str) -> Iterable[Mapping[str, str]]:
    entries = data[key]
    assert isinstance(entries, list)  # noqa: S101 - for the types
    return entries
