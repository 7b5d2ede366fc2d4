"""Incident repository: the stored life of one alert in one region, from start to all-clear."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from pyroaring import BitMap
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert

_table = schema.incident
_audience = schema.incident_audience

IncidentKey = tuple[str, str]
"""Region code and hazard: at most one incident is open for each."""


def has_id(hazard: str) -> bool:
    """Return whether the hazard carries an alert id, as in `weather:ID`.

    Many such alerts can be active in a region at a time. Each is one incident, for however many
    regions.
    """
    return ":" in hazard


def is_same_alert(hazard: str, other_hazard: str) -> bool:
    """Compare two hazards with ids by their ids: an update may name another kind of hazard."""
    return hazard.partition(":")[2] == other_hazard.partition(":")[2]


class NotificationReason(StrEnum):
    """Reason for a notification. The rendered message always shows the incident's latest state."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"
    BECAME_UNKNOWN = "unknown"
    KNOWN_AGAIN = "known"  # it was unknown, and is active
    MISSED = "missed"  # it arrived too late to be pushed


@dataclass(frozen=True, kw_only=True)
class SourceReport:
    """Latest report of one source about an incident."""

    is_active: bool
    reported_at: datetime  # aware; by the source's clock
    level: str | None = None  # "red", "yellow", "warning", or the source's own word
    threats: tuple[str, ...] = ()  # names of topics
    expires_at: datetime | None = None  # aware; the report is void afterwards
    is_official: bool = False  # of a state source, or of a webhook configured as official


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Stored life of one alert in one region, over all sources.

    At most one incident is open for a region and a hazard.
    """

    id: int = 0  # 0: not stored yet
    region: (
        str  # code; of an alert with an id: the smallest region that contains all of its regions
    )
    hazard: str  # "air_raid", "artillery_shelling", ...; "weather:ID" as in `has_id`
    group_region: str = ""  # code of the oblast: incidents of one group can be related
    opened_at: datetime  # aware; when it began, by the first source
    level: str | None = None  # the most severe level that a source reports
    threats: tuple[str, ...] = ()  # of all sources that report it active; names of topics
    # Latest report of each source, by the source's name, the first source first:
    sources: Mapping[str, SourceReport] = field(default_factory=dict)
    bulletin: int | None = None  # id of the first; None: purged
    last_bulletin: int | None = None  # id of the last to change or end it; None: purged
    clearing_since: datetime | None = None  # aware; no source shows it since then
    unknown_since: datetime | None = None  # aware; no live source could tell its state since then
    closed_at: datetime | None = None  # aware
    # An official message declared its end; False: polls stopped showing it, or a third party did.
    is_end_declared: bool = False

    @property
    def key(self) -> IncidentKey:
        """Return the key that identifies the open incident."""
        return self.region, self.hazard


@dataclass(frozen=True)
class IncidentAudience:
    """Audience of an incident over its life, as sets of subscriber numbers."""

    notified: BitMap  # know that it is active, from this incident or a related one
    linked: BitMap  # of these: for whom it is related to another one, with one message for both
    silent: BitMap  # of these: get its messages without sound


async def get_open(transaction: Transaction) -> list[Incident]:
    """Return all open incidents, oldest first."""
    query = select(_table).where(_table.c.closed_at.is_(None)).order_by(_table.c.id)
    return [_incident(row) for row in (await transaction.execute(query)).mappings()]


async def last_closed(transaction: Transaction, since: datetime) -> dict[IncidentKey, Incident]:
    """Return, by region and hazard, the last incident closed after `since`."""
    query = select(_table).where(_table.c.closed_at > since).order_by(_table.c.closed_at)
    rows = (await transaction.execute(query)).mappings()
    return {incident.key: incident for incident in map(_incident, rows)}


async def get(transaction: Transaction, ids: Collection[int]) -> dict[int, Incident]:
    """Return the incidents that exist, by id."""
    query = select(_table).where(_table.c.id.in_(ids))
    stored = map(_incident, (await transaction.execute(query)).mappings())
    return {incident.id: incident for incident in stored}


async def store(transaction: Transaction, incident: Incident) -> int:
    """Insert the incident, or update it if it has an id. Return the id."""
    values = _values(incident)
    if incident.id:
        await transaction.execute(update(_table).where(_table.c.id == incident.id).values(**values))
        return incident.id
    result = await transaction.execute(insert(_table).values(**values).returning(_table.c.id))
    id_: int = result.scalar_one()
    return id_


async def get_audiences(
    transaction: Transaction, ids: Iterable[int]
) -> dict[int, IncidentAudience]:
    """Return the audiences by incident id, without incidents that have none."""
    query = select(_audience).where(_audience.c.incident.in_(list(ids)))
    return {
        row.incident: IncidentAudience(row.notified, row.linked, row.silent)
        for row in await transaction.execute(query)
    }


async def store_audience(
    transaction: Transaction, incident: int, audience: IncidentAudience
) -> None:
    """Insert or replace the audience of an incident."""
    values = {"notified": audience.notified, "linked": audience.linked, "silent": audience.silent}
    statement = upsert(transaction, _audience).values(incident=incident, **values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_audience.c.incident], set_=values)
    )


async def purge(transaction: Transaction, before: datetime) -> None:
    """Delete the incidents closed before `before`."""
    await transaction.execute(delete(_table).where(_table.c.closed_at < before))


def _values(incident: Incident) -> dict[str, Any]:
    reports = [_report_to_json(name, report) for name, report in incident.sources.items()]
    return {
        **{name: value for name, value in vars(incident).items() if name != "id"},
        "threats": orjson.dumps(incident.threats).decode(),
        "sources": orjson.dumps(reports).decode(),
    }


def _incident(row: RowMapping) -> Incident:
    reports = orjson.loads(row["sources"])
    return Incident(
        **{
            **row,
            "threats": tuple(orjson.loads(row["threats"])),
            "sources": {values["name"]: _report_from_json(values) for values in reports},
        }
    )


def _report_to_json(source: str, report: SourceReport) -> dict[str, Any]:
    return {
        "name": source,
        "on": report.is_active,
        "at": report.reported_at,
        "level": report.level,
        "threats": report.threats,
        "expires_at": report.expires_at,
        "official": report.is_official,
    }


def _report_from_json(values: dict[str, Any]) -> SourceReport:
    expires_at = values["expires_at"]
    return SourceReport(
        is_active=values["on"],
        reported_at=datetime.fromisoformat(values["at"]),
        level=values["level"],
        threats=tuple(values["threats"]),
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        is_official=values.get("official", False),  # older versions did not store it
    )
