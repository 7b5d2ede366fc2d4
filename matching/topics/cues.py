"""Signs: words that mean something for topics, and what denies them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matching.morphology.phrase_matcher import Found, Phrases, split
from matching.text.sentences import Sentences
from matching.text.tokenizer import Line, words

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


class Signs:
    """All signs there are, found together."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self._signs: Mapping[str, Sign] = {sign.name: sign for sign in signs}
        self._phrases = Phrases()
        for sign in self._signs.values():
            self._phrases.add(sign.name, sign.words)
            self._phrases.add(sign.name, sign.without, excluded=True)
        self._denying = frozenset().union(
            *(sign.denied_by | sign.denied_after for sign in self._signs.values())
        )
        self._deniable = frozenset(
            name for name, sign in self._signs.items() if sign.denied_by or sign.denied_after
        )
        stating = [name for name, sign in self._signs.items() if sign.state]
        # A sentence with one of them, denied or not, speaks of the state of an alert.
        self.stating = frozenset((*stating, *(f"no_{name}" for name in stating)))

    def phrases(self, name: str) -> Iterator[tuple[str, ...]]:
        """The words and phrases of a sign, normalised; of an unknown one none."""
        if sign := self._signs.get(name):
            yield from filter(None, map(words, split(sign.words)))

    def find(self, texts: Sequence[str]) -> list[Found]:
        """The signs among the words of a text, in their order; the time is linear."""
        return self._phrases.find(texts)

    def told(self, found: Sequence[Found], line: Line, cut: Sentences) -> list[str]:
        """The names of signs found in sentences; of one that is denied no_ and its name."""
        denials = [sign for sign in found if sign.name in self._denying]
        firsts = [denial.first for denial in denials]
        told = []
        for sign in found:
            name = sign.name
            if denials and name in self._deniable:
                near = slice(
                    bisect_left(firsts, sign.first - REACH),
                    bisect_right(firsts, sign.last + REACH_BACK),
                )
                if self._is_denied(sign, denials[near], line, cut):
                    name = f"no_{name}"
            told.append(name)
        return told

    def _is_denied(self, sign: Found, near: Sequence[Found], line: Line, cut: Sentences) -> bool:
        kind = self._signs[sign.name]
        for denial in near:
            at = denial.first
            before = denial.name in kind.denied_by and at < sign.first
            after = denial.name in kind.denied_after and at > sign.last
            if (before or after) and cut.same_clause(line.starts[at], line.starts[sign.first]):
                return True
        return False
