"""GDACS parser: disasters of the RSS feed. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from bot.sources.adapters.disasters.quake import valid_depth, valid_magnitude, valid_point
from bot.sources.core.errors import Unusable
from bot.sources.parsing.dates import parse_date
from bot.sources.parsing.lenient_json import parse_number
from bot.sources.parsing.markup import markup_to_text
from bot.sources.parsing.node_limit import check_entry_count
from bot.sources.parsing.page_parser import page_parser
from bot.sources.parsing.safe_xml import child_text, children, local_name, read_xml
from bot.sources.parsing.sanitize import (
    MAX_RAW_LENGTH,
    MAX_REGION_LENGTH,
    MAX_TEXT_LENGTH,
    clean_line,
)
from bot.web_address import web_address_or_none

_MAX_DISASTERS = 2_000  # the feed has three hundred
_EARTHQUAKE = "EQ"
_DEPTH = re.compile(r"depth\s*:?\s*(-?\d+(?:\.\d+)?)\s*km", re.IGNORECASE)
_COUNTRIES = re.compile(r"\s*[,;]\s*")
_NO = frozenset(("false", "0", "no"))


@dataclass(frozen=True)
class Disaster:
    """One disaster of the feed."""

    id: str  # kind and number: "EQ1234567"
    kind: str  # "EQ", "TC", ...
    revision: str  # episode and level; a different value is an update
    level: str  # "green", "orange", "red", or its own word
    title: str
    text: str
    url: str | None
    countries: tuple[str, ...]  # in English
    updated_at: datetime | None  # aware
    is_current: bool = True  # False: it is over
    latitude: float | None = None  # degrees; both or none
    longitude: float | None = None
    magnitude: float | None = None  # of an earthquake
    depth_km: float | None = None  # of an earthquake


@page_parser
def parse_disasters(body: bytes, charset: str | None = None) -> list[Disaster]:
    """Return the disasters of the feed, oldest first.

    Raises Unusable if it is not a feed: proxies answer with HTML.
    """
    root = read_xml(body, charset)
    if local_name(root) != "rss":
        raise Unusable("is not a feed")
    items = [item for channel in children(root, "channel") for item in children(channel, "item")]
    check_entry_count(len(items), _MAX_DISASTERS)
    disasters = [disaster for disaster in map(_disaster, items) if disaster is not None]
    return sorted(disasters, key=lambda item: (item.updated_at is not None, item.updated_at))


def _disaster(item: Element) -> Disaster | None:
    kind, number = child_text(item, "eventtype"), child_text(item, "eventid")
    title = clean_line(child_text(item, "title"))
    id_ = f"{kind}{number}" if kind and number else child_text(item, "guid")
    text = markup_to_text(child_text(item, "description")[:MAX_RAW_LENGTH])[:MAX_TEXT_LENGTH]
    if not id_ or not (title or text):
        return None
    level = child_text(item, "alertlevel").lower()
    latitude, longitude = _point(item)
    magnitude, depth_km = _measures(item) if kind.upper() == _EARTHQUAKE else (None, None)
    return Disaster(
        id=id_,
        kind=kind.upper(),
        revision=f"{child_text(item, 'episodeid')} {level}",
        level=level,
        title=title,
        text=text,
        url=web_address_or_none(child_text(item, "link")),
        countries=tuple(_countries(child_text(item, "country"))),
        updated_at=parse_date(child_text(item, "datemodified"))
        or parse_date(child_text(item, "pubDate")),
        is_current=child_text(item, "iscurrent").strip().lower() not in _NO,
        latitude=latitude,
        longitude=longitude,
        magnitude=magnitude,
        depth_km=depth_km,
    )


def _point(item: Element) -> tuple[float, float] | tuple[None, None]:
    """Return the coordinates, as GeoRSS or as elements of their own."""
    written = child_text(item, "point").split()
    if len(written) != 2:
        outer = next(iter(children(item, "Point")), item)
        written = [child_text(outer, "lat"), child_text(outer, "long")]
    return valid_point(*map(parse_number, written))


def _measures(item: Element) -> tuple[float | None, float | None]:
    """Return magnitude and depth, as in `Magnitude 6.1M, Depth:10km` with the magnitude as value.

    Both are in one element, whose form its publisher does not describe.
    """
    element = next(iter(children(item, "severity")), None)
    if element is None:
        return None, None
    depth = _DEPTH.search(element.text or "")
    return (
        valid_magnitude(parse_number(element.get("value", ""))),
        valid_depth(parse_number(depth[1])) if depth else None,
    )


def _countries(text: str) -> Iterator[str]:
    return (
        country[:MAX_REGION_LENGTH] for country in _COUNTRIES.split(clean_line(text)) if country
    )
