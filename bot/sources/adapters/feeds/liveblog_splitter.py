"""Live-blog splitter: splits the lines of a page into entries of headline and body. Pure.

A headline is a short line without closing punctuation. Pages come in two layouts. In one, empty
lines separate the entries, and the rest of a block is the body of its headline. In the other, empty
lines mean nothing: a headline takes the next paragraph, and a second paragraph is an entry alone.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

MAX_HEADLINE_LENGTH = 140  # code points

_CLOSING = frozenset(".!?…。！？؟۔।")
_QUOTES_AND_BRACKETS = frozenset(("Pf", "Pi", "Pe"))


@dataclass(frozen=True)
class Line:
    """A line of a page that is not empty."""

    number: int  # counted from 0, empty lines too
    text: str
    is_headline: bool


@dataclass(frozen=True)
class Entry:
    """An entry of a page, with a headline, a body, or both."""

    headline: Line | None  # None: a paragraph without headline
    body: tuple[Line, ...]  # empty: a headline with nothing under it

    @property
    def title(self) -> str:
        """Text of the headline, or ""."""
        return self.headline.text if self.headline else ""

    @property
    def text(self) -> str:
        """Text of the body."""
        return "\n".join(line.text for line in self.body)


def is_headline(line: str) -> bool:
    """Return True for a short line without closing punctuation, inside quotes or not."""
    return len(line) <= MAX_HEADLINE_LENGTH and _last_character(line) not in _CLOSING


def split_entries(lines: Iterable[str]) -> list[Entry]:
    """Return the entries in the order of the page."""
    blocks = list(_blocks(lines))
    if _has_blank_line_layout(blocks):
        return [_entry(block) for block in blocks]
    return list(_pairs(chain.from_iterable(blocks)))


def _has_blank_line_layout(blocks: Sequence[Sequence[Line]]) -> bool:
    positions = {position for block in blocks for position in _headlines_with_body(block)}
    return len(blocks) > 1 and positions == {0}


def _headlines_with_body(block: Sequence[Line]) -> Iterator[int]:
    for position, (line, next_line) in enumerate(pairwise(block)):
        if line.is_headline and not next_line.is_headline:
            yield position


def _entry(block: Sequence[Line]) -> Entry:
    if block[0].is_headline:
        return Entry(block[0], tuple(block[1:]))
    return Entry(None, tuple(block))


def _pairs(lines: Iterable[Line]) -> Iterator[Entry]:
    headline = None
    for line in lines:
        if line.is_headline:
            if headline:
                yield Entry(headline, ())
            headline = line
        else:
            yield Entry(headline, (line,))
            headline = None
    if headline:
        yield Entry(headline, ())


def _blocks(lines: Iterable[str]) -> Iterator[list[Line]]:
    block: list[Line] = []
    for number, line in enumerate(lines):
        if text := line.strip():
            block.append(Line(number, text, is_headline(text)))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _last_character(line: str) -> str:
    """Return the last character that is neither blank, quote nor bracket, or ""."""
    for character in reversed(line):
        if not (
            character.isspace()
            or character in "\"'"
            or unicodedata.category(character) in _QUOTES_AND_BRACKETS
        ):
            return character
    return ""
