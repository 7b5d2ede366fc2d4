"""Earthquakes from the USGS: a GeoJSON summary, rebuilt every minute.

As https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php describes it.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from bot.sources.base.page_source import Found, OnePage, PageSettings
from bot.sources.base.source_settings import WebAddress
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import Fetcher, Page
from bot.sources.http.ssrf_guard import web_address
from bot.sources.parsing.lenient_json import (
    from_milliseconds,
    line,
    number,
    read_json,
    record,
    records,
)
from storage.inbound.bulletins import Bulletin, Kind
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, between

_MOST_KEPT = 2000

_WORTH_TELLING = 0.3  # of magnitude: it is revised again and again
_GRAVE = frozenset(("orange", "red"))  # by PAGER: many are hurt


class UsgsSettings(PageSettings, frozen=True):
    """`[[source]] kind = "usgs"`."""

    kind: Literal["usgs"]
    url: WebAddress = "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/4.5_day.geojson"
    every: Annotated[Duration, between("30s", "1d")] = timedelta(minutes=1)

    def source(self, fetcher: Fetcher, clock: Clock) -> "Usgs":
        return Usgs(self, fetcher, clock)


@dataclass(frozen=True)
class Quake:
    ids: tuple[str, ...]  # one quake has an id of each network; the preferred one comes first
    title: str
    magnitude: float | None
    alert: str  # "green", "yellow", "orange", "red" or ""
    tsunami: bool  # whether warnings of one may exist
    depth: float | None  # km
    url: str | None
    at: datetime | None  # aware
    updated: datetime | None  # aware


Told = Sequence[Mapping[str, Any]]
"""Of each quake that was told: `ids`, `magnitude`, `alert`; the longest ago first. As JSON."""


class Usgs(OnePage):
    """The source of `kind = "usgs"`.

    Its cursor: as in `one_page`; `told`.
    """

    limit = 16 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> Found:
        """New quakes, and those that turned out otherwise."""
        quakes = await asyncio.to_thread(read_quakes, page.body)
        new, told = compare(quakes, cursor["told"] if cursor else ())
        return Found(
            tuple(
                _bulletin(self.name, quake, now, is_update=is_update) for quake, is_update in new
            ),
            {"told": told},
        )


def read_quakes(body: bytes) -> list[Quake]:
    """The quakes of a summary, the oldest first. Raises Unusable."""
    features = record(read_json(body)).get("features")
    if not isinstance(features, list):
        raise Unusable("lists no earthquakes")
    quakes = [_quake(one) for one in records(features)]
    if features and not any(quake.ids for quake in quakes):
        raise Unusable("has no earthquake that can be read")
    dated = (quake for quake in quakes if quake.ids and quake.title)
    return sorted(dated, key=lambda quake: (quake.at is not None, quake.at))


def compare(quakes: Sequence[Quake], told: Told) -> tuple[list[tuple[Quake, bool]], Told]:
    """What to tell, each with whether it is an update, and what is told then."""
    found: list[tuple[Quake, bool]] = []
    kept = list(told)
    for quake in quakes:
        before = next((one for one in kept if not set(quake.ids).isdisjoint(one["ids"])), None)
        differs = before is None or _differs(quake, before)
        if differs:
            found.append((quake, before is not None))
        if before is not None:
            kept.remove(before)
        kept.append(_noted(quake, before, differs=differs))
    return found, kept[-_MOST_KEPT:]


def _noted(quake: Quake, before: Mapping[str, Any] | None, *, differs: bool) -> dict[str, Any]:
    """All ids it ever had, and what was told of it last."""
    said = quake if differs or before is None else None
    known = before or {"ids": ()}
    return {
        "ids": list(dict.fromkeys((*quake.ids, *known["ids"]))),
        "magnitude": said.magnitude if said else known["magnitude"],
        "alert": said.alert if said else known["alert"],
    }


def _differs(quake: Quake, before: Mapping[str, Any]) -> bool:
    known, now = before["magnitude"], quake.magnitude
    if (known is None) != (now is None) or quake.alert != before["alert"]:
        return True
    return known is not None and now is not None and abs(now - known) >= _WORTH_TELLING - 1e-9


def _quake(one: Mapping[str, Any]) -> Quake:
    said = record(one.get("properties"))
    return Quake(
        ids=tuple(_ids(line(one.get("id")), line(said.get("ids")))),
        title=line(said.get("title")) or line(said.get("place")),
        magnitude=number(said.get("mag")),
        alert=line(said.get("alert")).lower(),
        tsunami=said.get("tsunami") == 1,
        depth=_depth(record(one.get("geometry")).get("coordinates")),
        url=web_address(line(said.get("url"))),
        at=from_milliseconds(said.get("time")),
        updated=from_milliseconds(said.get("updated")),
    )


def _ids(preferred: str, joined: str) -> Iterator[str]:
    """`,us7000abcd,at00xyz,`."""
    return iter(dict.fromkeys(filter(None, (preferred, *joined.split(",")))))


def _depth(coordinates: object) -> float | None:
    return (
        number(coordinates[2]) if isinstance(coordinates, list) and len(coordinates) > 2 else None
    )


def _bulletin(source: str, quake: Quake, now: datetime, *, is_update: bool) -> Bulletin:
    said = (quake.alert, "" if quake.magnitude is None else f"{quake.magnitude}")
    id_ = quake.ids[0]
    return Bulletin(
        source=source,
        key=dedup_keys.wording_key(id_, *said) if is_update else dedup_keys.id_key(id_, None),
        title=quake.title,
        text=" ".join(_lines(quake)),
        url=quake.url,
        lang="en",
        kind=Kind.ALERT if quake.alert in _GRAVE else Kind.NEWS,
        level=quake.alert or None,
        hazard="quake",
        published_at=quake.updated if is_update else quake.at,
        received_at=now,
    )


def _lines(quake: Quake) -> Iterator[str]:
    if quake.depth is not None:
        yield f"Depth {quake.depth:.0f} km."
    if quake.tsunami:
        yield "See tsunami warnings."
