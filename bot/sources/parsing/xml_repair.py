"""XML repair: makes almost-XML well-formed, as many publishers of feeds send it.

They write bare ampersands, entities of HTML and control characters. A browser would refuse such a
document; a reader of alerts may not.
"""

import html
import re
from html.entities import html5

_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_REFERENCE = re.compile(
    r"&(?:#(?P<decimal>\d{1,8});|#[xX](?P<hex>[0-9a-fA-F]{1,8});|(?P<name>\w+);)?"
)
# Outside the characters of XML 1.0, 2.2.
_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATES = re.compile(r"&#(?P<high>5[56]\d{3});&#(?P<low>5[67]\d{3});")
_XML_NAMES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_DOCTYPE = re.compile(r"<!DOCTYPE\s{1,100}[\w.:-]{1,100}\s{0,100}>", re.IGNORECASE)


def repair_xml(text: str) -> str:
    """Return the text with valid characters and references only; CDATA keeps its words."""
    parts = _CDATA.split(_INVALID.sub("", text))
    return "".join(
        part if position % 2 else _REFERENCE.sub(_repair_reference, _SURROGATES.sub(_join, part))
        for position, part in enumerate(parts)
    )


def drop_plain_doctype(text: str) -> str:
    """Return the text without a document type that is a name only."""
    return _DOCTYPE.sub("", text, count=1)


def _repair_reference(match: re.Match[str]) -> str:
    if name := match["name"]:
        if name in _XML_NAMES:
            return match[0]
        character = html5.get(f"{name};")
        return html.escape(character) if character else f"&amp;{match[0][1:]}"
    if match[0] == "&":
        return "&amp;"
    number = int(match["decimal"]) if match["decimal"] else int(match["hex"], 16)
    is_valid = number <= 0x10FFFF and not _INVALID.match(chr(number))
    return match[0] if is_valid else ""


def _join(match: re.Match[str]) -> str:
    """Join the halves of a character beyond 16 bits, as senders of UTF-16 write it."""
    high, low = int(match["high"]), int(match["low"])
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return match[0]
    return chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)
