"""Synthetic workload: subscriptions and bulletins, the same in every run.

A million subscriptions of 300,000 subscribers use 52,000 terms (70 % words, half English, half
Ukrainian; 30 % phrases) and 2,000 regions; 65 % of the queries combine several terms. A bulletin
has about 133 words. For each further million subscriptions there are as many further terms, so
that a bulletin does not match more of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index.index import MatchMode, StoredEntry
from matching.places.gazetteer import Gazetteer

WORDS = 36_400
PHRASES = 15_600
REGIONS = 2_000
MILLION = 1_000_000
_CHUNK = 10_000
_FLATNESS = 65  # offset of the rank in the frequency: term number n is used 1 / (n + 65) as often
_FILLERS = 3_000  # words of bulletins that are in no query

Picks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of the queries, the most frequent first."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    regions: tuple[str, ...]  # codes
    names: tuple[str, ...]  # of the regions, as they occur in a text


class Workload:
    """Subscriptions and bulletins over the same terms."""

    def __init__(self, subscriptions: int, gazetteer: Gazetteer) -> None:
        self.subscriptions = subscriptions
        self.subscribers = max(1, subscriptions * 3 // 10)
        self._bands = max(1, subscriptions // MILLION)  # each has its own terms
        self.terms = _terms(self._bands, gazetteer)

    def rows(self) -> Iterator[StoredEntry]:
        """Yield the subscriptions as they are stored, numbered from 1."""
        random = np.random.default_rng(1)
        for first in range(1, self.subscriptions + 1, _CHUNK):
            count = min(_CHUNK, self.subscriptions + 1 - first)
            subscribers = random.integers(0, self.subscribers, count).tolist()
            modes = random.choice(3, count, p=[0.6, 0.1, 0.3]).tolist()
            queries = self._queries(random, count)
            for position, query in enumerate(queries):
                mode = MatchMode(modes[position])
                yield first + position, subscribers[position], query, mode

    def bulletins(self, count: int) -> Iterator[tuple[str, str]]:
        """Yield titles and texts."""
        random = np.random.default_rng(2)
        terms = self.terms
        for _ in range(count):
            words = [terms.words[number] for number in self._pick(random, WORDS, 26)]
            phrases = [" ".join(terms.phrases[number]) for number in self._pick(random, PHRASES, 6)]
            names = [terms.names[number] for number in _draw(random, REGIONS, 2)]
            fillers = [f"zzh{_word(int(number))}" for number in _draw(random, _FILLERS, 90)]
            pieces = [*words, *phrases, *names, *fillers]
            shuffled = [pieces[number] for number in random.permutation(len(pieces))]
            yield " ".join(shuffled[:9]).capitalize(), " ".join(shuffled[9:])

    def _pick(self, random: np.random.Generator, size: int, count: int) -> list[int]:
        """Draw numbers of terms of a kind, frequent terms more often."""
        bands = random.integers(0, self._bands, count)
        return [int(number) for number in _draw(random, size, count) * self._bands + bands]

    def _queries(self, random: np.random.Generator, count: int) -> list[str]:
        terms = self.terms
        words = [
            f'["word","{terms.words[number]}"]' for number in self._pick(random, WORDS, 3 * count)
        ]
        phrases = [
            '["phrase","' + '","'.join(terms.phrases[number]) + '"]'
            for number in self._pick(random, PHRASES, count)
        ]
        places = [f'["in","{terms.regions[number]}"]' for number in _draw(random, REGIONS, count)]
        shapes = random.choice(len(_SHAPES), count, p=[share for _, share in _SHAPES]).tolist()
        return [
            _SHAPES[shape][0].format(
                w=words[position],
                v=words[count + position],
                u=words[2 * count + position],
                p=phrases[position],
                i=places[position],
            )
            for position, shape in enumerate(shapes)
        ]


# Shapes of queries and their shares: w, v and u are words, p a phrase, i a place.
_SHAPES = (
    ("{w}", 0.22),
    ("{p}", 0.09),
    ("{i}", 0.04),
    ('["and",{w},{i}]', 0.26),
    ('["and",{w},{v}]', 0.12),
    ('["and",{p},{i}]', 0.06),
    ('["and",["or",{w},{v}],{i}]', 0.08),
    ('["and",{w},["not",{v}]]', 0.05),
    ('["or",{w},{v},{p}]', 0.04),
    ('["and",{i},["or",{w},{p}],["not",{v}]]', 0.03),
    ('["or",["and",{w},{i}],["and",{p},["not",{v}]],["and",{v},{u}]]', 0.01),
)


def _terms(bands: int, gazetteer: Gazetteer) -> Terms:
    random = np.random.default_rng(3)
    words = tuple(_word(number) for number in range(WORDS * bands))
    size = len(words)
    lengths = random.choice([2, 3], PHRASES * bands, p=[0.8, 0.2]).tolist()
    phrases = tuple(
        tuple(words[number] for number in random.integers(size // 20, size, length))
        for length in lengths
    )
    regions = sorted(gazetteer, key=lambda r: (r.kind == "village", -r.population))[:REGIONS]
    regions *= -(-REGIONS // len(regions))
    return Terms(
        words,
        phrases,
        tuple(region.code for region in regions),
        tuple(region.names["en"] for region in regions),
    )


def _word(number: int) -> str:
    """Make a unique word: English letters for an even number, Ukrainian for an odd one."""
    onsets, vowels = ("bdfgklmnprtv", "aeiou") if number % 2 == 0 else ("бвгдзклмнпрт", "аеиоу")
    syllables = ""
    remainder = number // 2 + 3_600  # three syllables at least
    while remainder:
        remainder, syllable = divmod(remainder, len(onsets) * len(vowels))
        onset, vowel = divmod(syllable, len(vowels))
        syllables += onsets[onset] + vowels[vowel]
    return f"{syllables}т" if number % 2 else syllables  # so that no word is a form of another


def _draw(random: np.random.Generator, size: int, count: int) -> Picks:
    shares = np.cumsum(1 / (np.arange(size) + _FLATNESS))
    picks: Picks = np.searchsorted(shares, random.random(count) * shares[-1])
    return picks
