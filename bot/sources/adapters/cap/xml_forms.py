"""XML forms of CAP: finds the alerts in a document, and the links of an index to alerts. Pure.

An alert is alone, inside an envelope such as EDXL, or in the entries of an Atom or RSS feed.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from bot.sources.adapters.cap.entry_fields import entry_alert
from bot.sources.core.errors import Unusable
from bot.sources.parsing.dates import parse_date
from bot.sources.parsing.safe_xml import child_text, children, inner_text, local_name, parse_xml
from bot.web_address import is_web_address

_REPEATABLE = frozenset(
    (
        "info",
        "area",
        "parameter",
        "geocode",
        "category",
        "responseType",
        "code",
        "polygon",
        "circle",
        "resource",
        "eventCode",
    )
)
_TEXTS = frozenset(("headline", "event", "description", "instruction", "areaDesc", "value", "note"))
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_CAP_TYPE = "application/cap+xml"
_EMBEDDED = frozenset(("content", "summary", "description", "encoded"))
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_OTHER_RELATIONS = frozenset(("self", "edit", "next", "previous"))
_CAP_PAGE, _PAGE, _FILE, _RELATED_PAGE, _PERMANENT_ID = range(5)  # ranks of addresses, best first
_ENTRY_NAMES = {"feed": "entry", "channel": "item", "RDF": "item"}


@dataclass(frozen=True)
class IndexEntry:
    """Entry of an index that leads to an alert, or describes it."""

    address: str  # of the page with the alert; "" if there is none
    version: str  # another one when the page has changed; "" if the index does not say
    fields: dict[str, Any] | None  # the alert that it describes, in the form of the JSON


@dataclass(frozen=True)
class _Entry:
    """Entry of an index."""

    element: Element
    base: str  # address for its relative links
    time: datetime | None  # aware


def find_alerts(root: Element) -> list[dict[str, Any]]:
    """Return the alerts in a document, each as an object in the form of the JSON."""
    return [_to_object(alert) for alert in _alert_elements(root)]


def find_entries(root: Element, base: str) -> list[IndexEntry]:
    """Return the entries that an index lists, newest first, each address once.

    `base` is the address of the index. Entries with the alert itself are left out. Raises Unusable
    if there are entries, and not one has an alert or leads to one.
    """
    entries = list(_entries(root, _join(base, root.get(_BASE, ""))))
    linked = [entry for entry in entries if not _has_alert(entry.element)]
    if all(entry.time for entry in linked):
        linked.sort(key=lambda entry: entry.time or _EARLIEST, reverse=True)
    index: dict[object, IndexEntry] = {}
    for entry in linked:
        fields = entry_alert(entry.element)
        address = _link(entry, is_described=fields is not None)
        if address or fields:
            version = entry.time.isoformat() if entry.time else ""
            # Without an address each entry is an alert of its own.
            index.setdefault(address or entry, IndexEntry(address, version, fields))
    if linked and len(linked) == len(entries) and not index:
        raise Unusable("lists entries, but none has an alert or a link to one")
    return list(index.values())


def _alert_elements(element: Element) -> Iterator[Element]:
    """Yield the outermost alerts, also those in escaped text of a feed's entry."""
    if local_name(element) == "alert" and (_has(element, "identifier") or _has(element, "info")):
        yield element
        return
    for child in element:
        yield from _alert_elements(child)
    text = (element.text or "").strip()
    if local_name(element) in _EMBEDDED and text.startswith("<") and "alert" in text[:1000]:
        with suppress(Unusable):  # it is HTML
            yield from _alert_elements(parse_xml(text))


def _has(element: Element, name: str) -> bool:
    return next(children(element, name), None) is not None


def _has_alert(entry: Element) -> bool:
    return next(_alert_elements(entry), None) is not None


def _to_object(element: Element) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for child in element:
        name = local_name(child)
        if not len(child):
            value: Any = child.text or ""
        else:
            value = inner_text(child) if name in _TEXTS else _to_object(child)
        if name in _REPEATABLE:
            fields.setdefault(name, []).append(value)
        else:
            fields.setdefault(name, value)
    return fields


def _entries(element: Element, base: str) -> Iterator[_Entry]:
    """Yield the entries of a feed, or of the channels inside it."""
    for child in element:
        child_base = _join(base, child.get(_BASE, ""))  # w3.org/TR/xmlbase
        if local_name(child) == _ENTRY_NAMES.get(local_name(element)):
            yield _Entry(child, child_base, _time(child))
        elif local_name(child) == "channel":
            yield from _entries(child, child_base)


def _time(entry: Element) -> datetime | None:
    stamps = (child_text(entry, name) for name in ("updated", "published", "pubDate", "date"))
    return next(filter(None, map(parse_date, stamps)), None)


def _link(entry: _Entry, *, is_described: bool) -> str:
    """Return the best address: of type CAP, then the page of the entry, a file, a permanent id.

    An entry that describes its alert has that at none of the related pages.
    """
    addresses = sorted(_addresses(entry.element), key=lambda item: item[0])
    if is_described:
        addresses = [item for item in addresses if item[0] != _RELATED_PAGE]
    joined = (_join(_join(entry.base, base), address) for _, address, base in addresses)
    return next(filter(is_web_address, joined), "")


def _addresses(entry: Element) -> Iterator[tuple[int, str, str]]:
    """Yield rank, address and own base of everything that may lead to the alert."""
    for child in entry:
        name, text = local_name(child), (child.text or "").strip()
        own_base = child.get(_BASE, "")
        address = child.get("href") or child.get("url") or child.get("src") or ""
        is_cap = child.get("type", "").partition(";")[0].strip() == _CAP_TYPE
        if name in {"link", "content", "enclosure"} and address:
            relation = child.get("rel", "alternate")
            if is_cap:
                yield _CAP_PAGE, address, own_base
            elif relation == "related":
                yield _RELATED_PAGE, address, own_base
            elif relation not in _OTHER_RELATIONS:
                is_page = name != "enclosure" and relation == "alternate"
                yield _PAGE if is_page else _FILE, address, own_base
        elif name == "link" and text:
            yield _PAGE, text, own_base
        elif name in {"guid", "id"} and is_web_address(text):
            yield _PERMANENT_ID, text, own_base


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""
