"""Phrase matcher: finds words and multi-word phrases, in any inflected form, in linear time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from matching.morphology.piece_forms import piece_forms, query_pieces
from matching.text.pieces import JOINT, Pieces, split_word
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

    def find(self, pieces: Pieces) -> list[PhraseMatch]:
        """Return the phrases in a text, in order, in linear time, with positions of words."""
        heads, texts, owners = self._heads, pieces.texts, pieces.owners
        starts = [position for position, text in enumerate(texts) if text in heads]
        if not starts:
            return []
        matches: list[PhraseMatch] = []
        excluded: set[tuple[str, int]] = set()
        end = len(texts) - 1
        for start in starts:
            head = heads[texts[start]]
            first = owners[start]
            for name in head.names:
                matches.append(_new_tuple(PhraseMatch, (name, first, first)))  # noqa: PERF401 - a list for each word
            if not head.tails or start == end:
                continue
            following = texts[start + 1]
            if following not in head.tails and following != JOINT:
                continue
            for tail, last in _find_tails(head, start, pieces):
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


def _find_tails(head: _PhraseHead, start: int, pieces: Pieces) -> Iterator[tuple[_PhraseTail, int]]:
    """Yield the phrases that begin at a piece, with the position of the word that they end in."""
    texts = pieces.texts
    for second in range(start + 1, start + (3 if texts[start + 1] == JOINT else 2)):
        for tail in head.tails.get(texts[second], ()):
            last = pieces.follow(tail.words, second) if tail.words else second
            if last is not None:
                yield tail, pieces.owners[last]


def _word_forms(phrase: str) -> list[frozenset[str]]:
    """Return the allowed forms of each piece of a phrase."""
    return [
        frozenset((piece,)) if part.startswith("=") else piece_forms(piece)
        for part in phrase.split()
        for word in split_words(part)
        for piece in (split_word(word) if part.startswith("=") else query_pieces((word,)))
    ]
