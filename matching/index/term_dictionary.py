"""Which of the terms somebody subscribed to stand in a reading, whatever their number.

A term's number is its index among the sorted keys. There are too many forms of words for a
dictionary of them, so they stand in an array, and what was looked up there is remembered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from matching.index.arrays import U32, U64, Numbers, distinct, positions
from matching.index.term_keys import form_key, own_place_key, place_key, source_key, topic_key
from matching.text.reading import Reading

_MOST_REMEMBERED = 100_000
_MOST_PLACES_REMEMBERED = 1_000

# Beside a number: the next form is the same one, of another word; a longer phrase begins with this.
SAME = 1 << 31
BEGINS = 1 << 30

NONE = BEGINS - 1
"""The number of no term."""

_WIDTH = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What follows what: phrases somebody subscribed to, and their beginnings."""

    pairs: U64  # sorted: the number of the words so far, shifted by 32, and that of the next word
    both: U32  # the number of both together, some with BEGINS
    _found: dict[int, int] = field(default_factory=dict)  # by pair

    def find(self, first: int, second: int) -> int:
        """The number of both, NONE when nobody subscribed to what begins with them."""
        pair = first << 32 | second
        found = self._found.get(pair)
        return self._look_up(pair) if found is None else found

    def _look_up(self, pair: int) -> int:
        if len(self._found) > _MOST_REMEMBERED:
            self._found.clear()
        at, known = positions(self.pairs, np.array([pair], np.uint64))
        found = self._found[pair] = int(self.both[at[0]]) if known[0] else NONE
        return found


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
        at = self._at([*reading.tokens.texts, ""])
        words = self.words[at]
        others = self._others(at, words)
        beside = [number for numbers in others.values() for number in numbers]
        beside += self._in_phrases(words, others)
        beside += self._around(reading)
        inside = map(self._places, reading.below.values())
        found = np.concatenate((words, np.array(beside, np.uint32), *inside))
        found &= NONE
        return distinct(found)[:-1]  # the last is NONE

    def _at(self, texts: list[str]) -> Numbers:
        """For each word of a text its place among the forms, or the one after them all."""
        known = self._forms
        try:
            return np.array([*map(known.__getitem__, texts)])
        except KeyError:
            if len(known) > _MOST_REMEMBERED:
                known.clear()
            new = [text for text in dict.fromkeys(texts) if text not in known]
            at, there = positions(self.forms, np.array([*map(form_key, new)], np.uint64))
            at[~there] = len(self.forms)
            known.update(zip(new, at.tolist(), strict=True))
        return np.array([*map(known.__getitem__, texts)])

    def _others(self, at: Numbers, words: U32) -> dict[int, list[int]]:
        """By place in a text the words it is a form of besides the first."""
        others: dict[int, list[int]] = {}
        for place in np.flatnonzero(words >= SAME).tolist():
            first = int(at[place]) + 1
            others[place] = several = self.words[first : first + 1].tolist()
            while several[-1] >= SAME:
                first += 1
                several.append(int(self.words[first]))
        return others

    def _in_phrases(self, words: U32, others: Mapping[int, list[int]]) -> list[int]:
        """The phrases, and the beginnings of such, in a text of these words."""
        found = []
        numbers = words.tolist()
        begun = [(at, numbers[at]) for at in np.flatnonzero(words & BEGINS).tolist()]
        begun += [(at, number) for at, some in others.items() for number in some if number & BEGINS]
        for at, first in begun:
            second = numbers[at + 1]
            if second == NONE:
                continue
            for following in (second, *others.get(at + 1, ())):
                both = self.phrases.find(first & NONE, following & NONE)
                if both != NONE:
                    found.append(both)
                    if both & BEGINS:
                        begun.append((at + 1, both))
        return found

    def _around(self, reading: Reading) -> list[int]:
        """The source, the topics and the places around what it is about."""
        found: list[int] = []
        said = [("topic", name) for name in reading.topics]
        said += [("in", code) for code in reading.within]
        for one in (("from", reading.source), *said):
            known = self._said.get(one)
            found += self._learn(one) if known is None else known
        return found

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
        return numbers[known].astype(np.uint32)


def vocabulary(
    keys: U64, forms: U64, words: U32, firsts: U32, seconds: U32, both: U32
) -> Vocabulary:
    """From forms and the numbers of their words, and from what follows what; in any order."""
    begins = np.zeros(len(keys), np.uint32)
    begins[firsts] = BEGINS
    order = np.argsort(forms)
    forms, words = forms[order], words[order]
    words |= begins[words]
    words[:-1] |= np.where(forms[1:] == forms[:-1], np.uint32(SAME), np.uint32(0))
    pairs = firsts.astype(np.uint64) << _WIDTH | seconds
    order = np.argsort(pairs)
    both = both[order]
    phrases = Phrases(pairs[order], both | begins[both])
    return Vocabulary(keys, forms, np.append(words, np.uint32(NONE)), phrases)
