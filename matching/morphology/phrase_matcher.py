"""Words and phrases that stand for names, found among the words of a text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matching.morphology.inflection import forms
from matching.text.tokenizer import words


class Found(NamedTuple):
    """A name in a text."""

    name: str
    first: int  # number of the first word that stands for it
    last: int  # of the last


# Without the constructor's own call: there is one for every sign of every bulletin.
_found = tuple.__new__


@dataclass(frozen=True, slots=True)
class _Rest:
    """A phrase after its second word."""

    name: str
    words: tuple[frozenset[str], ...]
    excluded: bool  # not the name: in this phrase its words mean something else


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What may begin with one word."""

    alone: list[str] = field(default_factory=list)  # names that are this word
    longer: dict[str, list[_Rest]] = field(default_factory=dict)  # second word -> what may follow


class Phrases:
    """Phrases by the words they begin with."""

    def __init__(self) -> None:
        self._beginnings: dict[str, _Beginning] = {}

    def add(self, name: str, listed: str, *, excluded: bool = False) -> None:
        """Words and phrases with commas between; in any form, but after = as written only.

        excluded: in these phrases the words of the name mean something else.
        """
        for phrase in split(listed):
            first, *more = _forms(phrase)
            rest = _Rest(name, tuple(more[1:]), excluded)
            for form in first:
                beginning = self._beginnings.setdefault(form, _Beginning())
                if not more:
                    beginning.alone.append(name)
                for second in more[0] if more else ():
                    beginning.longer.setdefault(second, []).append(rest)

    def find(self, texts: Sequence[str]) -> list[Found]:
        """The names among the words of a text, in their order; the time is linear."""
        beginnings = self._beginnings
        starts = [at for at, text in enumerate(texts) if text in beginnings]
        if not starts:
            return []
        found: list[Found] = []
        excluded: set[tuple[str, int]] = set()
        end = len(texts) - 1
        for at in starts:
            beginning = beginnings[texts[at]]
            for name in beginning.alone:
                found.append(_found(Found, (name, at, at)))  # noqa: PERF401 - a list for each word
            if not beginning.longer or at == end:
                continue
            for rest in beginning.longer.get(texts[at + 1], ()):
                last = at + 1 + len(rest.words)
                if rest.words and not _follows(texts[at + 2 : last + 1], rest.words):
                    continue
                if rest.excluded:
                    excluded.update((rest.name, place) for place in range(at, last + 1))
                else:
                    found.append(Found(rest.name, at, last))
        if not excluded:
            return found
        return [one for one in found if (one.name, one.last) not in excluded]


def split(listed: str) -> Iterator[str]:
    """The phrases of a list with commas or line ends between."""
    return filter(None, map(str.strip, listed.replace("\n", ",").split(",")))


def _follows(texts: Sequence[str], rest: Sequence[frozenset[str]]) -> bool:
    """Whether these words are the rest of a phrase."""
    return len(texts) == len(rest) and all(
        text in allowed for text, allowed in zip(texts, rest, strict=True)
    )


def _forms(phrase: str) -> list[frozenset[str]]:
    """What each word of a phrase may be written as."""
    return [
        frozenset((word,)) if part.startswith("=") else forms(word)
        for part in phrase.split()
        for word in words(part)
    ]
