"""XML from outside, without what it may do to its reader."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped] # it ships no types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped] # nor does this

from bot.sources.core.source import Unusable
from bot.sources.parsing.sanitize import clean_text


def read_xml(body: bytes) -> Element:
    """The root. Raises Unusable for what is no XML, or has a DTD: entities live there."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise Unusable("has a DTD, which may be a bomb") from None
    except (ParseError, ValueError, LookupError):
        raise Unusable("is no XML") from None
    return root


def name(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element, wanted: str) -> Iterator[Element]:
    """Those of that name, in any namespace."""
    return (child for child in element if name(child) == wanted)


def child_text(element: Element, wanted: str) -> str:
    """The text of the first child of that name; "" when there is none."""
    return next((clean_text(child.text or "") for child in children(element, wanted)), "")
