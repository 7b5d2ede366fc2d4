"""JSON forms of CAP: finds the alerts in what publishers send as JSON. Pure.

Meteoalarm and NINA mirror the XML. The JSON of the NWS, https://api.weather.gov, is flat: the
fields of the message and of its only info are side by side. The lists of NINA,
https://nina.api.bund.dev, have only the headline of a warning, and the warning has its own page.
"""

from collections.abc import Iterator
from urllib.parse import quote, urljoin

from bot.sources.adapters.cap.alert import AlertLink
from bot.sources.core.errors import Unusable
from bot.sources.parsing.lenient_json import (
    JsonObject,
    as_line,
    as_number,
    as_object,
    as_objects,
)

_LISTS = ("warnings", "features", "alerts", "@graph")
_MAX_DEPTH = 4


def json_alerts(value: object) -> list[JsonObject]:
    """Return the alerts of a document in the form of the XML.

    It is one alert, one Feature, or a list of either. Raises Unusable for anything else that is
    not a list of links.
    """
    alerts = list(_alerts(value, 0))
    if not alerts and not _is_empty_list(value) and not json_links(value, ""):
        raise Unusable("has neither alerts nor links to them")
    return alerts


def json_links(value: object, base: str) -> list[AlertLink]:
    """Return the links to the warnings that a list of NINA names; `base` is its address."""
    items = [item for item in as_objects(value) if "payload" in item or "i18nTitle" in item]
    return [
        AlertLink(urljoin(base, f"../warnings/{quote(id_)}.json"), _version(item))
        for item in items
        if (id_ := as_line(item.get("id")))
    ]


def _version(item: JsonObject) -> str:
    payload = as_object(item.get("payload"))
    marks = (payload.get("hash"), payload.get("version"), item.get("version"), item.get("sent"))
    return " ".join(map(as_line, marks)).strip()


def _alerts(value: object, depth: int) -> Iterator[JsonObject]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _alerts(item, depth + 1)
        return
    item = as_object(value)
    for name in _LISTS:
        if isinstance(item.get(name), list):
            yield from _alerts(item[name], depth + 1)
            return
    if isinstance(item.get("alert"), dict):
        yield from _alerts(item["alert"], depth + 1)
    elif isinstance(item.get("properties"), dict):
        yield _from_flat(item["properties"], item.get("geometry"))
    elif "info" in item or ("identifier" in item and "msgType" in item):
        yield item
    elif "areaDesc" in item and ("id" in item or "@id" in item):
        yield _from_flat(item, item.get("geometry"))


def _is_empty_list(value: object) -> bool:
    """Return True for a document that lists alerts, and has none at present."""
    return value == [] or any(as_object(value).get(name) == [] for name in _LISTS)


def _from_flat(properties: JsonObject, geometry: object) -> JsonObject:
    geocodes, polygons = _named_values(properties.get("geocode")), _polygons(geometry)
    descriptions = as_line(properties.get("areaDesc")).split(";")
    info = {
        **properties,
        "area": [
            {"areaDesc": text, "geocode": geocodes, "polygon": polygons} for text in descriptions
        ],
        "parameter": _named_values(properties.get("parameters")),
        "eventCode": _named_values(properties.get("eventCode")),
        "responseType": properties.get("responseType") or properties.get("response"),
        # `ends` is the end of the event; `expires` is the end of the message.
        "expires": properties.get("ends") or properties.get("expires"),
    }
    return {
        **properties,
        "identifier": properties.get("id") or properties.get("@id"),
        "msgType": properties.get("messageType") or properties.get("msgType"),
        "info": [info],
    }


def _named_values(value: object) -> list[dict[str, str]]:
    """Return `{"UGC": ["TXC201", "TXC157"]}` as the XML has it: one name and value each."""
    return [
        {"valueName": name, "value": as_line(item)}
        for name, values in as_object(value).items()
        for item in (values if isinstance(values, list) else [values])
    ]


def _polygons(geometry: object) -> list[str]:
    """Return the outer rings of a GeoJSON geometry as CAP writes them, latitude first."""
    shape = as_object(geometry)
    coordinates = shape.get("coordinates")
    match shape.get("type"), coordinates:
        case "Polygon", [ring, *_]:
            return [_ring(ring)]
        case "MultiPolygon", [*polygons]:
            return [
                _ring(polygon[0]) for polygon in polygons if isinstance(polygon, list) and polygon
            ]
    return []


def _ring(points: object) -> str:
    pairs = (
        (as_number(point[1]), as_number(point[0]))
        for point in (points if isinstance(points, list) else [])
        if isinstance(point, list) and len(point) >= 2
    )
    return " ".join(f"{lat},{lon}" for lat, lon in pairs if lat is not None and lon is not None)
