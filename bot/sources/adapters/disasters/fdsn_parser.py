"""FDSN parser: seismic events in the text form of the FDSN event service. Pure.

Format: https://www.fdsn.org/webservices/fdsnws-event-1.2.pdf, "text": a line of column names that
begins with #, then an event a line, with | between the columns. Times are in UTC.
"""

from collections.abc import Mapping

from bot.sources.adapters.disasters.quake import (
    Quake,
    quake_title,
    valid_depth,
    valid_magnitude,
    valid_point,
)
from bot.sources.core.errors import Unusable
from bot.sources.parsing.charset import decode
from bot.sources.parsing.lenient_json import as_time, parse_number
from bot.sources.parsing.node_limit import check_entry_count
from bot.sources.parsing.page_parser import page_parser
from bot.sources.parsing.sanitize import clean_line

_ID, _TIME, _LATITUDE, _LONGITUDE, _DEPTH = "eventid", "time", "latitude", "longitude", "depth/km"
_MAGNITUDE, _PLACE, _KIND = "magnitude", "eventlocationname", "eventtype"
_COLUMNS: tuple[str, ...] = (
    _ID,
    _TIME,
    _LATITUDE,
    _LONGITUDE,
    _DEPTH,
    "author",
    "catalog",
    "contributor",
    "contributorid",
    "magtype",
    _MAGNITUDE,
    "magauthor",
    _PLACE,
    _KIND,
)
"""Columns of the standard in lower case, for an answer without their names."""

# Pages for people, by the host of the service.
_EVENT_PAGES = {
    "webservices.ingv.it": "https://terremoti.ingv.it/event/{}",
    "www.seismicportal.eu": "https://www.seismicportal.eu/eventdetails.html?unid={}",
}


@page_parser
def parse_events(body: bytes, charset: str | None, host: str) -> list[Quake]:
    """Return the events of an answer, oldest first; `host` is that of the service.

    Raises Unusable if it is in another form.
    """
    lines = [line for line in decode(body, charset).splitlines() if line.strip()]
    check_entry_count(len(lines))
    names, rows = _COLUMNS, lines
    if lines and lines[0].lstrip().startswith("#"):
        names = tuple(_column(name) for name in lines[0].lstrip(" #").split("|"))
        rows = lines[1:]
    quakes = [
        quake
        for line in rows
        if (quake := _quake(dict(zip(names, map(clean_line, line.split("|")), strict=False)), host))
    ]
    if (lines and _ID not in names) or (rows and not quakes):
        raise Unusable("is not in the text form of the FDSN event service")
    return sorted(quakes, key=lambda quake: (quake.occurred_at is not None, quake.occurred_at))


def _column(name: str) -> str:
    return name.replace(" ", "").lower()


def _quake(fields: Mapping[str, str], host: str) -> Quake | None:
    """Return the event of a line, None for one without an id, a time or anything to tell."""
    id_, occurred_at = fields.get(_ID, ""), as_time(fields.get(_TIME))
    magnitude = valid_magnitude(parse_number(fields.get(_MAGNITUDE, "")))
    title = quake_title(magnitude, _place(fields.get(_PLACE, "")))
    if not id_ or occurred_at is None or not title:
        return None
    latitude, longitude = valid_point(
        parse_number(fields.get(_LATITUDE, "")), parse_number(fields.get(_LONGITUDE, ""))
    )
    is_plain = id_.replace("_", "").isalnum() and id_.isascii()
    page = _EVENT_PAGES.get(host) if is_plain else None
    return Quake(
        ids=(id_,),
        title=title,
        magnitude=magnitude,
        alert="",
        has_tsunami_flag=False,
        depth_km=valid_depth(parse_number(fields.get(_DEPTH, ""))),
        url=page and page.format(id_),
        occurred_at=occurred_at,
        updated_at=None,
        latitude=latitude,
        longitude=longitude,
        kind=fields.get(_KIND, ""),
    )


def _place(name: str) -> str:
    """Return the name of the place; some services write it in capitals."""
    return name.title() if name.isupper() else name
