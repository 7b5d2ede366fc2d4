"""Text to words: every spelling of one word becomes one token, with its place in the original."""

import functools
import re
import sys
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple, overload

_MARKS = "\u0300-\u036f"
# Soft hyphen, zero-width characters, bidirectional marks, variation selectors.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff"
)
_APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02c8\u2018\u2019\u201b\u2032\uff07"
_HYPHENS = "\u2010\u2011\uff0d-"  # the last one last: it is a range elsewhere

# Some apostrophes (U+02BC) are letters to Unicode, so they are taken out of the letters.
_LETTER = rf"[^\W_{_APOSTROPHES}{_INVISIBLE}]"
# Most letters are of these, and so are found several times faster. Nothing here backtracks.
_USUAL = "[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01bf\u0400-\u0481\u048a-\u052f]"
_RUN = rf"(?:{_USUAL}++|{_LETTER})[{_MARKS}{_INVISIBLE}]*+"
# An elided article is a word of its own (dell'Ucraina); names are cut in the same way (L'viv).
_ARTICLES = ("[ldc]", "un", "all", "dall|dell|nell|sull|coll|tutt", "quest|quell")
_ELIDED = "".join(rf"(?<!\b(?i:{article}))" for article in _ARTICLES)
_JOIN = rf"(?:[{_HYPHENS}]|{_ELIDED}[{_APOSTROPHES}])[{_INVISIBLE}]*+"
# The last is no *+: within a group that captures, Python before 3.11.5 fails at that.
_WORD = rf"(?:{_RUN})++(?:{_JOIN}(?:{_RUN})++)*"
# Most words are plain and stand before a space or a stop: those are found a little faster.
_CUT = re.compile(rf"({_USUAL}++(?=[ .,!?:;\n])|{_WORD})")

_NOTHING = re.compile(rf"[{_INVISIBLE}]+")
_STRESS = re.compile("(?<=[\u0400-\u052f])[\u0300\u0301]")
_TO_PLAIN = {ord(c): "'" for c in _APOSTROPHES} | {ord(c): "-" for c in _HYPHENS}

_HYPHEN = re.compile(f"[{_HYPHENS}]")
_STOP = re.compile(r"[.!?…\n]")
_REMEMBERED = 50_000  # words: the vocabulary of news repeats itself
_LONGEST_REMEMBERED = 40  # code points; whoever sends longer words shall not fill the memory


class Word(NamedTuple):
    """A word as it is written, wherever it stands."""

    text: str  # normalised: what is compared
    size: int  # code points of the original, without the English 's
    capital: bool  # begins with a capital letter
    upper: bool  # two letters or more and no small one: an acronym, or a shout
    parts: tuple[tuple[int, "Word"], ...] = ()  # of one with hyphens: what they join, from where


class Token(NamedTuple):
    """One word of a text."""

    text: str  # as in Word
    start: int  # first code point in the original text
    end: int  # one past the last
    capital: bool
    upper: bool
    head: bool  # the first word of a sentence
    parts: tuple["Token", ...] = ()


# Stands between the words of a title and those of the text below it: nothing equals it.
_EDGE = Word("", 0, capital=False, upper=False)


class Line(Sequence[Token]):
    """The words of a text in their order.

    Most words are only compared, so a Token is made when it is asked for.
    """

    def __init__(self, words: list[Word], starts: list[int], gaps: list[str]) -> None:
        self.words = words
        self.starts = starts  # code points
        self.gaps = gaps  # what stands before each word
        self.texts = [word.text for word in words]
        self._made: dict[int, Token] = {}

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, at: int) -> Token: ...

    @overload
    def __getitem__(self, at: slice) -> list[Token]: ...

    def __getitem__(self, at: int | slice) -> Token | list[Token]:
        if isinstance(at, slice):
            return [self[one] for one in range(len(self.words))[at]]
        made = self._made.get(at)
        if made is None:
            made = self._made[at] = self._make(at)
        return made

    @functools.cached_property
    def where(self) -> Mapping[str, list[int]]:
        """The positions of each text."""
        found: dict[str, list[int]] = {}
        for position, text in enumerate(self.texts):
            found.setdefault(text, []).append(position)
        found.pop(_EDGE.text, None)
        return found

    @functools.cached_property
    def heads(self) -> list[int]:
        """The positions of the words at the head of a sentence, rising."""
        gaps = self.gaps
        found = [at for at, gap in enumerate(gaps) if gap != " " and _STOP.search(gap)]
        return found if found[:1] == [0] or not gaps else [0, *found]

    def is_head(self, at: int) -> bool:
        """Whether a word is the first of a sentence."""
        gap = self.gaps[at]
        return not at or (gap != " " and bool(_STOP.search(gap)))

    def end(self, at: int) -> int:
        """The code point after a word."""
        return self.starts[at] + self.words[at].size

    def _make(self, at: int) -> Token:
        text, size, capital, upper, parts = self.words[at]
        start = self.starts[at]
        head = self.is_head(at)
        inner = tuple([_part(part, start + offset) for offset, part in parts]) if parts else ()
        return Token(text, start, start + size, capital, upper, head, inner)


def tokens(text: str) -> Line:
    """The words of a text in their order; any text is accepted and the time is linear.

    A word is letters and digits, joined inside by apostrophes and hyphens (F-35, об'єкт). Letter
    case, stress marks, invisible characters, the kind of apostrophe and ё/е make no difference;
    the English 's is dropped; an underscore separates words, as it does in a hashtag.
    """
    return Line(*_cut(text))


def titled(title: str, text: str) -> Line:
    """The words of title + newline + text, with one that nothing equals between the two."""
    words, starts, gaps = _cut(f"{title}\n{text}")
    edge = bisect_left(starts, len(title))
    words.insert(edge, _EDGE)
    starts.insert(edge, len(title))
    gaps.insert(edge, "\n")
    return Line(words, starts, gaps)


def words(text: str) -> tuple[str, ...]:
    """The normalised words of a text."""
    return tuple(tokens(text).texts)


def _cut(text: str) -> tuple[list[Word], list[int], list[str]]:
    """The words, the code points they begin at, and what stands before each of them."""
    pieces = _CUT.split(text)
    # Gap, word, gap, word … gap: each word begins where the pieces before it end.
    sizes = list(map(len, pieces))
    starts = list(accumulate(sizes))[:-1:2]
    raws = pieces[1::2]
    if max(sizes[1::2], default=0) > _LONGEST_REMEMBERED:
        found = [(_known if len(raw) <= _LONGEST_REMEMBERED else _read)(raw) for raw in raws]
    else:
        found = list(map(_known, raws))
    return found, starts, pieces[:-1:2]


def _read(raw: str) -> Word:
    word = _simple(raw)
    if "-" not in word.text:
        return word
    ends = [match.start() for match in _HYPHEN.finditer(raw)]
    starts = [0, *(end + 1 for end in ends)]
    spans = zip(starts, [*ends, len(raw)], strict=True)
    return word._replace(parts=tuple((a, _simple(raw[a:b])) for a, b in spans))


_known = functools.lru_cache(_REMEMBERED)(_read)


def _simple(raw: str) -> Word:
    if raw.isascii() and raw.isalpha():
        return Word(sys.intern(raw.lower()), len(raw), raw[0].isupper(), _shouted(raw))
    plain = raw.translate(_TO_PLAIN)
    size = len(raw)
    if plain.endswith(("'s", "'S")) and size > 2:
        size -= 2
        plain = plain[:-2]
    bare = _STRESS.sub("", _NOTHING.sub("", plain))
    text = unicodedata.normalize("NFKC", bare).casefold()
    text = unicodedata.normalize("NFKC", text).replace("ё", "е")
    return Word(sys.intern(text), size, bare[:1].isupper(), _shouted(bare))


def _part(word: Word, start: int) -> Token:
    """As part of a word with hyphens."""
    return Token(word.text, start, start + word.size, word.capital, word.upper, head=False)


def _shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper()
