"""Whether an alert is for a whole country: "throughout Ukraine", "по всій Україні"."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from matching.morphology import demonyms
from matching.text.tokenizer import Line, words

_POSSESSED = len("'s ")


@dataclass(frozen=True, slots=True)
class Nationwide:
    """The words by which it is said, in every language at once."""

    before: frozenset[tuple[str, ...]]  # ends right before the country's name
    between: frozenset[str]  # may stand between these words and the name
    alone: Mapping[str, tuple[tuple[str, ...], ...]]  # needs no name: first word -> the rest
    home: str  # code of the country meant when none is named
    home_forms: frozenset[str]  # the home country's name in further forms
    part: frozenset[str]  # right after the name: only so much of it
    adjectives: frozenset[str]  # of countries: the whole Ukrainian team is not the country

    @classmethod
    def load(cls) -> "Nationwide":
        """What comes with the package."""
        alone: dict[str, tuple[tuple[str, ...], ...]] = {}
        data = tomllib.loads((files("matching") / "data" / "nationwide.toml").read_text("utf-8"))
        for first, *rest in map(words, data["alone"]):
            alone[first] = (*alone.get(first, ()), tuple(rest))
        return cls(
            frozenset(map(words, data["before"])),
            frozenset(words(data["between"])),
            alone,
            data["home"],
            frozenset(word for form in data["home_forms"] for word in words(form)),
            frozenset(words(data["part"])),
            frozenset(demonyms.load()),
        )

    def countries(self, line: Line, named: Sequence[tuple[int, str]]) -> frozenset[str]:
        """The countries a text speaks of as a whole.

        named: the position of each country's first word in line, and its code; a flag is no word
        and has the position -1.
        """
        texts = line.texts
        inflected = [(at, self.home) for at, text in enumerate(texts) if text in self.home_forms]
        found = {
            code
            for at, code in (*named, *inflected)
            if at >= 0 and self._whole_before(texts, at) and self._is_whole(line, at)
        }
        if not found and self._is_alone(texts):
            found = {code for _, code in named} or {self.home}
        return frozenset(found)

    def _is_whole(self, line: Line, at: int) -> bool:
        """Whether no part is meant: throughout Ukraine's Kharkiv region, Ucraina orientale."""
        following = line[at + 1] if at + 1 < len(line) else None
        if line[at].text in self.adjectives and line[at].text not in self.home_forms:
            return False
        if following is None:
            return True
        gap = following.start - line[at].end
        owned = gap == _POSSESSED and following.capital and line[at].text.isascii()
        return following.text not in self.part and not owned

    def _whole_before(self, texts: Sequence[str], at: int) -> bool:
        while at and not self._ends_at(texts, at) and texts[at - 1] in self.between:
            at -= 1
        return self._ends_at(texts, at)

    def _ends_at(self, texts: Sequence[str], at: int) -> bool:
        return any(tuple(texts[max(0, at - size) : at]) in self.before for size in (1, 2, 3))

    def _is_alone(self, texts: Sequence[str]) -> bool:
        return any(
            tuple(texts[at + 1 : at + 1 + len(rest)]) == rest
            for at in [at for at, text in enumerate(texts) if text in self.alone]
            for rest in self.alone[texts[at]]
        )
