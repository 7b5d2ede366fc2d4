"""Which of the terms somebody subscribed to stand in a reading, whatever their number.

A term's number is its index among the sorted keys. There are too many forms of words for a
dictionary of them, so they stand in an array, and what was looked up there is remembered.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from matching.arrays import U32, U64, positions
from matching.facts import Reading
from matching.keys import form_key, own_place_key, place_key, source_key, topic_key

_MOST_REMEMBERED = 100_000
_MOST_PLACES_REMEMBERED = 1_000

Numbers = tuple[int, ...]
Nexts = tuple[Mapping[int, int], ...]  # next word -> the number of the phrase with it


@dataclass(frozen=True, slots=True)
class Phrases:
    """What follows what: the number of the words so far, of the next word, and of both."""

    firsts: U32
    seconds: U32
    both: U32  # each once; a phrase somebody subscribed to, or the beginning of one


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms of a segment."""

    keys: U64  # of terms and of the beginnings of phrases, sorted
    forms: U64  # keys of forms, sorted; one that several words have, several times
    words: U32  # the number of the word each is a form of
    phrases: Phrases
    following: Mapping[int, Mapping[int, int]]  # phrases by firsts, then seconds
    _forms: dict[str, tuple[Numbers, Nexts]] = field(default_factory=dict)
    _inside: dict[frozenset[str], Numbers] = field(default_factory=dict)

    def find(self, reading: Reading) -> U32:
        """The numbers of the terms that hold, each once, sorted."""
        found = self._in_words(reading.tokens.texts)
        found.update(self._said(reading))
        for inside in reading.below.values():
            found.update(self._places(inside))
        numbers = np.fromiter(found, np.uint32, len(found))
        numbers.sort()
        return numbers

    def _in_words(self, texts: list[str]) -> set[int]:
        """The numbers of the words and phrases, and of beginnings of phrases, in a text."""
        found: set[int] = set()
        nexts: Nexts = ()  # what may follow here
        for numbers, begun in self._line(texts):
            if numbers:
                found.update(numbers)
                if nexts:
                    both = [each[word] for each in nexts for word in numbers if word in each]
                    found.update(both)
                    longer = tuple(self.following[one] for one in both if one in self.following)
                    nexts = begun + longer
                    continue
            nexts = begun
        return found

    def _line(self, texts: list[str]) -> list[tuple[Numbers, Nexts]]:
        """For each word of a text the words it is a form of, and what may follow them."""
        known = self._forms
        try:
            return [known[text] for text in texts]
        except KeyError:
            if len(known) > _MOST_REMEMBERED:
                known.clear()
            self._remember([text for text in dict.fromkeys(texts) if text not in known])
        return [known[text] for text in texts]

    def _remember(self, texts: list[str]) -> None:
        keys = np.array([*map(form_key, texts)], np.uint64)
        firsts = np.searchsorted(self.forms, keys).tolist()
        ends = np.searchsorted(self.forms, keys, side="right").tolist()
        for text, first, end in zip(texts, firsts, ends, strict=True):
            words = tuple(self.words[first:end].tolist())
            nexts = tuple(self.following[word] for word in words if word in self.following)
            self._forms[text] = words, nexts

    def _said(self, reading: Reading) -> Iterable[int]:
        """The source, the topics and the places around what it is about."""
        keys = [source_key(reading.source), *map(topic_key, reading.topics)]
        for code in reading.within:
            keys += (place_key(code), own_place_key(code))
        return self._numbers(keys)

    def _places(self, inside: frozenset[str]) -> Numbers:
        """The places subscribed to among those an alert reaches from above."""
        known = self._inside.get(inside)
        if known is None:
            if len(self._inside) == _MOST_PLACES_REMEMBERED:
                self._inside.clear()
            known = self._inside[inside] = self._numbers(map(place_key, inside))
        return known

    def _numbers(self, keys: Iterable[int]) -> Numbers:
        numbers, known = positions(self.keys, np.array([*keys], np.uint64))
        return tuple(numbers[known].tolist())


def vocabulary(
    keys: U64, forms: U64, words: U32, phrases: Phrases, pause: Callable[[], None]
) -> Vocabulary:
    """With the mapping of phrases; pause is called every millisecond or so."""
    following: dict[int, dict[int, int]] = {}
    for start in range(0, len(phrases.both), 1_000):
        part = slice(start, start + 1_000)
        columns = (phrases.firsts, phrases.seconds, phrases.both)
        for first, second, both in zip(*(column[part].tolist() for column in columns), strict=True):
            following.setdefault(first, {})[second] = both
        pause()
    return Vocabulary(keys, forms, words, phrases, following)
