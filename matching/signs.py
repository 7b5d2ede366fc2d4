"""Signs: words that mean something for topics, and the sentence of a text they stand in."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matching.inflection import forms
from matching.normalise import Line, words
from matching.sentences import Sentences

REACH = 4  # words from a denial to what it denies: "no new ballistic alert"
REACH_BACK = 4  # and back to it: "постраждалих у місті немає"


@dataclass(frozen=True, slots=True)
class Sign:
    """Words and phrases that mean one thing."""

    name: str
    words: str  # with commas between; in any form, but after = as written only
    without: str = ""  # phrases in which these words mean something else
    denied_by: frozenset[str] = frozenset()  # signs that deny it from before, in its clause
    denied_after: frozenset[str] = frozenset()  # signs that deny it from after
    state: bool = False  # whether a sentence with it speaks of an alert's beginning or end


class Found(NamedTuple):
    """A sign in a text."""

    name: str  # of one that is denied: no_ and the name
    first: int  # number of its first word
    last: int  # of its last


class _Beginning:
    """What may begin with one word."""

    __slots__ = ("alone", "longer")

    def __init__(self) -> None:
        self.alone: list[str] = []  # signs that are this word
        self.longer: dict[str, list[_Rest]] = {}  # second word -> what may follow


@dataclass(frozen=True, slots=True)
class _Rest:
    """One of a sign's phrases, after its second word."""

    name: str
    words: tuple[frozenset[str], ...]
    excluded: bool  # not the sign: in this phrase its words mean something else


class Signs:
    """All signs there are, found together."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self._signs: Mapping[str, Sign] = {sign.name: sign for sign in signs}
        self._denying = frozenset().union(
            *(sign.denied_by | sign.denied_after for sign in self._signs.values())
        )
        self._deniable = frozenset(
            name for name, sign in self._signs.items() if sign.denied_by or sign.denied_after
        )
        stating = [name for name, sign in self._signs.items() if sign.state]
        # A sentence with one of them, denied or not, speaks of the state of an alert.
        self.stating = frozenset((*stating, *(f"no_{name}" for name in stating)))
        self._beginnings: dict[str, _Beginning] = {}
        for sign in self._signs.values():
            self._learn(sign.name, sign.words, excluded=False)
            self._learn(sign.name, sign.without, excluded=True)

    def phrases(self, name: str) -> Iterator[tuple[str, ...]]:
        """The words and phrases of a sign, normalised; of an unknown one none."""
        if sign := self._signs.get(name):
            yield from filter(None, map(words, _listed(sign.words)))

    def _learn(self, name: str, phrases: str, *, excluded: bool) -> None:
        for phrase in _listed(phrases):
            first, *more = _forms(phrase)
            rest = _Rest(name, tuple(more[1:]), excluded)
            for form in first:
                beginning = self._beginnings.setdefault(form, _Beginning())
                if not more:
                    beginning.alone.append(name)
                for second in more[0] if more else ():
                    beginning.longer.setdefault(second, []).append(rest)

    def find(self, texts: Sequence[str]) -> list[Found]:
        """The signs among the words of a text, in their order; the time is linear."""
        found: list[Found] = []
        excluded: set[tuple[str, int]] = set()
        beginnings = self._beginnings
        for at in [at for at, text in enumerate(texts) if text in beginnings]:
            beginning = beginnings[texts[at]]
            found += [Found(name, at, at) for name in beginning.alone]
            for rest in beginning.longer.get(texts[at + 1], ()) if at + 1 < len(texts) else ():
                last = at + 1 + len(rest.words)
                if rest.words and not _follows(texts[at + 2 : last + 1], rest.words):
                    continue
                if rest.excluded:
                    excluded.update((rest.name, place) for place in range(at, last + 1))
                else:
                    found.append(Found(rest.name, at, last))
        return [sign for sign in found if (sign[0], sign[2]) not in excluded] if excluded else found

    def denied(self, found: Sequence[Found], line: Line, cut: Sentences) -> list[str]:
        """The names of the signs; of those that are denied no_ and their own."""
        places: dict[str, list[int]] = {}
        for name, first, _ in found:
            if name in self._denying:
                places.setdefault(name, []).append(first)
        return [
            f"no_{sign.name}"
            if places and sign.name in self._deniable and self._is_denied(sign, places, line, cut)
            else sign.name
            for sign in found
        ]

    def _is_denied(
        self, sign: Found, places: Mapping[str, list[int]], line: Line, cut: Sentences
    ) -> bool:
        kind = self._signs[sign.name]
        before = sign.first - REACH, sign.first
        after = sign.last + 1, sign.last + 1 + REACH_BACK
        denials = [
            *(at for name in kind.denied_by for at in _within(places.get(name, ()), *before)),
            *(at for name in kind.denied_after for at in _within(places.get(name, ()), *after)),
        ]
        clause = denials and cut.clause(line.starts[sign.first])
        return any(cut.clause(line.starts[at]) == clause for at in denials)


def _within(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Of rising places those from start up to end, exclusive."""
    return places[bisect_left(places, start) : bisect_left(places, end)]


def _follows(texts: Sequence[str], rest: Sequence[frozenset[str]]) -> bool:
    """Whether these words are the rest of a phrase."""
    return len(texts) == len(rest) and all(
        text in allowed for text, allowed in zip(texts, rest, strict=True)
    )


def _listed(phrases: str) -> Iterator[str]:
    return filter(None, map(str.strip, phrases.replace("\n", ",").split(",")))


def _forms(phrase: str) -> list[frozenset[str]]:
    """What each word of a phrase may be written as."""
    return [
        frozenset((word,)) if part.startswith("=") else forms(word)
        for part in phrase.split()
        for word in words(part)
    ]
