"""USGS source: earthquakes from a GeoJSON summary that is rebuilt every minute.

Format: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import HttpClient, Page
from bot.sources.parsing.lenient_json import (
    as_line,
    as_number,
    as_object,
    as_objects,
    from_unix_milliseconds,
    read_json,
)
from bot.web_address import WebAddress, web_address_or_none
from storage.inbound.bulletins import Bulletin, Kind
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_MAX_REMEMBERED = 2000

_MIN_MAGNITUDE_CHANGE = 0.3  # smaller revisions are frequent
_ALERT_LEVELS = frozenset(("orange", "red"))  # PAGER levels with many casualties


class UsgsSettings(PageSettings, frozen=True):
    """`[[source]] kind = "usgs"`."""

    kind: Literal["usgs"]
    url: WebAddress = "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/4.5_day.geojson"
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=1)

    def build_source(self, client: HttpClient, clock: Clock) -> "Usgs":
        """Return the USGS source."""
        return Usgs(self, client, clock)


@dataclass(frozen=True)
class Quake:
    """One earthquake."""

    ids: tuple[str, ...]  # one from each network, the preferred one first
    title: str  # "" if neither magnitude nor place is known
    magnitude: float | None
    alert: str  # "green", "yellow", "orange", "red" or ""
    has_tsunami_flag: bool  # tsunami warnings may exist
    depth_km: float | None
    url: str | None
    occurred_at: datetime | None  # aware
    updated_at: datetime | None  # aware


ReportedQuakes = Sequence[Mapping[str, Any]]
"""`ids`, `magnitude` and `alert` of each reported quake, least recent first. JSON in a cursor."""


class Usgs(PageSource):
    """The source of `kind = "usgs"`.

    Cursor: the fields of `page_source`; `told`, the reported quakes.
    """

    max_bytes = 16 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new quakes, and those whose magnitude or alert level was revised."""
        quakes = await asyncio.to_thread(parse_quakes, page.body)
        changes, reported = diff_quakes(quakes, cursor["told"] if cursor else ())
        return PageResult(
            tuple(
                _bulletin(self.name, quake, now, is_update=is_update)
                for quake, is_update in changes
            ),
            {"told": reported},
        )


def parse_quakes(body: bytes) -> list[Quake]:
    """Return the quakes of a summary, oldest first, without those that were withdrawn.

    Raises Unusable.
    """
    features = as_object(read_json(body)).get("features")
    if not isinstance(features, list):
        raise Unusable("lists no earthquakes")
    quakes = [_quake(feature) for feature in as_objects(features) if not _is_withdrawn(feature)]
    if features and not any(map(_has_id, as_objects(features))):
        raise Unusable("has no earthquake that can be read")
    valid = (quake for quake in quakes if quake.ids and quake.title)
    return sorted(valid, key=lambda quake: (quake.occurred_at is not None, quake.occurred_at))


def diff_quakes(
    quakes: Sequence[Quake], reported: ReportedQuakes
) -> tuple[list[tuple[Quake, bool]], ReportedQuakes]:
    """Return the quakes to report, each with True for an update, and what is reported then."""
    changes: list[tuple[Quake, bool]] = []
    remembered = list(reported)
    for quake in quakes:
        before = next(
            (item for item in remembered if not set(quake.ids).isdisjoint(item["ids"])), None
        )
        is_changed = before is None or _is_revised(quake, before)
        if is_changed:
            changes.append((quake, before is not None))
        if before is not None:
            remembered.remove(before)
        remembered.append(_to_reported(quake, before, is_changed=is_changed))
    return changes, remembered[-_MAX_REMEMBERED:]


def _to_reported(
    quake: Quake, before: Mapping[str, Any] | None, *, is_changed: bool
) -> dict[str, Any]:
    """Return all ids that the quake ever had, and its last reported values."""
    if before is None:
        return {"ids": list(quake.ids), "magnitude": quake.magnitude, "alert": quake.alert}
    return {
        "ids": list(dict.fromkeys((*quake.ids, *before["ids"]))),
        "magnitude": quake.magnitude if is_changed else before["magnitude"],
        "alert": quake.alert if is_changed else before["alert"],
    }


def _is_revised(quake: Quake, before: Mapping[str, Any]) -> bool:
    previous, current = before["magnitude"], quake.magnitude
    if (previous is None) != (current is None) or quake.alert != before["alert"]:
        return True
    if previous is None or current is None:
        return False
    return bool(abs(current - previous) >= _MIN_MAGNITUDE_CHANGE - 1e-9)


def _has_id(feature: Mapping[str, Any]) -> bool:
    properties = as_object(feature.get("properties"))
    return any(_ids(as_line(feature.get("id")), as_line(properties.get("ids"))))


def _is_withdrawn(feature: Mapping[str, Any]) -> bool:
    """Return True if it is no earthquake after all: its network has deleted it."""
    return as_line(as_object(feature.get("properties")).get("status")).lower() == "deleted"


def _quake(feature: Mapping[str, Any]) -> Quake:
    properties = as_object(feature.get("properties"))
    ids = tuple(_ids(as_line(feature.get("id")), as_line(properties.get("ids"))))
    return Quake(
        ids=ids,
        title=_title(properties, ids),
        magnitude=as_number(properties.get("mag")),
        alert=as_line(properties.get("alert")).lower(),
        has_tsunami_flag=properties.get("tsunami") == 1,
        depth_km=_depth(as_object(feature.get("geometry")).get("coordinates")),
        url=web_address_or_none(as_line(properties.get("url"))),
        occurred_at=from_unix_milliseconds(properties.get("time")),
        updated_at=from_unix_milliseconds(properties.get("updated")),
    )


def _title(properties: Mapping[str, Any], ids: Collection[str]) -> str:
    """Return the title for people; USGS composes one of its id if it knows nothing else."""
    magnitude, place = as_number(properties.get("mag")), as_line(properties.get("place"))
    given = as_line(properties.get("title"))
    if place in ids:
        place = ""
    if magnitude is None:
        return f"Earthquake of unknown magnitude - {place}" if place else ""
    if given and not any(id_ in given for id_ in ids):
        return given
    return f"M {magnitude:.1f} - {place}" if place else f"M {magnitude:.1f} earthquake"


def _ids(preferred: str, joined: str) -> Iterator[str]:
    """Return the preferred id and those in `,us7000abcd,at00xyz,`."""
    return iter(dict.fromkeys(filter(None, (preferred, *joined.split(",")))))


def _depth(coordinates: object) -> float | None:
    if not isinstance(coordinates, list) or len(coordinates) < 3:
        return None
    return as_number(coordinates[2])


def _bulletin(source: str, quake: Quake, now: datetime, *, is_update: bool) -> Bulletin:
    revision = (quake.alert, "" if quake.magnitude is None else f"{quake.magnitude}")
    id_ = quake.ids[0]
    return Bulletin(
        source=source,
        key=dedup_keys.revision_key(id_, *revision) if is_update else dedup_keys.id_key(id_, None),
        title=quake.title,
        text=" ".join(_lines(quake)),
        url=quake.url,
        lang="en",
        kind=Kind.ALERT if quake.alert in _ALERT_LEVELS else Kind.NEWS,
        level=quake.alert or None,
        hazard="quake",
        published_at=quake.updated_at if is_update else quake.occurred_at,
        received_at=now,
    )


def _lines(quake: Quake) -> Iterator[str]:
    if quake.depth_km is not None:
        yield f"Depth {quake.depth_km:.0f} km."
    if quake.has_tsunami_flag:
        yield "See tsunami warnings."
