"""Which of the terms somebody subscribed to stand in a reading, whatever their number.

A term's number is its index among the sorted keys. There are too many forms of words for a
dictionary of them, so they stand in an array, and what was looked up there is remembered.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from matching.arrays import U32, U64, positions
from matching.facts import Reading
from matching.keys import form_key, own_place_key, place_key, source_key, topic_key

_MOST_REMEMBERED = 100_000
_MOST_PLACES_REMEMBERED = 1_000

Numbers = tuple[int, ...]


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
    _forms: dict[str, Numbers] = field(default_factory=dict)
    _inside: dict[frozenset[str], Numbers] = field(default_factory=dict)

    def find(self, reading: Reading) -> U32:
        """The numbers of the terms that hold, each once, sorted."""
        line = self._line([token.text for token in reading.tokens])
        found = {word for words in line for word in words}
        found.update(self._in_phrases(line), self._said(reading))
        for inside in reading.below.values():
            found.update(self._places(inside))
        numbers = np.fromiter(found, np.uint32, len(found))
        numbers.sort()
        return numbers

    def _line(self, texts: list[str]) -> list[Numbers]:
        """For each word of a text the numbers of the words it is a form of."""
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
            self._forms[text] = tuple(self.words[first:end].tolist())

    def _in_phrases(self, line: list[Numbers]) -> Iterator[int]:
        """The numbers of the phrases, and of beginnings of phrases, in a text."""
        following = self.following
        open_: list[Mapping[int, int]] = []  # what may follow here
        for words in line:
            begun = []
            for word in words:
                for nexts in open_:
                    both = nexts.get(word)
                    if both is not None:
                        yield both
                        if both in following:
                            begun.append(following[both])
                if word in following:
                    begun.append(following[word])
            open_ = begun

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
