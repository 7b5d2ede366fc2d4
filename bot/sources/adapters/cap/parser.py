"""CAP parser: Common Alerting Protocol 1.0 to 1.2 as XML or JSON. Pure.

Meteoalarm's JSON mirrors the XML; the JSON of the NWS, https://api.weather.gov, is flat. Each form
is first turned into the same JSON objects, and those into alerts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from bot.sources.core.source import Unusable
from bot.sources.parsing.lenient_json import (
    JsonObject,
    as_line,
    as_object,
    as_objects,
    as_text,
    as_time,
    read_json,
)
from bot.sources.parsing.safe_xml import child_text, children, local_name, read_xml
from bot.web_address import is_web_address, web_address_or_none

_REPEATABLE = frozenset(
    ("info", "area", "parameter", "geocode", "category", "responseType", "code")
)


@dataclass(frozen=True)
class Info:
    """Content of an alert in one language."""

    language: str  # RFC 3066; "" is en-US
    category: str  # the first: "Met", "Geo", ...
    event: str
    severity: str  # "Extreme", "Severe", "Moderate", "Minor", "Unknown"
    responses: frozenset[str]  # "AllClear" and others
    headline: str
    description: str
    instruction: str
    web: str | None
    onset: datetime | None  # aware
    expires: datetime | None  # aware
    areas: tuple[str, ...]
    awareness: int | None  # Meteoalarm's level: 1 green, 2 yellow, 3 orange, 4 red


@dataclass(frozen=True)
class CapAlert:
    """One CAP message."""

    identity: str  # sender, identifier and time, joined by commas
    status: str  # "Actual", "Exercise", "System", "Test", "Draft"
    type: str  # "Alert", "Update", "Cancel", "Ack", "Error"
    scope: str  # "Public", "Restricted", "Private", or ""
    sent: datetime | None  # aware
    references: tuple[str, ...]  # identities of earlier alerts
    infos: tuple[Info, ...]


@dataclass(frozen=True)
class CapDocument:
    """Alerts, or an index of links to alerts."""

    alerts: tuple[CapAlert, ...]
    links: tuple[str, ...]  # newest first


def parse_document(body: bytes) -> CapDocument:
    """Return the alerts or links of a body. Raise Unusable if it has neither."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return CapDocument(tuple(map(_alert, _json_alerts(read_json(body)))), ())
    root = read_xml(body)
    match local_name(root):
        case "alert":
            return CapDocument((_alert(_from_xml(root)),), ())
        case "feed":
            links = map(_atom_link, children(root, "entry"))
            return CapDocument((), tuple(filter(is_web_address, links)))
        case "rss":
            channels = children(root, "channel")
            items = (item for channel in channels for item in children(channel, "item"))
            item_links = (child_text(item, "link") for item in items)
            return CapDocument((), tuple(filter(is_web_address, item_links)))
    raise Unusable("has neither alerts nor links to them")


def _json_alerts(value: object) -> Iterator[JsonObject]:
    root = as_object(value)
    if isinstance(root.get("warnings"), list):
        return (as_object(item.get("alert")) for item in as_objects(root["warnings"]))
    if isinstance(root.get("features"), list):
        features = as_objects(root["features"])
        return (_from_nws(as_object(feature.get("properties"))) for feature in features)
    raise Unusable("has neither alerts nor links to them")


def _from_nws(properties: JsonObject) -> JsonObject:
    areas = as_line(properties.get("areaDesc")).split(";")
    info = {**properties, "area": [{"areaDesc": area} for area in areas], "parameter": []}
    # `ends` is the end of the event; `expires` is the end of the message.
    info["expires"] = properties.get("ends") or properties.get("expires")
    return {
        **properties,
        "identifier": properties.get("id"),
        "msgType": properties.get("messageType"),
        "info": [info],
    }


def _from_xml(element: Element) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for child in element:
        value = _from_xml(child) if len(child) else child.text or ""
        if local_name(child) in _REPEATABLE:
            fields.setdefault(local_name(child), []).append(value)
        else:
            fields.setdefault(local_name(child), value)
    return fields


def _atom_link(entry: Element) -> str:
    links = list(children(entry, "link"))
    cap_links = [link for link in links if link.get("type") == "application/cap+xml"]
    return next((link.get("href", "") for link in [*cap_links, *links]), "")


def _alert(fields: JsonObject) -> CapAlert:
    return CapAlert(
        identity=_identity(fields),
        status=as_line(fields.get("status")),
        type=as_line(fields.get("msgType")),
        scope=as_line(fields.get("scope")),
        sent=as_time(fields.get("sent")),
        references=tuple(_references(fields.get("references"))),
        infos=tuple(map(_info, as_objects(fields.get("info")))),
    )


def _identity(fields: JsonObject) -> str:
    sent = as_time(fields.get("sent"))
    time = sent.isoformat() if sent else as_line(fields.get("sent"))
    return f"{as_line(fields.get('sender'))},{as_line(fields.get('identifier'))},{time}"


def _references(value: object) -> Iterator[str]:
    if isinstance(value, str):
        for triple in value.split():
            parts = triple.split(",")
            if len(parts) == 3:
                yield _identity(dict(zip(("sender", "identifier", "sent"), parts, strict=True)))
    yield from map(_identity, as_objects(value))


def _info(fields: JsonObject) -> Info:
    areas = (as_line(area.get("areaDesc")) for area in as_objects(fields.get("area")))
    return Info(
        language=as_line(fields.get("language")),
        category=next(iter(_lines(fields.get("category"))), ""),
        event=as_line(fields.get("event")),
        severity=as_line(fields.get("severity")),
        responses=frozenset(_lines(fields.get("responseType"))),
        headline=as_line(fields.get("headline")),
        description=as_text(fields.get("description")),
        instruction=as_text(fields.get("instruction")),
        web=web_address_or_none(as_line(fields.get("web"))),
        onset=as_time(fields.get("onset")) or as_time(fields.get("effective")),
        expires=as_time(fields.get("expires")),
        areas=tuple(filter(None, areas)),
        awareness=_awareness(as_objects(fields.get("parameter"))),
    )


def _lines(value: object) -> Sequence[str]:
    """Return the words of a single value or of a list."""
    items = value if isinstance(value, list) else [value]
    return [word for item in items if (word := as_line(item))]


def _awareness(parameters: Sequence[JsonObject]) -> int | None:
    """Return the number in `3; orange; Severe`: the words vary."""
    for parameter in parameters:
        number = as_line(parameter.get("value")).partition(";")[0].strip()
        is_level = as_line(parameter.get("valueName")) == "awareness_level"
        if is_level and number in {"1", "2", "3", "4"}:
            return int(number)
    return None
