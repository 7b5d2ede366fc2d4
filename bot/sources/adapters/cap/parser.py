"""Alerts in the Common Alerting Protocol, 1.0 to 1.2, as XML or as JSON: pure.

The JSON of Meteoalarm mirrors the XML; that of the NWS, https://api.weather.gov, has it flat. All
become the same records, and those the same alerts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

from bot.sources.core.source import Unusable
from bot.sources.http.ssrf_guard import is_web_address, web_address
from bot.sources.parsing.lenient_json import Record, line, moment, read_json, record, records, text
from bot.sources.parsing.safe_xml import child_text, children, name, read_xml

_MANY = frozenset(("info", "area", "parameter", "geocode", "category", "responseType", "code"))


@dataclass(frozen=True)
class Info:
    """What an alert says, in one language."""

    language: str  # RFC 3066; "" is en-US
    category: str  # "Met", "Geo", ..., the first
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
    awareness: int | None  # Meteoalarm's: 1 green, 2 yellow, 3 orange, 4 red


@dataclass(frozen=True)
class CapAlert:
    identity: str  # sender, identifier and time, with commas
    status: str  # "Actual", "Exercise", "System", "Test", "Draft"
    type: str  # "Alert", "Update", "Cancel", "Ack", "Error"
    scope: str  # "Public", "Restricted", "Private", or ""
    sent: datetime | None  # aware
    references: tuple[str, ...]  # identities of earlier alerts
    infos: tuple[Info, ...]


@dataclass(frozen=True)
class Answer:
    """What an address said."""

    alerts: tuple[CapAlert, ...]
    links: tuple[str, ...]  # an index: where alerts are to be had, the newest first


def read_answer(body: bytes) -> Answer:
    """Raises Unusable for what is neither alerts nor an index of them."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return Answer(tuple(map(_alert, _json_records(read_json(body)))), ())
    root = read_xml(body)
    match name(root):
        case "alert":
            return Answer((_alert(_from_xml(root)),), ())
        case "feed":
            return Answer(
                (), tuple(filter(is_web_address, map(_atom_link, children(root, "entry"))))
            )
        case "rss":
            items = (
                item for channel in children(root, "channel") for item in children(channel, "item")
            )
            return Answer((), tuple(filter(is_web_address, (child_text(i, "link") for i in items))))
    raise Unusable("has neither alerts nor links to them")


def _json_records(said: object) -> Iterator[Record]:
    known = record(said)
    if isinstance(known.get("warnings"), list):
        return (record(one.get("alert")) for one in records(known["warnings"]))
    if isinstance(known.get("features"), list):
        return (_from_nws(record(one.get("properties"))) for one in records(known["features"]))
    raise Unusable("has neither alerts nor links to them")


def _from_nws(properties: Record) -> Record:
    areas = line(properties.get("areaDesc")).split(";")
    info = {**properties, "area": [{"areaDesc": area} for area in areas], "parameter": []}
    # The alert's own end, where it has one: what `expires` is the message.
    info["expires"] = properties.get("ends") or properties.get("expires")
    return {
        **properties,
        "identifier": properties.get("id"),
        "msgType": properties.get("messageType"),
        "info": [info],
    }


def _from_xml(element: Element) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for child in element:
        value = _from_xml(child) if len(child) else child.text or ""
        if name(child) in _MANY:
            said.setdefault(name(child), []).append(value)
        else:
            said.setdefault(name(child), value)
    return said


def _atom_link(entry: Element) -> str:
    links = list(children(entry, "link"))
    ours = [link for link in links if link.get("type") == "application/cap+xml"]
    return next((link.get("href", "") for link in [*ours, *links]), "")


def _alert(said: Record) -> CapAlert:
    return CapAlert(
        identity=_identity(said),
        status=line(said.get("status")),
        type=line(said.get("msgType")),
        scope=line(said.get("scope")),
        sent=moment(said.get("sent")),
        references=tuple(_references(said.get("references"))),
        infos=tuple(map(_info, records(said.get("info")))),
    )


def _identity(said: Record) -> str:
    sent = moment(said.get("sent"))
    written = sent.isoformat() if sent else line(said.get("sent"))
    return f"{line(said.get('sender'))},{line(said.get('identifier'))},{written}"


def _references(said: object) -> Iterator[str]:
    if isinstance(said, str):
        for triple in said.split():
            parts = triple.split(",")
            if len(parts) == 3:
                yield _identity(dict(zip(("sender", "identifier", "sent"), parts, strict=True)))
    yield from map(_identity, records(said))


def _info(said: Record) -> Info:
    return Info(
        language=line(said.get("language")),
        category=next(iter(_lines(said.get("category"))), ""),
        event=line(said.get("event")),
        severity=line(said.get("severity")),
        responses=frozenset(_lines(said.get("responseType"))),
        headline=line(said.get("headline")),
        description=text(said.get("description")),
        instruction=text(said.get("instruction")),
        web=web_address(line(said.get("web"))),
        onset=moment(said.get("onset")) or moment(said.get("effective")),
        expires=moment(said.get("expires")),
        areas=tuple(filter(None, (line(one.get("areaDesc")) for one in records(said.get("area"))))),
        awareness=_awareness(records(said.get("parameter"))),
    )


def _lines(said: object) -> Sequence[str]:
    """One word or a list of them."""
    return [word for one in (said if isinstance(said, list) else [said]) if (word := line(one))]


def _awareness(parameters: Sequence[Record]) -> int | None:
    """`3; orange; Severe`: by its number, for the words vary."""
    for one in parameters:
        number = line(one.get("value")).partition(";")[0].strip()
        if line(one.get("valueName")) == "awareness_level" and number in {"1", "2", "3", "4"}:
            return int(number)
    return None
