"""Where a text is cut: into sentences, each about one state of things, and these into clauses."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one text, numbered from 0."""

    ends: tuple[int, ...]  # code points at which they are cut
    pauses: tuple[int, ...]  # code points at which clauses are cut
    marks: Mapping[int, str]  # number of a sentence -> the sign it begins with: 🔴, 🟢 and so on

    def at(self, place: int) -> int:
        """The number of the sentence this code point stands in."""
        return bisect_right(self.ends, place)

    def clause(self, place: int) -> tuple[int, int]:
        """What names the clause this code point stands in."""
        return self.at(place), bisect_right(self.pauses, place)


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
    pauses = tuple(pause.start() for pause in _PAUSE.finditer(whole))
    return Sentences(tuple(ends), pauses, marks)
