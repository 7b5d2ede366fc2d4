"""Sentence and clause splitter: by punctuation, conjunctions of contrast and status emoji."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
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
# An aside between commas ends no clause: "casualties, by first reports, there are none".
_ASIDE = re.compile(
    r",\s(?:за попередн(?:іми|ьою) (?:даними|інформацією)|на щастя|на цей час|наразі"
    r"|на даний момент"
    r"|по предварительн(?:ым|ой) (?:данным|информации)|к счастью|на данный момент|пока"
    r"|according to (?:first|early|initial|preliminary) reports|fortunately|luckily|so far"
    r"|secondo le prime informazioni|per fortuna|fortunatamente|al momento|per ora),",
    re.IGNORECASE,
)
# A question that the next word answers with no: "A missile? No, a toy".
_REJECTED_QUESTION = re.compile(
    r"""\?(?=["'»”’)\]]*\s+[—–-]?\s?(?:no|nope|ні|нет|non)(?:[,.!…:;—–]|\s+[—–-]|\s*$))""",
    re.IGNORECASE | re.MULTILINE,
)
_CLAUSE_BOUNDARY = re.compile(r"[,:()—–-](?:(?<!-)|(?<=\s-)(?=\s))")


class Sentences:
    """Sentence and clause boundaries of one text; sentences are numbered from 0."""

    def __init__(self, text: str, boundaries: Sequence[int], marks: Mapping[int, str]) -> None:
        """Store the boundaries (code points) and the marks (boundary -> the emoji there)."""
        self.text = text  # title, newline, text
        self._boundaries = boundaries
        self._marks = marks

    def cut_at(self, offsets: Iterable[int]) -> "Sentences":
        """Return the sentences cut at further code points."""
        return Sentences(self.text, sorted({*self._boundaries, *offsets}), self._marks)

    def mark(self, number: int) -> str:
        """Return the emoji that a sentence begins with (🔴, 🟢 and so on), or nothing."""
        return self._marks.get(self._boundaries[number - 1], "") if number else ""

    def sentence_at(self, offset: int) -> int:
        """Return the number of the sentence that contains this code point."""
        return bisect_right(self._boundaries, offset)

    def rejected_questions(self) -> frozenset[int]:
        """Return the numbers of the questions that the next sentence answers with no."""
        if "?" not in self.text:
            return frozenset()
        questions = _REJECTED_QUESTION.finditer(self.text)
        return frozenset(self.sentence_at(question.start() - 1) for question in questions)

    def span(self, number: int) -> tuple[int, int]:
        """Return the first code point of a sentence, and the one after its last."""
        start = self._boundaries[number - 1] if number else 0
        is_last = number == len(self._boundaries)
        return start, len(self.text) if is_last else self._boundaries[number]

    def clause_at(self, offset: int) -> tuple[int, int]:
        """Return the clause that contains this code point, as sentence and clause number."""
        return self.sentence_at(offset), bisect_right(self._clause_boundaries, offset)

    def is_same_clause(self, offset: int, other_offset: int) -> bool:
        """Return whether two code points are in the same clause."""
        if self.sentence_at(offset) != self.sentence_at(other_offset):
            return False
        first, last = sorted((offset, other_offset))
        between = self.text[first:last]
        if "," in between:
            between = _ASIDE.sub(" ", between)
        return _CLAUSE_BOUNDARY.search(between) is None

    @cached_property
    def _clause_boundaries(self) -> list[int]:
        """Offsets of clause boundaries; lazy, because most texts never need them."""
        return [boundary.start() for boundary in _CLAUSE_BOUNDARY.finditer(self.text)]


def split_sentences(title: str, text: str) -> Sentences:
    """Split title + newline + text in linear time."""
    combined = f"{title}\n{text}"
    boundaries = []
    marks: dict[int, str] = {}
    for boundary in _SENTENCE_BOUNDARY.finditer(combined):
        offset, mark = boundary.start(), boundary.group()
        if mark == "." and _ABBREVIATION.search(combined, max(0, offset - 6), offset):
            continue
        boundaries.append(offset)
        if mark > "\u2600":
            marks[offset] = mark
    return Sentences(combined, boundaries, marks)
