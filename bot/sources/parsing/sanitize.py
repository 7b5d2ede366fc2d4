"""Sanitizer: removes invisible characters, which would hide a word from matcher or reader."""

import re

from matching.text.emoji import strip_stray_joiners

# Field lengths in code points: adapters cut what is longer.
MAX_TITLE_LENGTH = 500
MAX_TEXT_LENGTH = 20_000
MAX_REGION_LENGTH = 200
MAX_LANG_LENGTH = 16  # width of the database column
MAX_RAW_LENGTH = 100_000  # of a text with its markup, before it is sanitized

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Controls, lone surrogates, soft hyphen, zero-width characters, bidirectional marks.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u061c\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """Return plain text: lines end in a newline, with at most one empty line between two."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    if not text.isascii():
        text = strip_stray_joiners(text)
    text = _BLANKS.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n")
    return _EMPTY_LINES.sub("\n\n", text).strip()


def clean_line(text: str) -> str:
    """Return plain text on one line."""
    return " ".join(clean_text(text).split())
