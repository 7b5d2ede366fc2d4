"""Charset detection: decodes bytes from outside to text."""

import codecs
import re

from bot.sources.core.source import Unusable

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})""", re.I)
_META_CHARSET_WINDOW = 1024  # bytes (html.spec.whatwg.org, 4.2.5.4)
_REPLACEMENT = "\ufffd"


def decode(body: bytes, charset: str | None = None) -> str:
    """Return the text of a page or file; `charset` is from its HTTP header.

    A stray byte is replaced, so that one broken letter does not silence a source. Raises Unusable
    if the body is not text.
    """
    try:
        text = body.decode(_detect(body, charset), errors="replace")
    except (LookupError, UnicodeError):  # unknown encoding
        text = body.decode("utf-8", errors="replace")
    if "\0" in text or text.count(_REPLACEMENT) * 100 > len(text):
        raise Unusable("is not text")
    return text


def _detect(body: bytes, charset: str | None) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return encoding
    if charset is None and (declared := _META_CHARSET.search(body[:_META_CHARSET_WINDOW])):
        return declared[1].decode("ascii")
    return charset or "utf-8"
