"""CAP parser: Common Alerting Protocol 1.0 to 1.2 as XML or JSON. Pure.

Each form is first turned into the same JSON objects, and those into alerts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.sources.adapters.cap.alert import AlertLink, Area, CapAlert, Info, Reference
from bot.sources.adapters.cap.exercises import is_exercise
from bot.sources.adapters.cap.json_forms import json_alerts, json_links
from bot.sources.adapters.cap.xml_forms import IndexEntry, find_alerts, find_entries
from bot.sources.core.errors import Unusable
from bot.sources.parsing.lenient_json import (
    JsonObject,
    as_line,
    as_object,
    as_objects,
    as_time,
    read_json,
)
from bot.sources.parsing.markup import markup_to_text
from bot.sources.parsing.node_limit import MAX_JSON_VALUES, check_entry_count
from bot.sources.parsing.page_parser import page_parser
from bot.sources.parsing.safe_xml import local_name, read_xml
from bot.sources.parsing.sanitize import MAX_RAW_LENGTH, MAX_TEXT_LENGTH
from bot.web_address import web_address_or_none

_INDEXES = frozenset(("feed", "rss", "RDF"))
# Some identifiers have blanks, although the standard forbids them.
_TRIPLE = re.compile(r"([^\s,]+),([^,]+),(\d{4}-\d\d-\d\dT[^\s,]+)")
_AWARENESS_TYPE = "awareness_type"  # of Meteoalarm: "3; Thunderstorm"
_EXPIRED_REFERENCES = "expiredReferences"  # of the NWS: earlier alerts that are over by now


@dataclass(frozen=True)
class CapDocument:
    """Alerts, and links to more of them."""

    alerts: tuple[CapAlert, ...]
    index: tuple[AlertLink, ...] = ()  # newest first

    @property
    def links(self) -> tuple[str, ...]:
        """Addresses of the index."""
        return tuple(link.address for link in self.index)


@page_parser
def parse_page(body: bytes, charset: str | None, url: str) -> list[CapAlert | AlertLink]:
    """Return the alerts of a page, then its links; see `parse_document`."""
    document = parse_document(body, charset, url)
    return [*document.alerts, *document.index]


def split_items(items: Iterable[CapAlert | AlertLink]) -> CapDocument:
    """Return the document made of the items that `parse_page` returned."""
    read = list(items)
    return CapDocument(
        tuple(item for item in read if isinstance(item, CapAlert)),
        tuple(item for item in read if isinstance(item, AlertLink)),
    )


def parse_document(body: bytes, charset: str | None = None, url: str = "") -> CapDocument:
    """Return the alerts and links of a body. Raise Unusable if it has neither.

    `charset` is from the HTTP header; `url` is the address of the document.
    """
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        value = read_json(body, MAX_JSON_VALUES)
        listed = json_alerts(value)
        check_entry_count(len(listed))
        alerts = tuple(map(_parse_alert, listed))
        return CapDocument(alerts, tuple(json_links(value, url)))
    root = read_xml(body, charset)
    try:
        alerts = tuple(map(_parse_alert, find_alerts(root)))
        entries = find_entries(root, url)
        described = tuple(_parse_alert(e.fields) for e in entries if e.fields and not e.address)
        links = tuple(_parse_link(entry) for entry in entries if entry.address)
    except RecursionError:
        raise Unusable("has elements that are nested too deeply") from None
    if not alerts and not entries and local_name(root) not in _INDEXES:
        raise Unusable("has neither alerts nor links to them")
    return CapDocument((*alerts, *described), links)


def _parse_link(entry: IndexEntry) -> AlertLink:
    described = _parse_alert(entry.fields) if entry.fields else None
    return AlertLink(entry.address, entry.version, described)


def _parse_alert(fields: JsonObject) -> CapAlert:
    return CapAlert(
        identity=_build_identity(fields),
        identifier=as_line(fields.get("identifier")),
        status=as_line(fields.get("status")).lower(),
        type=as_line(fields.get("msgType")).lower(),
        scope=as_line(fields.get("scope")).lower(),
        sent=as_time(fields.get("sent")),
        references=tuple(dict.fromkeys(_references(fields))),
        infos=tuple(
            info for info in map(_parse_info, _objects(fields.get("info"))) if not is_exercise(info)
        ),
    )


def _build_identity(fields: JsonObject) -> str:
    sent = as_time(fields.get("sent"))
    time = sent.isoformat() if sent else as_line(fields.get("sent"))
    return f"{as_line(fields.get('sender'))},{as_line(fields.get('identifier'))},{time}"


def _references(fields: JsonObject) -> Iterator[Reference]:
    """Yield the references: triples of sender, identifier and time, or objects of the three."""
    values = fields.get("references")
    for value in values if isinstance(values, list) else [values]:
        yield from _reference(value)
    for info in _objects(fields.get("info")):
        for parameter in _objects(info.get("parameter")):
            if as_line(parameter.get("valueName")) == _EXPIRED_REFERENCES:
                yield from _reference(parameter.get("value"))


def _reference(value: object) -> Iterator[Reference]:
    if isinstance(value, dict) and (identifier := as_line(value.get("identifier"))):
        yield Reference(_build_identity(value), identifier)
    if not isinstance(value, str):
        return
    joined = re.sub(r"\s*,\s*", ",", value)
    for sender, identifier, time in _TRIPLE.findall(joined):
        named = {"sender": sender, "identifier": identifier, "sent": time}
        yield Reference(_build_identity(named), identifier)
    for written in _TRIPLE.sub(" ", joined).split():
        match written.split(","):
            case [sender, identifier, *time]:
                named = {"sender": sender, "identifier": identifier, "sent": ",".join(time)}
                yield Reference(_build_identity(named), identifier)
            case [identifier]:
                yield Reference("", identifier)


def _parse_info(fields: JsonObject) -> Info:
    return Info(
        language=as_line(fields.get("language")),
        category=next(iter(_lines(fields.get("category"))), ""),
        event=_plain_line(fields.get("event")),
        event_codes=tuple(_event_codes(fields)),
        severity=as_line(fields.get("severity")).lower(),
        urgency=as_line(fields.get("urgency")).lower(),
        certainty=_certainty(as_line(fields.get("certainty")).lower()),
        responses=frozenset(item.lower() for item in _lines(fields.get("responseType"))),
        headline=_plain_line(fields.get("headline")),
        description=_plain_text(fields.get("description")),
        instruction=_plain_text(fields.get("instruction")),
        web=web_address_or_none(as_line(fields.get("web"))),
        effective=as_time(fields.get("effective")),
        onset=as_time(fields.get("onset")),
        expires=as_time(fields.get("expires")),
        areas=tuple(_areas(fields.get("area"))),
        awareness=_awareness(_objects(fields.get("parameter"))),
    )


def _event_codes(fields: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield the event codes, and Meteoalarm's type of awareness, which is one."""
    parameters = (
        item
        for item in _objects(fields.get("parameter"))
        if as_line(item.get("valueName")).lower() == _AWARENESS_TYPE
    )
    for code in (*_objects(fields.get("eventCode")), *parameters):
        name, value = as_line(code.get("valueName")), as_line(code.get("value"))
        if value:
            yield name, value


def _certainty(word: str) -> str:
    return "likely" if word == "very likely" else word  # the name in CAP 1.0


def _areas(value: object) -> Iterator[Area]:
    if isinstance(value, str):
        yield Area(_plain_line(value))
    for area in _objects(value):
        geocodes = (
            (as_line(code.get("valueName")), as_line(code.get("value")))
            for code in _objects(area.get("geocode"))
        )
        yield Area(
            description=_plain_text(area.get("areaDesc")),
            geocodes=tuple(pair for pair in geocodes if pair[1]),
            polygons=tuple(_lines(area.get("polygon"))),
            circles=tuple(_lines(area.get("circle"))),
        )


def _objects(value: object) -> Sequence[JsonObject]:
    """Return the objects of a list, or a single object: converters from XML write both."""
    return as_objects(value) or [item for item in [as_object(value)] if item]


def _lines(value: object) -> Sequence[str]:
    """Return the words of a single value or of a list."""
    items = value if isinstance(value, list) else [value]
    return [word for item in items if (word := as_line(item))]


def _plain_text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return markup_to_text(value[:MAX_RAW_LENGTH])[:MAX_TEXT_LENGTH]


def _plain_line(value: object) -> str:
    return " ".join(_plain_text(value).split()) if isinstance(value, str) else as_line(value)


def _awareness(parameters: Sequence[JsonObject]) -> int | None:
    """Return the number in `3; orange; Severe`: the words vary."""
    for parameter in parameters:
        number = as_line(parameter.get("value")).partition(";")[0].strip()
        is_level = as_line(parameter.get("valueName")).lower() == "awareness_level"
        if is_level and number in {"1", "2", "3", "4"}:
            return int(number)
    return None
