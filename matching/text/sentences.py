"""Sentence and clause splitter: by punctuation, conjunctions of contrast and status emoji."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

# A full stop after an abbreviation ends no sentence: м. Київ, Сумська обл.
_ABBREVIATION = re.compile(
    r"\b(?:м|с|г|смт|сел|обл|вул|ул|просп|пл|ст|ім|им|р|рр|н|о|год|хв|мін|мин|см|тис|тыс|млн|млрд"
    r"|[Ss]t|Mr|Mrs|Dr|No)$"
)
# A conjunction of contrast starts a sentence about other places: "all clear in Sumy, but in Poltava
# the alert is on". Both patterns start with one character set, so the regex engine checks the rest
# only at those characters.
_SENTENCE_BOUNDARY = re.compile(
    r"""[.!?…\n;,🔴🟢🟡🟠🚨✅](?:(?<![.!?…,])|(?<!,)(?=["'»”’)\]]*(?:\s|$))"""
    r"|(?<=,)(?=\s(?:but|while|whereas|а|але|натомість|но|зато|тогда|тоді|ma|mentre|invece)\s))"
)
_CLAUSE_BOUNDARY = re.compile(r"[,:()—–-](?:(?<!-)|(?<=\s-)(?=\s))")


class Sentences:
    """Sentence and clause boundaries of one text; sentences are numbered from 0."""

    def __init__(self, text: str, boundaries: Sequence[int], marks: Mapping[int, str]) -> None:
        """Store the boundaries (code points) and the marks (sentence number -> its first emoji)."""
        self._text = text
        self._boundaries = boundaries
        self.marks = marks  # 🔴, 🟢 and so on

    def sentence_at(self, offset: int) -> int:
        """Return the number of the sentence that contains this code point."""
        return bisect_right(self._boundaries, offset)

    def span(self, number: int) -> tuple[int, int]:
        """Return the first code point of a sentence, and the one after its last."""
        start = self._boundaries[number - 1] if number else 0
        is_last = number == len(self._boundaries)
        return start, len(self._text) if is_last else self._boundaries[number]

    def clause_at(self, offset: int) -> tuple[int, int]:
        """Return the clause that contains this code point, as sentence and clause number."""
        return self.sentence_at(offset), bisect_right(self._clause_boundaries, offset)

    def is_same_clause(self, offset: int, other_offset: int) -> bool:
        """Return whether two code points are in the same clause."""
        if self.sentence_at(offset) != self.sentence_at(other_offset):
            return False
        first, last = sorted((offset, other_offset))
        return _CLAUSE_BOUNDARY.search(self._text, first, last) is None

    @cached_property
    def _clause_boundaries(self) -> list[int]:
        """Offsets of clause boundaries; lazy, because most texts never need them."""
        return [boundary.start() for boundary in _CLAUSE_BOUNDARY.finditer(self._text)]


def split_sentences(title: str, text: str) -> Sentences:
    """Split title + newline + text in linear time."""
    combined = f"{title}\n{text}"
    boundaries = []
    marks = {}
    for boundary in _SENTENCE_BOUNDARY.finditer(combined):
        offset, mark = boundary.start(), boundary.group()
        if mark == "." and _ABBREVIATION.search(combined, max(0, offset - 6), offset):
            continue
        boundaries.append(offset)
        if mark > "\u2600":
            marks[len(boundaries)] = mark
    return Sentences(combined, boundaries, marks)
