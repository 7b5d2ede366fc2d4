"""Synthetic workload: subscriptions and bulletins, the same in every run.

A million subscriptions of 300,000 subscribers use 52,000 terms (70 % words, half English, half
Ukrainian; 30 % phrases) and 2,000 regions; 67 % of the queries combine several terms. 10 % have a
distance, of 1-500 km around 5,000 cities; 5 % ask for a level, a magnitude or a depth. A bulletin
has about 133 words; every fourth has properties, every eighth a point of its own. For each further
million subscriptions there are as many further terms, so that a bulletin does not match more of
them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.index.index import MatchMode, StoredEntry
from matching.places.gazetteer import Gazetteer

WORDS = 36_400
PHRASES = 15_600
REGIONS = 2_000
CENTRES = 5_000
MILLION = 1_000_000
_CHUNK = 10_000
_MODES = (MatchMode.AUDIBLE, MatchMode.SILENT, MatchMode.DIGEST)
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
    centres: tuple[str, ...]  # of circles: latitude, longitude, as in a stored query


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
            modes = random.choice(_MODES, count, p=[0.6, 0.1, 0.3]).tolist()
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

    def facts(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield what the source of each bulletin declares, for `Reader.read`."""
        random = np.random.default_rng(5)
        positions = [tuple(map(float, centre.split(","))) for centre in self.terms.centres]
        for number in range(count):
            level, magnitude, depth, centre = random.integers(0, (4, 100, 700, CENTRES)).tolist()
            facts: dict[str, Any] = {}
            if number % 4 == 0:
                facts["measures"] = {"level": level, "magnitude": magnitude / 10, "depth": depth}
            if number % 8 == 0:
                facts["point"] = positions[centre]
            yield facts

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
        circles = [
            f'["near",{terms.centres[number]},{radius},"here"]'
            for number, radius in zip(
                _draw(random, CENTRES, count), random.integers(1, 501, count), strict=True
            )
        ]
        bounds = [_BOUNDS[number] for number in random.integers(0, len(_BOUNDS), count)]
        shapes = random.choice(len(_SHAPES), count, p=[share for _, share in _SHAPES]).tolist()
        return [
            _SHAPES[shape][0].format(
                w=words[position],
                v=words[count + position],
                u=words[2 * count + position],
                p=phrases[position],
                i=places[position],
                n=circles[position],
                q=bounds[position],
            )
            for position, shape in enumerate(shapes)
        ]


# Shapes of queries and their shares: w, v and u are words, p a phrase, i a place, n a circle, q a
# bound of a property.
_SHAPES = (
    ("{w}", 0.18),
    ("{p}", 0.08),
    ("{i}", 0.04),
    ('["and",{w},{i}]', 0.22),
    ('["and",{w},{v}]', 0.10),
    ('["and",{p},{i}]', 0.05),
    ('["and",["or",{w},{v}],{i}]', 0.07),
    ('["and",{w},["not",{v}]]', 0.04),
    ('["or",{w},{v},{p}]', 0.03),
    ('["and",{i},["or",{w},{p}],["not",{v}]]', 0.03),
    ('["or",["and",{w},{i}],["and",{p},["not",{v}]],["and",{v},{u}]]', 0.01),
    ("{n}", 0.02),
    ('["and",{w},{n}]', 0.05),
    ('["and",{n},["not",{v}]]', 0.01),
    ('["or",{i},{n}]', 0.02),
    ("{q}", 0.01),
    ('["and",{q},{i}]', 0.02),
    ('["and",{q},{w}]', 0.02),
)
_BOUNDS = (
    *(f'["prop","level",">=",{rank}]' for rank in range(1, 4)),
    *(f'["prop","magnitude",">=",{step / 10}]' for step in range(30, 80)),
    *(f'["prop","depth","<=",{depth}]' for depth in range(10, 110, 10)),
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
    regions = sorted(gazetteer, key=lambda r: (r.kind == "village", -r.population))
    cities = [r for r in regions if r.latitude is not None][:CENTRES]
    regions = regions[:REGIONS]
    regions *= -(-REGIONS // len(regions))
    cities *= -(-CENTRES // len(cities))
    return Terms(
        words,
        phrases,
        tuple(region.code for region in regions),
        tuple(region.names["en"] for region in regions),
        tuple(f"{city.latitude},{city.longitude}" for city in cities),
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
