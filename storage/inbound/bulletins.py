"""Bulletins: what the sources said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.bulk_insert import insert_all
from storage.engine.database import Transaction

_table = schema.bulletin

ANNOUNCEMENTS = "@announcements"
"""In the place of a source: what whoever runs the bot says. No source can be called so."""


class Kind(StrEnum):
    """What a source calls its bulletin; None leaves it to the text."""

    NEWS = "news"
    ALERT = "alert"


class Phase(StrEnum):
    """Where in the life of an alert a bulletin stands."""

    WARNING = "warning"
    ACTIVE = "active"
    UPDATE = "update"
    CLEAR = "clear"


@dataclass(frozen=True, kw_only=True)
class Bulletin:
    """One normalised thing a source said."""

    source: str  # the source's configured name
    key: str  # the source's own id of it, or a hash of what it says
    title: str = ""  # plain text, one line; may be empty
    text: str = ""  # plain text; may be empty where there is a title
    url: str | None = None  # where to read on
    lang: str | None = None  # BCP 47, where the source says
    kind: Kind | None = None  # None: decided by what the text says
    phase: Phase | None = None  # of an alert, where the source has one
    level: str | None = None  # "red", "yellow", or the source's own word
    hazard: str | None = None  # "air_raid", "drone", ..., where the source says; "weather:ID"
    regions: tuple[str, ...] = ()  # names or codes, as the source gave them
    topics: tuple[str, ...] = ()  # names of topics the source gave
    published_at: datetime | None = None  # aware; when the source says it said so
    expires_at: datetime | None = None  # aware; not worth a message afterwards
    received_at: datetime  # aware; when it reached us


@dataclass(frozen=True, kw_only=True)
class StoredBulletin(Bulletin):
    """A bulletin that has its place in the database."""

    id: int  # grows in the order of arrival
    also: tuple[str, ...] = ()  # other sources that told the same later


async def add(transaction: Transaction, bulletin: Bulletin) -> StoredBulletin:
    """Stores it, also when the same is there already: see `known`."""
    (stored,) = await add_all(transaction, [bulletin])
    return stored


async def add_all(transaction: Transaction, new: Sequence[Bulletin]) -> list[StoredBulletin]:
    """Stores them in the order given, also those that are there already: see `known`."""
    ids = await insert_all(transaction, _table, map(_values, new))
    stored = zip(new, ids, strict=True)
    return [StoredBulletin(**_own_fields(bulletin), id=id_) for bulletin, id_ in stored]


async def known(
    transaction: Transaction, source: str, keys: Collection[str]
) -> dict[str, datetime]:
    """Those of `keys` that a source has used, with when the last bulletin under each came."""
    query = (
        select(_table.c.key, func.max(_table.c.received_at).label("last"))
        .where(_table.c.source == source, _table.c.key.in_(keys))
        .group_by(_table.c.key)
    )
    return {row.key: row.last for row in await transaction.execute(query)}


async def get(transaction: Transaction, ids: Iterable[int]) -> dict[int, StoredBulletin]:
    """Those of `ids` that are there."""
    query = select(_table).where(_table.c.id.in_(list(ids)))
    rows = (await transaction.execute(query)).mappings()
    return {each.id: each for each in await _with_others(transaction, map(_bulletin, rows))}


async def newest(
    transaction: Transaction, count: int, *, before: int | None = None, repeats: bool = False
) -> Sequence[StoredBulletin]:
    """The newest `count`, newest first; only those with an id below `before` when it is given.

    What was told twice is there once, unless `repeats` are wanted too.
    """
    query = select(_table).where(_is_told).order_by(_table.c.id.desc()).limit(count)
    if not repeats:
        query = query.where(_is_first)
    if before is not None:
        query = query.where(_table.c.id < before)
    rows = (await transaction.execute(query)).mappings()
    return await _with_others(transaction, map(_bulletin, rows))


async def following(
    transaction: Transaction, count: int, *, after: int
) -> Sequence[StoredBulletin]:
    """The `count` that came next after the id `after`, oldest first; as of `newest`."""
    told = (_is_told, _is_first, _table.c.id > after)
    query = select(_table).where(*told).order_by(_table.c.id).limit(count)
    rows = (await transaction.execute(query)).mappings()
    return await _with_others(transaction, map(_bulletin, rows))


async def since(transaction: Transaction, received_at: datetime) -> list[StoredBulletin]:
    """What was received after that, oldest first."""
    told = (_is_told, _table.c.received_at > received_at)
    query = select(_table).where(*told).order_by(_table.c.id)
    return [_bulletin(row) for row in (await transaction.execute(query)).mappings()]


async def last_id(transaction: Transaction) -> int:
    """The id of the newest, 0 when there is none."""
    newest = await transaction.execute(select(func.max(_table.c.id)))
    return newest.scalar_one() or 0


async def forget(transaction: Transaction, before: datetime, *, limit: int) -> int:
    """Deletes the oldest `limit` that were received before that and are owed to nobody any more.

    What tells of an alert that is on stays. Their broadcasts and receipts go with them. Returns
    how many there were.
    """
    owed = select(schema.broadcast.c.id).where(
        schema.broadcast.c.bulletin == _table.c.id, schema.broadcast.c.finished_at.is_(None)
    )
    retried = select(schema.delivery.c.id).where(schema.delivery.c.bulletin == _table.c.id)
    life = schema.incident
    on = select(life.c.id).where(
        life.c.closed_at.is_(None),
        (life.c.bulletin == _table.c.id) | (life.c.newest == _table.c.id),
    )
    query = (
        select(_table.c.id)
        .where(_table.c.received_at < before, ~owed.exists(), ~retried.exists(), ~on.exists())
        .order_by(_table.c.received_at)
        .limit(limit)
    )
    old = list((await transaction.execute(query)).scalars())
    await transaction.execute(delete(schema.broadcast).where(schema.broadcast.c.bulletin.in_(old)))
    await transaction.execute(delete(_table).where(_table.c.id.in_(old)))
    return len(old)


def to_json(bulletin: Bulletin) -> str:
    """As text, for the table of arrivals."""
    return orjson.dumps(_own_fields(bulletin)).decode()


def from_json(text: str) -> Bulletin:
    """What `to_json` wrote."""
    values = orjson.loads(text)
    for name in ("published_at", "expires_at", "received_at"):
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    return Bulletin(**_typed(values))


_is_told = _table.c.source != ANNOUNCEMENTS
_is_first = _table.c.id.not_in(select(schema.fold.c.bulletin))


async def _with_others(
    transaction: Transaction, found: Iterable[StoredBulletin]
) -> list[StoredBulletin]:
    """The same, with the sources that told it later."""
    first = list(found)
    query = (
        select(schema.fold.c.into, _table.c.source)
        .join(_table, _table.c.id == schema.fold.c.bulletin)
        .where(schema.fold.c.into.in_([each.id for each in first]))
        .order_by(_table.c.id)
    )
    others: dict[int, dict[str, None]] = {}
    for into, source in await transaction.execute(query):
        others.setdefault(into, {})[source] = None
    return [
        replace(each, also=tuple(name for name in others.get(each.id, ()) if name != each.source))
        for each in first
    ]


def _own_fields(bulletin: Bulletin) -> dict[str, Any]:
    return {field.name: getattr(bulletin, field.name) for field in fields(Bulletin)}


def _values(bulletin: Bulletin) -> dict[str, Any]:
    values = _own_fields(bulletin)
    for name in ("regions", "topics"):
        values[name] = orjson.dumps(values[name]).decode()
    return values


def _bulletin(row: RowMapping) -> StoredBulletin:
    values = dict(row)
    for name in ("regions", "topics"):
        values[name] = orjson.loads(values[name])
    return StoredBulletin(**_typed(values))


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    return values | {
        "kind": Kind(values["kind"]) if values["kind"] else None,
        "phase": Phase(values["phase"]) if values["phase"] else None,
        "regions": tuple(values["regions"]),
        "topics": tuple(values["topics"]),
    }
