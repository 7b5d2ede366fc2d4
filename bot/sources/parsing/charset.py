"""Charset detection: decodes bytes from outside to text.

Servers and authors often name a wrong charset. UTF-8 is the only one that the bytes themselves
prove, so text that is UTF-8 beyond ASCII is read as UTF-8 whatever the names say. Otherwise the
HTTP header decides, then the declaration in the document.
"""

import codecs
import re

from bot.sources.core.errors import Unusable

_SIGNATURES = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),  # a document without a byte order mark
    (b"\0<", "utf-16-be"),
)
_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']\s*([\w .:-]{1,40})""")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_DECLARATION_WINDOW = 1024  # bytes (html.spec.whatwg.org, 4.2.5.4)

_CODE_PAGE = re.compile(r"(?:x-)?(?:cp|win|windows|ms|ansi)[ _-]*(\d{3,4})")
_KOI8 = re.compile(r"(?:cs)?koi[ _-]*8[ _-]*([ru])?")
_ISO_8859 = re.compile(r"(?:cs)?iso[ _-]*8859[ _-]*(\d{1,2})(?:[ _:-]?[ei])?")
_UTF = re.compile(r"(?:x-)?utf[ _-]*(8|16)[ _-]*(le|be)?(?:mb[34])?")
# Browsers read all of these as windows-1252 (encoding.spec.whatwg.org, 4.2).
_LATIN_1 = frozenset(("ascii", "us-ascii", "latin1", "latin-1", "l1", "iso8859-1", "ansi"))
_ALIASES = {"x-sjis": "shift_jis", "x-gbk": "gbk", "x-mac-cyrillic": "mac_cyrillic"}
# Python's own escapes, and encodings of host names.
_NOT_FOR_PAGES = frozenset(
    ("unicode-escape", "raw-unicode-escape", "idna", "punycode", "utf-7", "undefined")
)
_REPLACEMENT = "\ufffd"
_MAX_STRAY = 0.1  # share of the characters beyond ASCII: more is no UTF-8


def decode(body: bytes, charset: str | None = None) -> str:
    """Return the text of a page or file; `charset` is from its HTTP header.

    A stray byte is replaced and a stray zero byte left out, so that one broken letter does not
    silence a source. Raises Unusable if the body is not text.
    """
    text = _decode(body, charset)
    if (text.count("\0") + text.count(_REPLACEMENT)) * 100 > len(text):
        raise Unusable("is not text")
    return text.replace("\0", "")


def _decode(body: bytes, charset: str | None) -> str:
    for signature, encoding in _SIGNATURES:
        if body.startswith(signature):
            return body.decode(encoding, errors="replace")
    as_utf8 = body.decode("utf-8", errors="replace")
    if _is_utf8(as_utf8):
        return as_utf8
    encoding = next(filter(None, map(_codec, (charset, *_declared(body)))), "utf-8")
    return body.decode(encoding, errors="replace")


def _is_utf8(text: str) -> bool:
    """Return True if the text has letters beyond ASCII and hardly any stray byte."""
    if text.isascii():  # every charset gives the same text, except for UTF-16 and escape codes
        return False
    stray = text.count(_REPLACEMENT)
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return stray <= (beyond_ascii - stray) * _MAX_STRAY


def _declared(body: bytes) -> list[str]:
    """Return the charsets that the document itself declares, XML first."""
    matches = (_XML_ENCODING.match(body), _META_CHARSET.search(body[:_DECLARATION_WINDOW]))
    return [match[1].decode("ascii") for match in matches if match]


def _codec(name: str | None) -> str | None:
    """Return Python's codec for a charset as servers spell it, None if there is none."""
    label = (name or "").strip(" \"'").lower()
    if match := _CODE_PAGE.fullmatch(label):
        label = f"cp{match[1]}"
    elif match := _KOI8.fullmatch(label):
        label = f"koi8-{match[1] or 'r'}"
    elif match := _ISO_8859.fullmatch(label):
        label = f"iso8859-{match[1]}"
    elif match := _UTF.fullmatch(label):
        label = f"utf-{match[1]}{'-' if match[2] else ''}{match[2] or ''}"
    if label in _LATIN_1:
        return "cp1252"
    label = _ALIASES.get(label, label)
    try:
        b"x".decode(label, "replace")  # raises for a codec that is not for text, such as zip
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return None if name in _NOT_FOR_PAGES else name
