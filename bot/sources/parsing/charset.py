"""Bytes from outside to text, or a refusal."""

import codecs
import re

from bot.sources.core.source import Unusable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED_IN_HTML = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})""", re.I)
_WHERE_HTML_DECLARES = 1024  # bytes (html.spec.whatwg.org, 4.2.5.4)
_BROKEN = "\ufffd"


def decode(body: bytes, charset: str | None = None) -> str:
    """The text of a page or file; `charset` is what its sender said.

    A stray byte is replaced: one broken letter shall not silence a source. Raises Unusable for
    what is no text at all.
    """
    try:
        text = body.decode(_encoding(body, charset), errors="replace")
    except (LookupError, UnicodeError):  # an encoding nobody knows
        text = body.decode("utf-8", errors="replace")
    if "\0" in text or text.count(_BROKEN) * 100 > len(text):
        raise Unusable("is not text")
    return text


def _encoding(body: bytes, charset: str | None) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return encoding
    if charset is None and (declared := _DECLARED_IN_HTML.search(body[:_WHERE_HTML_DECLARES])):
        return declared[1].decode("ascii")
    return charset or "utf-8"
