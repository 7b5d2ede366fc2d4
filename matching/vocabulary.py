"""Which of the terms somebody subscribed to stand in a reading, whatever their number.

A term's number is its index among the sorted keys. There are too many forms of words for a
dictionary of them, so they stand in an array, and what was looked up there is remembered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np

from matching.arrays import U32, U64, Numbers, distinct, positions
from matching.facts import Reading
from matching.keys import form_key, own_place_key, place_key, source_key, topic_key

_MOST_REMEMBERED = 100_000
_MOST_PLACES_REMEMBERED = 1_000

# Beside a number: the next form is the same one, of another word; a longer phrase begins with this.
SAME = 1 << 31
BEGINS = 1 << 30

NONE = BEGINS - 1
"""The number of no term."""

_NUMBER = np.uint32(NONE)
_BEGINS = np.uint32(BEGINS)
_WIDTH = np.uint64(32)

_text = itemgetter(0)  # of a token


@dataclass(frozen=True, slots=True)
class Phrases:
    """What follows what: phrases somebody subscribed to, and their beginnings."""

    pairs: U64  # sorted: the number of the words so far, shifted by 32, and that of the next word
    both: U32  # the number of both together, some with BEGINS


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms of a segment."""

    keys: U64  # of terms and of the beginnings of phrases, sorted
    forms: U64  # keys of forms, sorted; one that several words have, several times
    words: U32  # the number of the word each is a form of, with SAME and BEGINS; at the end NONE
    phrases: Phrases
    _forms: dict[str, int] = field(default_factory=dict)  # where each stands in forms
    _said: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    _inside: dict[frozenset[str], U32] = field(default_factory=dict)

    def find(self, reading: Reading) -> U32:
        """The numbers of the terms that hold, each once, sorted."""
        layers = self._layers([*map(_text, reading.tokens), ""])
        inside = map(self._places, reading.below.values())
        found = np.concatenate((*layers, *self._in_phrases(layers), self._around(reading), *inside))
        found &= _NUMBER
        found = distinct(found)
        return found[:-1]  # the last is NONE

    def _layers(self, texts: list[str]) -> list[U32]:
        """For each word of a text what it is a form of: in each array one more, where there is."""
        known = self._forms
        try:
            at = np.array([*map(known.__getitem__, texts)])
        except KeyError:
            self._remember(texts)
            at = np.array([*map(known.__getitem__, texts)])
        words = self.words[at]
        layers = [words]
        while words.max() >= SAME:
            at = np.where(words >= SAME, at + 1, len(self.forms))
            words = self.words[at]
            layers.append(words)
        return layers

    def _remember(self, texts: list[str]) -> None:
        if len(self._forms) > _MOST_REMEMBERED:
            self._forms.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._forms]
        at, known = positions(self.forms, np.array([*map(form_key, new)], np.uint64))
        self._forms.update(zip(new, np.where(known, at, len(self.forms)).tolist(), strict=True))

    def _in_phrases(self, layers: list[U32]) -> Iterable[U32]:
        """The phrases, and the beginnings of such, in a text of these words."""
        begun = [np.flatnonzero(words & _BEGINS) for words in layers]
        ends = np.concatenate(begun)
        firsts = np.concatenate([words[at] for words, at in zip(layers, begun, strict=True)])
        while len(ends):
            ends += 1
            before = (firsts & _NUMBER).astype(np.uint64) << _WIDTH
            pairs = np.concatenate([before | (words[ends] & _NUMBER) for words in layers])
            at, known = positions(self.phrases.pairs, pairs)
            firsts = self.phrases.both[at[known]]
            yield firsts
            longer = firsts >= BEGINS
            ends = np.tile(ends, len(layers))[known][longer]
            firsts = firsts[longer]

    def _around(self, reading: Reading) -> U32:
        """The source, the topics and the places around what it is about."""
        found: list[int] = []
        said = [("topic", name) for name in reading.topics]
        said += [("in", code) for code in reading.within]
        for one in (("from", reading.source), *said):
            known = self._said.get(one)
            found += self._learn(one) if known is None else known
        return np.array(found, np.uint32)

    def _learn(self, said: tuple[str, str]) -> tuple[int, ...]:
        if len(self._said) > _MOST_REMEMBERED:
            self._said.clear()
        match said:
            case ("from", name):
                keys: tuple[int, ...] = (source_key(name),)
            case ("topic", name):
                keys = (topic_key(name),)
            case (_, code):
                keys = (place_key(code), own_place_key(code))
        found = self._said[said] = tuple(self._numbers(keys).tolist())
        return found

    def _places(self, inside: frozenset[str]) -> U32:
        """The places subscribed to among those an alert reaches from above."""
        known = self._inside.get(inside)
        if known is None:
            if len(self._inside) == _MOST_PLACES_REMEMBERED:
                self._inside.clear()
            known = self._inside[inside] = self._numbers(map(place_key, inside))
        return known

    def _numbers(self, keys: Iterable[int]) -> U32:
        numbers, known = positions(self.keys, np.array([*keys], np.uint64))
        return numbers[known]


def vocabulary(
    keys: U64, forms: U64, words: Numbers, firsts: U32, seconds: U32, both: U32
) -> Vocabulary:
    """From forms and the numbers of their words, and from what follows what; in any order."""
    begins = np.zeros(len(keys), np.uint32)
    begins[firsts] = BEGINS
    order = np.argsort(forms)
    forms, words = forms[order], words[order].astype(np.uint32)
    words |= begins[words]
    words[:-1] |= np.where(forms[1:] == forms[:-1], np.uint32(SAME), np.uint32(0))
    pairs = firsts.astype(np.uint64) << _WIDTH | seconds
    order = np.argsort(pairs)
    both = both[order]
    phrases = Phrases(pairs[order], both | begins[both])
    return Vocabulary(keys, forms, np.append(words, np.uint32(NONE)), phrases)
