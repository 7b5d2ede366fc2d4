"""Where a text is cut: into sentences, each about one state of things, and these into clauses."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

# After these a full stop ends no sentence: м. Київ, Сумська обл.
_ABBREVIATION = re.compile(
    r"\b(?:м|с|г|смт|сел|обл|вул|ул|просп|пл|ст|ім|им|р|рр|н|о|год|хв|мін|мин|см|тис|тыс|млн|млрд"
    r"|[Ss]t|Mr|Mrs|Dr|No)$"
)
# A contrast begins what holds of other places: "all clear in Sumy, but in Poltava the alert is on".
# Both begin with one set of characters: only where one of them stands is more looked at.
_END = re.compile(
    r"""[.!?…\n;,🔴🟢🟡🟠🚨✅](?:(?<![.!?…,])|(?<!,)(?=["'»”’)\]]*(?:\s|$))"""
    r"|(?<=,)(?=\s(?:but|while|whereas|а|але|натомість|но|зато|тогда|тоді|ma|mentre|invece)\s))"
)
_PAUSE = re.compile(r"[,:()—–-](?:(?<!-)|(?<=\s-)(?=\s))")


class Sentences:
    """The sentences of one text, numbered from 0."""

    def __init__(self, text: str, ends: Sequence[int], marks: Mapping[int, str]) -> None:
        self._text = text
        self._ends = ends  # code points at which they are cut
        self.marks = marks  # number of a sentence -> the sign it begins with: 🔴, 🟢 and so on

    def at(self, place: int) -> int:
        """The number of the sentence this code point stands in."""
        return bisect_right(self._ends, place)

    def clause(self, place: int) -> tuple[int, int]:
        """What names the clause this code point stands in."""
        return self.at(place), bisect_right(self._pauses, place)

    def same_clause(self, place: int, other: int) -> bool:
        """Whether two code points stand in one clause."""
        if self.at(place) != self.at(other):
            return False
        first, last = sorted((place, other))
        return _PAUSE.search(self._text, first, last) is None

    @cached_property
    def _pauses(self) -> list[int]:
        """The code points at which clauses are cut; many texts are never asked for them."""
        return [pause.start() for pause in _PAUSE.finditer(self._text)]


def sentences(title: str, text: str) -> Sentences:
    """Cut title + newline + text; the time is linear."""
    whole = f"{title}\n{text}"
    ends = []
    marks = {}
    for end in _END.finditer(whole):
        at, sign = end.start(), end.group()
        if sign == "." and _ABBREVIATION.search(whole, max(0, at - 6), at):
            continue
        ends.append(at)
        if sign > "\u2600":
            marks[len(ends)] = sign
    return Sentences(whole, ends, marks)
