"""Incidents: the life of one alert in one region, from the first word of it to the all-clear."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from pyroaring import BitMap
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine import upsert
from storage.engine.database import Transaction

_table = schema.incident
_crowd = schema.crowd

Key = tuple[str, str]
"""A region's code and a hazard: what is on there is one incident."""


def has_id(hazard: str) -> bool:
    """`weather:ID`: of such alerts there are many at a time, and each has a life of its own.

    It is one incident however many regions it is for.
    """
    return ":" in hazard


def is_same(one: str, other: str) -> bool:
    """Of two hazards with ids: a later word may call it something else."""
    return one.partition(":")[2] == other.partition(":")[2]


class Telling(StrEnum):
    """What a broadcast tells of an incident. What is drawn is always the newest state."""

    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    KNOWN = "known"  # it was unknown, and is on
    MISSED = "missed"  # it is too old to ring


@dataclass(frozen=True, kw_only=True)
class Word:
    """What one source said of an incident last."""

    on: bool
    at: datetime  # aware; when the source said so
    level: str | None = None  # "red", "yellow", "warning", or the source's own word
    threats: tuple[str, ...] = ()  # names of topics
    expires_at: datetime | None = None  # aware; its word is worth nothing afterwards


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One alert in one region. There is one open at a time for a region and a hazard."""

    id: int = 0  # 0: not stored yet
    region: str  # code; of an alert with an id the smallest one that holds all it was for
    hazard: str  # "air_raid", "artillery_shelling", ...; "weather:ID" as in `has_id`
    wave: str = ""  # code of the oblast it lies in: of one wave are those that may belong together
    opened_at: datetime  # aware; when it began, as the first source tells
    level: str | None = None  # the gravest that a source says
    threats: tuple[str, ...] = ()  # of all sources that say it is on; names of topics
    sources: Mapping[str, Word] = field(default_factory=dict)  # by name, the first one first
    bulletin: int | None = None  # id of the first; None: no longer kept
    newest: int | None = None  # id of the last that changed or ended it; None: no longer kept
    clearing_since: datetime | None = None  # aware; nobody sees it since: perhaps it is over
    unknown_since: datetime | None = None  # aware; since then nobody knows whether it is on
    closed_at: datetime | None = None  # aware
    declared: bool = False  # its end was said, and not seen by polls

    @property
    def key(self) -> Key:
        return self.region, self.hazard


@dataclass(frozen=True)
class Crowd:
    """Subscriber numbers of those who are told of an incident."""

    owed: BitMap  # who has been told that it is on, of this region or of one it belongs with
    linked: BitMap  # those of them for whom it belongs with another one: one message for both
    silent: BitMap  # those of them who are told without a sound


async def open_now(transaction: Transaction) -> list[Incident]:
    """All that are not closed, oldest first."""
    query = select(_table).where(_table.c.closed_at.is_(None)).order_by(_table.c.id)
    return [_incident(row) for row in (await transaction.execute(query)).mappings()]


async def ended(transaction: Transaction, since: datetime) -> dict[Key, Incident]:
    """By region and hazard the last one that was closed after that."""
    query = select(_table).where(_table.c.closed_at > since).order_by(_table.c.closed_at)
    rows = (await transaction.execute(query)).mappings()
    return {incident.key: incident for incident in map(_incident, rows)}


async def get(transaction: Transaction, ids: Collection[int]) -> dict[int, Incident]:
    """Those of `ids` that are there."""
    query = select(_table).where(_table.c.id.in_(ids))
    found = map(_incident, (await transaction.execute(query)).mappings())
    return {incident.id: incident for incident in found}


async def store(transaction: Transaction, incident: Incident) -> int:
    """Inserts it, or changes the one of its id; the id."""
    values = _values(incident)
    if incident.id:
        await transaction.execute(update(_table).where(_table.c.id == incident.id).values(**values))
        return incident.id
    result = await transaction.execute(insert(_table).values(**values).returning(_table.c.id))
    id_: int = result.scalar_one()
    return id_


async def crowds(transaction: Transaction, ids: Iterable[int]) -> dict[int, Crowd]:
    """By incident; none for one that nobody was told of."""
    query = select(_crowd).where(_crowd.c.incident.in_(list(ids)))
    return {
        row.incident: Crowd(row.owed, row.linked, row.silent)
        for row in await transaction.execute(query)
    }


async def store_crowd(transaction: Transaction, incident: int, crowd: Crowd) -> None:
    values = {"owed": crowd.owed, "linked": crowd.linked, "silent": crowd.silent}
    statement = upsert.insert(transaction, _crowd).values(incident=incident, **values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_crowd.c.incident], set_=values)
    )


async def forget(transaction: Transaction, before: datetime) -> None:
    """Deletes those that were closed before that."""
    await transaction.execute(delete(_table).where(_table.c.closed_at < before))


def _values(incident: Incident) -> dict[str, Any]:
    own = {name: value for name, value in vars(incident).items() if name != "id"}
    words = [{"name": name, **asdict(word)} for name, word in incident.sources.items()]
    return {
        **own,
        "threats": orjson.dumps(incident.threats).decode(),
        "sources": orjson.dumps(words).decode(),
    }


def _incident(row: RowMapping) -> Incident:
    words = orjson.loads(row["sources"])
    return Incident(
        **{
            **row,
            "threats": tuple(orjson.loads(row["threats"])),
            "sources": {word.pop("name"): _word(word) for word in words},
        }
    )


def _word(values: dict[str, Any]) -> Word:
    expires_at = values["expires_at"]
    return Word(
        **{
            **values,
            "at": datetime.fromisoformat(values["at"]),
            "threats": tuple(values["threats"]),
            "expires_at": datetime.fromisoformat(expires_at) if expires_at else None,
        }
    )
