"""Tokenizer: splits a text into normalised words with their offsets in the original."""

import functools
import re
import sys
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, overload

from matching.text.pieces import Pieces, split_into_pieces

_COMBINING_MARKS = "\u0300-\u036f"
# Soft hyphen, zero-width characters, bidirectional marks, variation selectors.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff"
)
_APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02c8\u2018\u2019\u201b\u2032\uff07"
_HYPHENS = "\u2010\u2011\uff0d-"  # "-" last: elsewhere in a character class it is a range
# Between a letter and a number they are hyphens: F–16.
_DASHES = "\u2012\u2013\u2014\u2212"

# Unicode counts some apostrophes (U+02BC) as letters, so they are excluded here.
_LETTER = rf"[^\W_{_APOSTROPHES}{_INVISIBLE}]"
# A class for the common letters makes the match several times faster. No pattern here backtracks.
_COMMON_LETTER = "[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01bf\u0400-\u0481\u048a-\u052f]"
_LETTERS = rf"(?:{_COMMON_LETTER}++|{_LETTER})[{_COMBINING_MARKS}{_INVISIBLE}]*+"
# An elided article is a word of its own (dell'Ucraina); names are split in the same way (L'viv).
_ELIDED_ARTICLES = ("[ldc]", "un", "all", "dall|dell|nell|sull|coll|tutt", "quest|quell")
_NOT_AFTER_ARTICLE = "".join(rf"(?<!\b(?i:{article}))" for article in _ELIDED_ARTICLES)
_MODEL_DASH = rf"(?<=[^\W\d_])[{_DASHES}](?=\d{{1,4}}(?!\d))"
_JOINER = rf"(?:[{_HYPHENS}]|{_NOT_AFTER_ARTICLE}[{_APOSTROPHES}]|{_MODEL_DASH})[{_INVISIBLE}]*+"
# The last quantifier is not *+: Python before 3.11.5 fails at it within a capturing group.
_WORD = rf"(?:{_LETTERS})++(?:{_JOINER}(?:{_LETTERS})++)*"
# Fast path: most words have common letters only and precede a space or a stop.
# A word that its signs tell from another one: C++, C#, .NET. After the fast path, as it is rare.
_SIGNED_WORD = r"(?<![\w.])(?:[A-Za-z]{1,12}\+\+|[A-Za-z]\#|\.(?i:net))(?![\w+#])"
_TOKEN = re.compile(rf"({_COMMON_LETTER}++(?=[ .,!?:;\n])|{_SIGNED_WORD}|{_WORD})")

_INVISIBLE_RUN = re.compile(rf"[{_INVISIBLE}]+")
_STRESS_MARK = re.compile("(?<=[\u0400-\u052f])[\u0300\u0301]")
_PLAIN_PUNCTUATION = {ord(c): "'" for c in _APOSTROPHES} | {ord(c): "-" for c in _HYPHENS + _DASHES}

_HYPHEN = re.compile(f"[{_DASHES}{_HYPHENS}]")
_SENTENCE_END = re.compile(r"[.!?…\n]")
_CACHE_SIZE = 50_000  # words; the vocabulary of news is small
_MAX_CACHED_LENGTH = 40  # code points; bounds the memory of the cache
_FOLDED_AT_ONCE = 256  # code points
_MAX_COMPOUND_LENGTH = 256  # code points; a longer chain of hyphens is no compound


class Word(NamedTuple):
    """A word without its position: cached, so every spelling is normalised once."""

    text: str  # normalised; used in comparisons
    size: int  # code points of the original, without the English 's
    is_capitalized: bool  # starts with a capital letter
    is_upper: bool  # two letters or more, all upper-case
    parts: tuple[tuple[int, "Word"], ...] = ()  # of a word with hyphens: (offset, part)


class Token(NamedTuple):
    """One word of a text, with its offsets."""

    text: str  # normalised
    start: int  # first code point in the original text
    end: int  # exclusive
    is_capitalized: bool
    is_upper: bool
    is_sentence_start: bool
    parts: tuple["Token", ...] = ()


# Separates the words of a title from those of the text; equals no other word.
_TITLE_BOUNDARY = Word("", 0, is_capitalized=False, is_upper=False)


class TokenSequence(Sequence[Token]):
    """The words of a text in order.

    Most words are only compared, so Token objects are created lazily.
    """

    def __init__(self, words: list[Word], starts: list[int], gaps: list[str]) -> None:
        """Store the words, their offsets in code points, and the text before each word (gaps)."""
        self.words = words
        self.starts = starts
        self.gaps = gaps
        self.texts = [word.text for word in words]
        self._tokens: dict[int, Token] = {}

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, index: int) -> Token: ...

    @overload
    def __getitem__(self, index: slice) -> list[Token]: ...

    def __getitem__(self, index: int | slice) -> Token | list[Token]:
        if isinstance(index, slice):
            return [self[position] for position in range(len(self.words))[index]]
        token = self._tokens.get(index)
        if token is None:
            token = self._tokens[index] = self._make_token(index)
        return token

    @functools.cached_property
    def pieces(self) -> Pieces:
        """The pieces of the words, on which queries are matched."""
        return split_into_pieces(self.texts)

    @functools.cached_property
    def sentence_starts(self) -> list[int]:
        """The positions of the words that start a sentence, ascending."""
        gaps = self.gaps
        starts = [
            position
            for position, gap in enumerate(gaps)
            if gap != " " and _SENTENCE_END.search(gap)
        ]
        return starts if starts[:1] == [0] or not gaps else [0, *starts]

    def is_sentence_start(self, position: int) -> bool:
        """Return whether a word is the first of a sentence."""
        gap = self.gaps[position]
        return not position or (gap != " " and bool(_SENTENCE_END.search(gap)))

    def end(self, position: int) -> int:
        """Return the offset after a word, in code points."""
        return self.starts[position] + self.words[position].size

    def _make_token(self, position: int) -> Token:
        text, size, is_capitalized, is_upper, parts = self.words[position]
        start = self.starts[position]
        return Token(
            text,
            start,
            start + size,
            is_capitalized,
            is_upper,
            self.is_sentence_start(position),
            tuple([_part_token(part, start + offset) for offset, part in parts]) if parts else (),
        )


def tokenize(text: str) -> TokenSequence:
    """Split any text into words in linear time.

    A word is letters and digits, joined inside by apostrophes and hyphens (F-35, об'єкт). Letter
    case, stress marks, invisible characters, the kind of apostrophe and ё/е make no difference;
    the English 's is dropped; an underscore separates words, as it does in a hashtag.
    """
    return TokenSequence(*_split(text))


def tokenize_bulletin(title: str, text: str) -> TokenSequence:
    """Tokenize title + newline + text, with an empty word between the two."""
    words, starts, gaps = _split(f"{title}\n{text}")
    boundary = bisect_left(starts, len(title))
    words.insert(boundary, _TITLE_BOUNDARY)
    starts.insert(boundary, len(title))
    gaps.insert(boundary, "\n")
    return TokenSequence(words, starts, gaps)


def split_words(text: str) -> tuple[str, ...]:
    """Return the normalised words of a text."""
    return tuple(tokenize(text).texts)


def _split(text: str) -> tuple[list[Word], list[int], list[str]]:
    """Return the words, their offsets in code points, and the text before each word."""
    pieces = _TOKEN.split(text)
    # Pieces are gap, word, gap, word … gap: a word starts where the pieces before it end.
    sizes = list(map(len, pieces))
    starts = list(accumulate(sizes))[:-1:2]
    raws = pieces[1::2]
    if max(sizes[1::2], default=0) > _MAX_CACHED_LENGTH:
        words = [
            (_cached_word if len(raw) <= _MAX_CACHED_LENGTH else _parse_word)(raw) for raw in raws
        ]
    else:
        words = list(map(_cached_word, raws))
    return words, starts, pieces[:-1:2]


def _parse_word(raw: str) -> Word:
    word = _normalize_word(raw)
    if "-" not in word.text or len(raw) > _MAX_COMPOUND_LENGTH:
        return word
    ends = [match.start() for match in _HYPHEN.finditer(raw)]
    starts = [0, *(end + 1 for end in ends)]
    spans = zip(starts, [*ends, len(raw)], strict=True)
    return word._replace(parts=tuple((a, _normalize_word(raw[a:b])) for a, b in spans))


_cached_word = functools.lru_cache(_CACHE_SIZE)(_parse_word)


def _normalize_word(raw: str) -> Word:
    if raw.isascii() and raw.isalpha():
        return Word(sys.intern(raw.lower()), len(raw), raw[0].isupper(), _is_upper(raw))
    plain = raw.translate(_PLAIN_PUNCTUATION)
    size = len(raw)
    if plain.endswith(("'s", "'S")) and size > 2:
        size -= 2
        plain = plain[:-2]
    bare = _STRESS_MARK.sub("", _INVISIBLE_RUN.sub("", plain))
    text = _fold(bare) if len(bare) <= _FOLDED_AT_ONCE else "".join(_fold_pieces(bare))
    return Word(sys.intern(text), size, bare[:1].isupper(), _is_upper(bare))


def _fold(letters: str) -> str:
    """Return letters in lower case and in one form."""
    text = unicodedata.normalize("NFKC", letters).casefold()
    return unicodedata.normalize("NFKC", text).replace("ё", "е")


def _fold_pieces(letters: str) -> Iterator[str]:
    """Yield what is no word of any language in pieces: to sort combining marks is quadratic.

    Compatibility forms stay, as one may stand for 18 letters.
    """
    for start in range(0, len(letters), _FOLDED_AT_ONCE):
        piece = letters[start : start + _FOLDED_AT_ONCE]
        yield unicodedata.normalize("NFC", piece).casefold()


def _part_token(word: Word, start: int) -> Token:
    """Create the token of a part of a word with hyphens."""
    return Token(
        word.text,
        start,
        start + word.size,
        word.is_capitalized,
        word.is_upper,
        is_sentence_start=False,
    )


def _is_upper(word: str) -> bool:
    return len(word) > 1 and word.isupper()
