"""Emoji sequences: the invisible characters that join several code points to one picture.

A zero-width joiner makes a family of four people one emoji; tag characters after a black flag make
the flags of England, Scotland and Wales (unicode.org/reports/tr51, 2.6 and ED-14a). Everywhere else
both hide text from the reader.
"""

import re

JOINERS = "\u200d\U000e0000-\U000e007f"
"""Zero-width joiner and tag characters, as the inside of a character class."""

_PICTOGRAPH = (
    "\u00a9\u00ae\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030-\u303d\u3297-\u3299\U0001f000-\U0001faff"
)
_TAG = "[\U000e0030-\U000e0039\U000e0061-\U000e007a]"
_SEQUENCE_OR_JOINER = re.compile(
    f"(\U0001f3f4{_TAG}{{3,6}}\U000e007f"
    f"|(?<=[\ufe0f{_PICTOGRAPH}])\u200d(?=[{_PICTOGRAPH}]))"
    f"|[{JOINERS}]"
)


def strip_stray_joiners(text: str) -> str:
    """Return the text without joiners and tag characters outside of an emoji."""
    return _SEQUENCE_OR_JOINER.sub(lambda match: match[1] or "", text)


def is_joined(text: str, index: int) -> bool:
    """Return True if the character at `index` belongs to the emoji before it."""
    character = text[index]
    is_after_joiner = index > 0 and text[index - 1] == "\u200d"
    return is_after_joiner or character == "\u200d" or "\U000e0020" <= character <= "\U000e007f"
