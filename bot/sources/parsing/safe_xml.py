"""Safe XML: parses untrusted XML without DTDs, so without entity expansion bombs."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped] # it ships no types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped] # as above

from bot.sources.core.source import Unusable
from bot.sources.parsing.sanitize import clean_text


def read_xml(body: bytes) -> Element:
    """Return the root element. Raise Unusable for invalid XML and for a DTD."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise Unusable("has a DTD, which may be a bomb") from None
    except (ParseError, ValueError, LookupError):
        raise Unusable("is no XML") from None
    return root


def local_name(element: Element) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element, tag: str) -> Iterator[Element]:
    """Yield the child elements with that local name, in any namespace."""
    return (child for child in element if local_name(child) == tag)


def child_text(element: Element, tag: str) -> str:
    """Return the text of the first child with that name, or "" if there is none."""
    return next((clean_text(child.text or "") for child in children(element, tag)), "")
