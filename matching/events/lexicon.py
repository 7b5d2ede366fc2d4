"""Event lexicon: the part that a word plays in a report, from matching/data/event_words.toml.

A word is neutral (grammar, words of agencies), or it carries the event. Words that carry the event
have a key: the name of their meaning if the lexicon has it, else their stem. A turning word makes
another event of it: its end, its return, its denial.
"""

import functools
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import permutations
from typing import NamedTuple

from matching.events.stemmer import stem
from matching.morphology import demonyms
from matching.text.tokenizer import tokenize

_CACHE_SIZE = 20_000  # words
_MAX_CACHED_LENGTH = 40  # code points; bounds the memory of the cache


class WordRole(NamedTuple):
    """Part that a word plays in a report."""

    key: str  # a stem, =MEANING or @COUNTRY; "" of a neutral word
    is_turning: bool
    is_denial: bool
    is_harm: bool  # casualties, damage
    is_onset: bool = False  # beside a fire it only says that it begins


@dataclass
class _Patterns:
    """Words and beginnings of words, each with a value."""

    words: dict[str, str] = field(default_factory=dict)
    beginnings: dict[str, str] = field(default_factory=dict)

    def add(self, patterns: str, value: str) -> None:
        for pattern in patterns.split():
            is_beginning = pattern.endswith("*")
            target = self.beginnings if is_beginning else self.words
            target.setdefault(_normalize(pattern.removesuffix("*")), value)

    def get(self, word: str) -> str | None:
        """Return the value of the word itself, else of its longest known beginning."""
        if (value := self.words.get(word)) is not None:
            return value
        for end in range(len(word), 1, -1):
            if (value := self.beginnings.get(word[:end])) is not None:
                return value
        return None


class EventLexicon:
    """Roles of words. Unknown words are reduced to their stem."""

    def __init__(self, data: Mapping[str, Mapping[str, str]]) -> None:
        self.articles = frozenset(data["articles"]["words"].split())
        self._neutral = _patterns(
            (patterns, "") for patterns in (*data["neutral"].values(), data["background"]["words"])
        )
        self._turning = _patterns((patterns, name) for name, patterns in data["turning"].items())
        self._onset = _patterns(((data["onset"]["words"], ""),))
        self.begins = f"={data['onset']['beside']}"
        self.background = frozenset(
            word.replace("_", " ") for word in data["background"]["words"].split()
        )
        self.harmful_meanings = frozenset(
            f"={name}" for name in data["harmful_meanings"]["names"].split()
        )
        self._harm = _patterns((patterns, "") for patterns in data["harm"].values())
        self._meanings = _patterns(
            (patterns, f"={name}") for name, patterns in data["synonyms"].items()
        )
        self._opposites: dict[str, set[str]] = {}
        for pair in data["opposites"]["pairs"].split("\n"):
            for name, opposite in permutations(pair.split(), 2):
                self._opposites.setdefault(f"={name}", set()).add(f"={opposite}")
        self._demonyms = demonyms.load()
        self._pairs = frozenset(
            tuple(phrase.split(" "))
            for patterns in (self._neutral, self._turning, self._onset, self._meanings)
            for phrase in patterns.words
            if " " in phrase
        )
        self._cached_role = functools.lru_cache(_CACHE_SIZE)(self._find_role)

    def opposites(self, key: str) -> Collection[str]:
        """Return the keys of the opposite states."""
        return self._opposites.get(key, ())

    def join_pairs(self, words: Iterable[str]) -> list[str]:
        """Return the words; join each pair that has a meaning of its own."""
        joined: list[str] = []
        for word in words:
            if joined and (joined[-1], word) in self._pairs:
                joined[-1] = f"{joined[-1]} {word}"
            else:
                joined.append(word)
        return joined

    def role(self, word: str) -> WordRole:
        """Return the role of a word. Only the beginning of a very long one counts."""
        return self._cached_role(word[:_MAX_CACHED_LENGTH])

    def _find_role(self, word: str) -> WordRole:
        turning = self._turning.get(word)
        if turning is None and self._neutral.get(word) is not None:
            return WordRole("", is_turning=False, is_denial=False, is_harm=False)
        return WordRole(
            key=self._meanings.get(word) or self._key(word),
            is_turning=turning is not None,
            is_denial=turning == "denial",
            is_harm=self._harm.get(word) is not None,
            is_onset=self._onset.get(word) is not None,
        )

    def _key(self, word: str) -> str:
        country = self._demonyms.get(word)
        return f"@{country}" if country else stem(word)


@functools.lru_cache(maxsize=1)
def load_lexicon() -> EventLexicon:
    """Return the lexicon of the package."""
    path = files("matching") / "data" / "event_words.toml"
    return EventLexicon(tomllib.loads(path.read_text("utf-8")))


def _patterns(entries: Iterable[tuple[str, str]]) -> _Patterns:
    patterns = _Patterns()
    for words, value in entries:
        patterns.add(words, value)
    return patterns


def _normalize(pattern: str) -> str:
    """Return a word as the tokenizer does; an underscore joins two words."""
    return " ".join(tokenize(pattern).texts)
