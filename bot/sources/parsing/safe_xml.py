"""Safe XML: parses untrusted XML without declarations, so without entity expansion bombs."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped] # it ships no types
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped] # as above

from bot.sources.core.errors import Unusable
from bot.sources.parsing.charset import decode
from bot.sources.parsing.node_limit import check_element_count
from bot.sources.parsing.sanitize import clean_text
from bot.sources.parsing.xml_repair import drop_plain_doctype, repair_xml

_LINE_ELEMENTS = frozenset(("br", "p", "div", "li", "tr"))


def read_xml(body: bytes, charset: str | None = None) -> Element:
    """Return the root element. Raise Unusable for invalid XML and for a DTD.

    `charset` is from the HTTP header, see `charset`. Line ends before the document are accepted.
    """
    return parse_xml(decode(body, charset))


def parse_xml(text: str) -> Element:
    """Return the root element of a decoded XML text; an encoding that it declares is ignored.

    What is almost XML is repaired, see `xml_repair`. Raises Unusable for invalid XML and for a
    document type with declarations of its own.
    """
    check_element_count(text)
    document = drop_plain_doctype(text.lstrip("\ufeff \t\r\n"))
    root = _parse(document)
    if root is None:
        root = _parse(repair_xml(document))
    if root is None:
        raise Unusable("is not XML")
    return root


def _parse(document: str) -> Element | None:
    try:
        root: Element = fromstring(document, forbid_dtd=True)
    except DefusedXmlException:
        raise Unusable("has a DTD, which is refused: it may be an entity bomb") from None
    except (ParseError, ValueError):
        return None
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


def inner_text(element: Element) -> str:
    """Return the text of an element with markup inside; `<br/>` and the like end a line."""
    parts = [element.text or ""]
    for child in element:
        is_line = local_name(child).lower() in _LINE_ELEMENTS
        parts += ["\n" if is_line else "", inner_text(child), child.tail or ""]
    return "".join(parts)
