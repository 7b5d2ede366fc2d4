"""Term dictionary: finds the subscribed terms that occur in a reading.

The number of a term is its index among the sorted keys. There are too many inflected forms for a
Python dictionary, so their keys are in a sorted array, with a cache in front of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from matching.index.arrays import U32, U64, Indices, distinct, find_sorted
from matching.index.circles import CircleTable
from matching.index.term_keys import (
    form_key,
    negated_place_key,
    place_key,
    property_key,
    source_key,
    topic_key,
)
from matching.query.evaluator import topics_of
from matching.query.properties import true_terms
from matching.text.reading import MatchableReading

_CACHE_SIZE = 100_000
_SUBTREE_CACHE_SIZE = 1_000

# Flags beside the number of a word: the next item is the same form, of another word (a
# homograph); a longer phrase begins with this word or phrase.
SAME_FORM = 1 << 31
IS_PREFIX = 1 << 30

NO_TERM = IS_PREFIX - 1
"""Number that stands for no term."""

_WORD_BITS = np.uint64(32)


@dataclass(frozen=True, slots=True)
class PhraseTrie:
    """Trie of the subscribed phrases, one word per edge."""

    edges: U64  # sorted: the number of the prefix, shifted by 32, and the number of the next word
    nodes: U32  # number of the longer prefix or phrase each edge leads to, some with IS_PREFIX
    _cache: dict[int, int] = field(default_factory=dict)  # edge -> node

    def find_child(self, prefix: int, word: int) -> int:
        """Return the node for a prefix and the next word, NO_TERM if no phrase begins with them."""
        edge = prefix << 32 | word
        node = self._cache.get(edge)
        return self._look_up(edge) if node is None else node

    def _look_up(self, edge: int) -> int:
        if len(self._cache) > _CACHE_SIZE:
            self._cache.clear()
        indices, present = find_sorted(self.edges, np.array([edge], np.uint64))
        node = self._cache[edge] = int(self.nodes[indices[0]]) if present[0] else NO_TERM
        return node


@dataclass(frozen=True, slots=True)
class TermDictionary:
    """All terms of a segment."""

    keys: U64  # of terms and of the prefixes of phrases, sorted
    forms: U64  # keys of forms, sorted; a homograph several times
    words: U32  # by form: number of its word, with SAME_FORM and IS_PREFIX; at the end NO_TERM
    phrases: PhraseTrie
    circles: CircleTable
    _form_cache: dict[str, int] = field(default_factory=dict)  # form -> index in forms
    _context_cache: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    _subtree_cache: dict[frozenset[str], U32] = field(default_factory=dict)
    _measure_cache: dict[tuple[str, float], list[int]] = field(default_factory=dict)

    def find(self, reading: MatchableReading) -> U32:
        """Return the numbers of the terms that hold, sorted and distinct."""
        pieces = reading.pieces
        indices = self._find_forms([*pieces.texts, ""])
        words = self.words[indices]
        homographs = self._find_homographs(indices, words)
        extra = [number for numbers in homographs.values() for number in numbers]
        extra += self._find_phrases(words, homographs, pieces.joints)
        extra += self._find_context(reading)
        for measure in reading.measures.items():
            extra += self._find_bounds(measure)
        places = map(self._find_places, reading.affected_subtrees.values())
        circles = self.circles.find(reading.points)
        numbers = np.concatenate((words, np.array(extra, np.uint32), circles, *places))
        numbers &= NO_TERM
        return distinct(numbers)[:-1]  # the last is NO_TERM

    def find_withheld(self, reading: MatchableReading) -> U32:
        """Return the numbers of the topics of which neither presence nor absence holds."""
        return self._find_keys(map(topic_key, reading.withheld_topics))

    def _find_forms(self, texts: list[str]) -> Indices:
        """Return the index of each word of a text among the forms, len(forms) if unknown."""
        cache = self._form_cache
        try:
            return np.array([*map(cache.__getitem__, texts)])
        except KeyError:
            if len(cache) > _CACHE_SIZE:
                cache.clear()
            missing = [text for text in dict.fromkeys(texts) if text not in cache]
            keys = np.array([*map(form_key, missing)], np.uint64)
            indices, present = find_sorted(self.forms, keys)
            indices[~present] = len(self.forms)
            cache.update(zip(missing, indices.tolist(), strict=True))
        return np.array([*map(cache.__getitem__, texts)])

    def _find_homographs(self, indices: Indices, words: U32) -> dict[int, list[int]]:
        """Return the words of ambiguous forms except the first, by position in the text."""
        homographs: dict[int, list[int]] = {}
        for position in np.flatnonzero(words >= SAME_FORM).tolist():
            index = int(indices[position]) + 1
            homographs[position] = numbers = self.words[index : index + 1].tolist()
            while numbers[-1] >= SAME_FORM:
                index += 1
                numbers.append(int(self.words[index]))
        return homographs

    def _find_phrases(
        self, words: U32, homographs: Mapping[int, list[int]], joints: frozenset[int]
    ) -> list[int]:
        """Return the phrases, and prefixes of phrases, in a text of these words.

        The words before and after a joint are adjacent, too.
        """
        phrases = []
        numbers = words.tolist()
        prefixes = [(i, numbers[i]) for i in np.flatnonzero(words & IS_PREFIX).tolist()]
        prefixes += [
            (position, number)
            for position, alternatives in homographs.items()
            for number in alternatives
            if number & IS_PREFIX
        ]
        for position, prefix in prefixes:  # the loop body appends to it
            for next_position in range(position + 1, position + 2 + (position + 1 in joints)):
                following = numbers[next_position]
                if following == NO_TERM:
                    continue
                for word in (following, *homographs.get(next_position, ())):
                    node = self.phrases.find_child(prefix & NO_TERM, word & NO_TERM)
                    if node != NO_TERM:
                        phrases.append(node)
                        if node & IS_PREFIX:
                            prefixes.append((next_position, node))
        return phrases

    def _find_context(self, reading: MatchableReading) -> list[int]:
        """Return the terms for the source, the topics, and the regions the reading is about."""
        numbers: list[int] = []
        context = [("topic", name) for name in topics_of(reading)]
        context += [("in", code) for code in reading.regions]
        for item in (("from", reading.source), *context):
            cached = self._context_cache.get(item)
            numbers += self._look_up_context(item) if cached is None else cached
        return numbers

    def _look_up_context(self, item: tuple[str, str]) -> tuple[int, ...]:
        if len(self._context_cache) > _CACHE_SIZE:
            self._context_cache.clear()
        match item:
            case ("from", name):
                keys: tuple[int, ...] = (source_key(name),)
            case ("topic", name):
                keys = (topic_key(name),)
            case (_, code):
                keys = (place_key(code), negated_place_key(code))
        numbers = self._context_cache[item] = tuple(self._find_keys(keys).tolist())
        return numbers

    def _find_bounds(self, measure: tuple[str, float]) -> list[int]:
        """Return the subscribed bounds that a property with its value satisfies."""
        numbers = self._measure_cache.get(measure)
        if numbers is None:
            if len(self._measure_cache) > _SUBTREE_CACHE_SIZE:
                self._measure_cache.clear()
            keys = map(property_key, true_terms(*measure))
            numbers = self._measure_cache[measure] = self._find_keys(keys).tolist()
        return numbers

    def _find_places(self, subtree: frozenset[str]) -> U32:
        """Return the subscribed places in the subtree of a region that an alert affects."""
        numbers = self._subtree_cache.get(subtree)
        if numbers is None:
            if len(self._subtree_cache) == _SUBTREE_CACHE_SIZE:
                self._subtree_cache.clear()
            numbers = self._subtree_cache[subtree] = self._find_keys(map(place_key, subtree))
        return numbers

    def _find_keys(self, keys: Iterable[int]) -> U32:
        """Return the numbers of the terms with these keys, without the unknown ones."""
        numbers, present = find_sorted(self.keys, np.array([*keys], np.uint64))
        return numbers[present].astype(np.uint32)


def build_dictionary(
    keys: U64, forms: U64, words: U32, edges: tuple[U32, U32, U32], circles: CircleTable
) -> TermDictionary:
    """Build a dictionary from sorted keys, forms with the numbers of their words, and trie edges.

    Forms and edges may be in any order. An edge is the numbers of a prefix, of the next word, and
    of the node for both; `edges` has an array of each.
    """
    edge_prefixes, edge_words, edge_nodes = edges
    prefix_flags = np.zeros(len(keys), np.uint32)
    prefix_flags[edge_prefixes] = IS_PREFIX
    order = np.argsort(forms)
    forms, words = forms[order], words[order]
    words |= prefix_flags[words]
    words[:-1] |= np.where(forms[1:] == forms[:-1], np.uint32(SAME_FORM), np.uint32(0))
    edge_keys = edge_prefixes.astype(np.uint64) << _WORD_BITS | edge_words
    order = np.argsort(edge_keys)
    nodes = edge_nodes[order]
    trie = PhraseTrie(edge_keys[order], nodes | prefix_flags[nodes])
    return TermDictionary(keys, forms, np.append(words, np.uint32(NO_TERM)), trie, circles)
