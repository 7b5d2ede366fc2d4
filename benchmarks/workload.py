"""The subscriptions and bulletins that are measured: made up, and the same in every run.

A million subscriptions of 300,000 subscribers ask for 52,000 terms (70 % words, half English, half
Ukrainian; 30 % phrases) and 2,000 regions; 65 % of them ask for more than one thing at once. A
bulletin has about 133 words. More than a million ask for as many more terms, so that a bulletin
concerns no more of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.index.index import Mode, Stored
from matching.places.gazetteer import Gazetteer

WORDS = 36_400
PHRASES = 15_600
REGIONS = 2_000
MILLION = 1_000_000
_CHUNK = 10_000
_FLATNESS = 65  # the most asked for is asked for so little more often than the next ones
_FILLERS = 3_000  # words nobody asks for

Picks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for, the most asked for first."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]
    regions: tuple[str, ...]  # codes
    names: tuple[str, ...]  # of the regions, as they stand in a text


class Workload:
    """Subscriptions and bulletins over the same terms."""

    def __init__(self, subscriptions: int, gazetteer: Gazetteer) -> None:
        self.subscriptions = subscriptions
        self.subscribers = max(1, subscriptions * 3 // 10)
        self._bands = max(1, subscriptions // MILLION)  # each as many terms again
        self.terms = _terms(self._bands, gazetteer)

    def rows(self) -> Iterator[Stored]:
        """The subscriptions as they are stored, numbered from 1."""
        random = np.random.default_rng(1)
        for first in range(1, self.subscriptions + 1, _CHUNK):
            count = min(_CHUNK, self.subscriptions + 1 - first)
            subscribers = random.integers(0, self.subscribers, count).tolist()
            modes = random.choice(3, count, p=[0.6, 0.1, 0.3]).tolist()
            queries = self._queries(random, count)
            for at, query in enumerate(queries):
                yield first + at, subscribers[at], query, Mode(modes[at])

    def bulletins(self, count: int) -> Iterator[tuple[str, str]]:
        """Titles and texts."""
        random = np.random.default_rng(2)
        for _ in range(count):
            words = [self.terms.words[at] for at in self._pick(random, WORDS, 26)]
            phrases = [" ".join(self.terms.phrases[at]) for at in self._pick(random, PHRASES, 6)]
            names = [self.terms.names[at] for at in _draw(random, REGIONS, 2)]
            fillers = [f"zzh{_word(int(at))}" for at in _draw(random, _FILLERS, 90)]
            pieces = [*words, *phrases, *names, *fillers]
            said = [pieces[at] for at in random.permutation(len(pieces))]
            yield " ".join(said[:9]).capitalize(), " ".join(said[9:])

    def _pick(self, random: np.random.Generator, size: int, count: int) -> list[int]:
        """Terms of a kind, those often asked for more often."""
        bands = random.integers(0, self._bands, count)
        return [int(at) for at in _draw(random, size, count) * self._bands + bands]

    def _queries(self, random: np.random.Generator, count: int) -> list[str]:
        words = [
            f'["word","{self.terms.words[at]}"]' for at in self._pick(random, WORDS, 3 * count)
        ]
        phrases = [
            '["phrase","' + '","'.join(self.terms.phrases[at]) + '"]'
            for at in self._pick(random, PHRASES, count)
        ]
        places = [f'["in","{self.terms.regions[at]}"]' for at in _draw(random, REGIONS, count)]
        shapes = random.choice(len(_SHAPES), count, p=[share for _, share in _SHAPES]).tolist()
        return [
            _SHAPES[shape][0].format(
                w=words[at],
                v=words[count + at],
                u=words[2 * count + at],
                p=phrases[at],
                i=places[at],
            )
            for at, shape in enumerate(shapes)
        ]


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
        tuple(words[at] for at in random.integers(size // 20, size, length)) for length in lengths
    )
    known = sorted(gazetteer, key=lambda r: (r.kind == "village", -r.population))[:REGIONS]
    known *= -(-REGIONS // len(known))
    return Terms(
        words,
        phrases,
        tuple(region.code for region in known),
        tuple(region.names["en"] for region in known),
    )


def _word(number: int) -> str:
    """One that nobody else has: English letters for an even number, Ukrainian for an odd one."""
    onsets, vowels = ("bdfgklmnprtv", "aeiou") if number % 2 == 0 else ("бвгдзклмнпрт", "аеиоу")
    syllables = ""
    rest = number // 2 + 3_600  # three syllables at least
    while rest:
        rest, syllable = divmod(rest, len(onsets) * len(vowels))
        onset, vowel = divmod(syllable, len(vowels))
        syllables += onsets[onset] + vowels[vowel]
    return f"{syllables}т" if number % 2 else syllables  # that no word is a form of another


def _draw(random: np.random.Generator, size: int, count: int) -> Picks:
    shares = np.cumsum(1 / (np.arange(size) + _FLATNESS))
    picks: Picks = np.searchsorted(shares, random.random(count) * shares[-1])
    return picks
