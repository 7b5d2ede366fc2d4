"""A live blog's lines to its entries: a headline, and what is written under it.

A headline is a short line that no punctuation closes. Pages come in two layouts. In one, empty
lines set the entries apart, and all of a block under its headline is its body. In the other they
say nothing: a headline takes the paragraph that follows, and a second paragraph stands alone.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

LONGEST_HEADLINE = 140  # code points

_CLOSING = frozenset(".!?…。！？؟۔।")
_QUOTES_AND_BRACKETS = frozenset(("Pf", "Pi", "Pe"))


@dataclass(frozen=True)
class Line:
    """One line of a page that is not empty."""

    number: int  # counted from 0, empty lines too
    text: str
    is_headline: bool


@dataclass(frozen=True)
class Entry:
    """One entry of a page; it has a headline, a body, or both."""

    headline: Line | None  # None: a text that stands alone
    body: tuple[Line, ...]  # empty: a headline with nothing under it

    @property
    def title(self) -> str:
        return self.headline.text if self.headline else ""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.body)


def is_headline(line: str) -> bool:
    """Whether the line is short and no punctuation, inside quotes or not, closes it."""
    return len(line) <= LONGEST_HEADLINE and _last_mark(line) not in _CLOSING


def entries(lines: Iterable[str]) -> list[Entry]:
    """The entries in the order of the page."""
    blocks = list(_blocks(lines))
    if _empty_lines_set_entries_apart(blocks):
        return [_entry(block) for block in blocks]
    return list(_pairs(chain.from_iterable(blocks)))


def _empty_lines_set_entries_apart(blocks: Sequence[Sequence[Line]]) -> bool:
    places = {place for block in blocks for place in _headlines_with_body(block)}
    return len(blocks) > 1 and places == {0}


def _headlines_with_body(block: Sequence[Line]) -> Iterator[int]:
    for place, (line, following) in enumerate(pairwise(block)):
        if line.is_headline and not following.is_headline:
            yield place


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


def _last_mark(line: str) -> str:
    """The last character that is neither blank, quote nor bracket."""
    for character in reversed(line):
        if not (
            character.isspace()
            or character in "\"'"
            or unicodedata.category(character) in _QUOTES_AND_BRACKETS
        ):
            return character
    return ""
