"""Phrase matcher: finds words and multi-word phrases, in any inflected form, in linear time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matching.morphology.inflection import inflect
from matching.text.tokenizer import split_words


class PhraseMatch(NamedTuple):
    """A phrase found in a text."""

    name: str  # as given to PhraseMatcher.add()
    first: int  # position of its first word
    last: int  # position of its last word


# Bypasses the constructor's extra call: there is one match for every cue of every bulletin.
_new_tuple = tuple.__new__


@dataclass(frozen=True, slots=True)
class _PhraseTail:
    """A phrase after its second word."""

    name: str
    words: tuple[frozenset[str], ...]
    is_excluded: bool  # not the name: in this phrase its words mean something else


@dataclass(frozen=True, slots=True)
class _PhraseHead:
    """Phrases that start with one word."""

    names: list[str] = field(default_factory=list)  # names of phrases of this word alone
    tails: dict[str, list[_PhraseTail]] = field(default_factory=dict)  # second word -> tails


class PhraseMatcher:
    """Phrases indexed by the forms of their first two words."""

    def __init__(self) -> None:
        """Start without phrases."""
        self._heads: dict[str, _PhraseHead] = {}

    def add(self, name: str, phrases: str, *, is_excluded: bool = False) -> None:
        """Add comma-separated words and phrases in any form; after "=" as written only.

        is_excluded: in these phrases the words of the name mean something else.
        """
        for phrase in split_phrases(phrases):
            first_forms, *following_forms = _word_forms(phrase)
            tail = _PhraseTail(name, tuple(following_forms[1:]), is_excluded)
            for form in first_forms:
                head = self._heads.setdefault(form, _PhraseHead())
                if not following_forms:
                    head.names.append(name)
                for second in following_forms[0] if following_forms else ():
                    head.tails.setdefault(second, []).append(tail)

    def find(self, texts: Sequence[str]) -> list[PhraseMatch]:
        """Return the phrases among the normalised words of a text, in order, in linear time."""
        heads = self._heads
        starts = [position for position, text in enumerate(texts) if text in heads]
        if not starts:
            return []
        matches: list[PhraseMatch] = []
        excluded: set[tuple[str, int]] = set()
        end = len(texts) - 1
        for first in starts:
            head = heads[texts[first]]
            for name in head.names:
                matches.append(_new_tuple(PhraseMatch, (name, first, first)))  # noqa: PERF401 - a list for each word
            if not head.tails or first == end:
                continue
            for tail in head.tails.get(texts[first + 1], ()):
                last = first + 1 + len(tail.words)
                if tail.words and not _matches_tail(texts[first + 2 : last + 1], tail.words):
                    continue
                if tail.is_excluded:
                    excluded.update((tail.name, position) for position in range(first, last + 1))
                else:
                    matches.append(PhraseMatch(tail.name, first, last))
        if not excluded:
            return matches
        return [
            match
            for match in matches
            if excluded.isdisjoint(((match.name, match.first), (match.name, match.last)))
        ]


def split_phrases(phrases: str) -> Iterator[str]:
    """Split a list at commas and line ends."""
    return filter(None, map(str.strip, phrases.replace("\n", ",").split(",")))


def _matches_tail(texts: Sequence[str], tail: Sequence[frozenset[str]]) -> bool:
    return len(texts) == len(tail) and all(
        text in allowed for text, allowed in zip(texts, tail, strict=True)
    )


def _word_forms(phrase: str) -> list[frozenset[str]]:
    """Return the allowed forms of each word of a phrase."""
    return [
        frozenset((word,)) if part.startswith("=") else inflect(word)
        for part in phrase.split()
        for word in split_words(part)
    ]
