"""Alerts as entries of an index: the `cap:` elements of an Atom or RSS entry. Pure.

Meteoalarm, the NWS and others repeat the main fields of an alert in their indexes. They are the
alert if the entry leads to no other one.
"""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from bot.sources.parsing.safe_xml import child_text, children, inner_text, local_name

_TELLING = ("event", "severity", "areaDesc", "expires")
_MIN_TELLING = 2  # of these; less may be a field of another format
_INFO_FIELDS = (
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "effective",
    "onset",
    "expires",
    "instruction",
)
_DESCRIPTIONS = ("description", "summary", "content", "encoded")
_SENT = ("sent", "updated", "published", "pubDate", "date")


def entry_alert(entry: Element) -> dict[str, Any] | None:
    """Return the alert that an entry describes, in the form of the JSON; None if it does not."""
    if sum(bool(child_text(entry, name)) for name in _TELLING) < _MIN_TELLING:
        return None
    info: dict[str, Any] = {name: child_text(entry, name) for name in _INFO_FIELDS}
    info["headline"] = _first_text(entry, "headline", "title")
    info["description"] = _first_text(entry, *_DESCRIPTIONS)
    info["web"] = _first_text(entry, "web", "link")
    info["parameter"] = _pairs(entry, "parameter")
    info["eventCode"] = _pairs(entry, "eventCode")
    info["area"] = [
        {
            "areaDesc": _first_text(entry, "areaDesc"),
            "geocode": _pairs(entry, "geocode"),
            "polygon": _texts(entry, "polygon"),
            "circle": _texts(entry, "circle"),
        }
    ]
    return {
        "identifier": _first_text(entry, "identifier", "id", "guid", "link"),
        "sender": _first_text(entry, "sender"),
        "sent": _first_text(entry, *_SENT),
        "status": _first_text(entry, "status") or "Actual",
        "msgType": _first_text(entry, "msgType", "message_type", "messageType") or "Alert",
        "scope": _first_text(entry, "scope"),
        "references": _first_text(entry, "references"),
        "info": [info],
    }


def _first_text(entry: Element, *names: str) -> str:
    texts = (inner_text(child).strip() for name in names for child in children(entry, name))
    return next(filter(None, texts), "")


def _texts(entry: Element, name: str) -> list[str]:
    return [text for child in children(entry, name) if (text := inner_text(child).strip())]


def _pairs(entry: Element, name: str) -> list[dict[str, str]]:
    """Return the pairs of `valueName` and `value`; one element may have several."""
    return [
        pair for child in children(entry, name) for pair in _pairs_inside(child) if pair["value"]
    ]


def _pairs_inside(element: Element) -> Iterator[dict[str, str]]:
    value_name = ""
    for child in element:
        text = inner_text(child).strip()
        if local_name(child) == "valueName":
            value_name = text
        elif local_name(child) == "value":
            yield {"valueName": value_name, "value": text}
