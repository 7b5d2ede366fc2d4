"""Text to words: every spelling of one word becomes one token, with its place in the original."""

import functools
import re
import sys
import unicodedata
from typing import NamedTuple

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
_TOKEN = re.compile(rf"(?:{_RUN})++(?:[{_APOSTROPHES}{_HYPHENS}][{_INVISIBLE}]*+(?:{_RUN})++)*+")

_NOTHING = re.compile(rf"[{_INVISIBLE}]+")
_STRESS = re.compile("(?<=[\u0400-\u052f])[\u0300\u0301]")
_TO_PLAIN = {ord(c): "'" for c in _APOSTROPHES} | {ord(c): "-" for c in _HYPHENS}

# An elided article is a word of its own (dell'Ucraina); names are cut in the same way (L'viv).
_ELIDED = re.compile(
    r"(?:l|d|c|un|all|dall|dell|nell|sull|coll|quest|quell|tutt)(?=')", re.IGNORECASE | re.ASCII
)

_HYPHEN = re.compile(f"[{_HYPHENS}]")
_STOP = re.compile(r"[.!?…\n]")
# Without the constructor's own call: there is a token for every word of every bulletin.
_token = tuple.__new__
_LONGEST_REMEMBERED = 40  # code points; whoever sends longer words shall not fill the memory


class Token(NamedTuple):
    """One word of a text."""

    text: str  # normalised: what is compared
    start: int  # first code point in the original text
    end: int  # one past the last
    capital: bool  # begins with a capital letter
    upper: bool  # two letters or more and no small one: an acronym, or a shout
    head: bool  # the first word of a sentence
    parts: tuple["Token", ...] = ()  # of a word with hyphens: what they join


class _Piece(NamedTuple):
    """A word of one run of letters, as in Token but counted from the beginning of the run."""

    text: str
    start: int
    end: int
    capital: bool
    upper: bool
    parts: tuple["_Piece", ...] = ()

    def at(self, base: int) -> Token:
        """As part of a word, in a text in which the run begins at base."""
        start, end = self.start + base, self.end + base
        return Token(self.text, start, end, self.capital, self.upper, head=False)


def tokens(text: str, base: int = 0) -> list[Token]:
    """The words of a text in their order; any text is accepted and the time is linear.

    A word is letters and digits, joined inside by apostrophes and hyphens (F-35, об'єкт). Letter
    case, stress marks, invisible characters, the kind of apostrophe and ё/е make no difference;
    the English 's is dropped; an underscore separates words, as it does in a hashtag. The places
    of the words are counted from base.
    """
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(text):
        start, stop = match.span()
        raw = match[0]
        head = end < 0 or (text[end:start] != " " and bool(_STOP.search(text, end, start)))
        end = stop
        at = start + base
        for word, first, last, capital, upper, parts in (
            _remembered(raw) if stop - start <= _LONGEST_REMEMBERED else _cut(raw)
        ):
            inner = tuple([part.at(at) for part in parts]) if parts else ()
            found.append(_token(Token, (word, first + at, last + at, capital, upper, head, inner)))
            head = False
    return found


def words(text: str) -> tuple[str, ...]:
    """The normalised words of a text."""
    return tuple(token.text for token in tokens(text))


def _cut(raw: str) -> tuple[_Piece, ...]:
    if raw.isascii() and raw.isalpha():
        return (_Piece(sys.intern(raw.lower()), 0, len(raw), raw[0].isupper(), _shouted(raw)),)
    elided = _ELIDED.match(raw.translate(_TO_PLAIN))
    if not elided:
        return (_compound(raw, 0),)
    cut = elided.end()
    return (_piece(raw[:cut], 0), _compound(raw[cut + 1 :], cut + 1))


_remembered = functools.lru_cache(maxsize=50_000)(_cut)


def _compound(raw: str, start: int) -> _Piece:
    whole = _piece(raw, start)
    if "-" not in whole.text:
        return whole
    ends = [match.start() for match in _HYPHEN.finditer(raw)]
    starts = [0, *(end + 1 for end in ends)]
    spans = zip(starts, [*ends, len(raw)], strict=True)
    return whole._replace(parts=tuple(_piece(raw[a:b], start + a) for a, b in spans))


def _piece(raw: str, start: int) -> _Piece:
    plain = raw.translate(_TO_PLAIN)
    length = len(raw)
    if plain.endswith(("'s", "'S")) and length > 2:
        length -= 2
        plain = plain[:-2]
    bare = _STRESS.sub("", _NOTHING.sub("", plain))
    text = unicodedata.normalize("NFKC", bare).casefold()
    text = unicodedata.normalize("NFKC", text).replace("ё", "е")
    return _Piece(sys.intern(text), start, start + length, bare[:1].isupper(), _shouted(bare))


def _shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper()
