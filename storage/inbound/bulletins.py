"""Bulletin repository: the normalised items of all sources."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Select, delete, exists, false, func, select
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import bulk_insert

_table = schema.bulletin

ANNOUNCEMENT_SOURCE = "@announcements"
"""Source name of the operator's announcements. No configured source can have it."""

is_from_source = _table.c.source != ANNOUNCEMENT_SOURCE
"""Condition: a source has sent the bulletin."""

is_original = ~exists().where(schema.duplicate.c.bulletin == _table.c.id)
"""Condition: the bulletin repeats no earlier one."""


class Kind(StrEnum):
    """Kind that a source gives to its bulletin; without one the text decides."""

    NEWS = "news"
    ALERT = "alert"


class Phase(StrEnum):
    """Phase of an alert that a bulletin announces."""

    WARNING = "warning"
    ACTIVE = "active"
    UPDATE = "update"
    CLEAR = "clear"


@dataclass(frozen=True, kw_only=True)
class Bulletin:
    """Normalised item of a source's stream."""

    source: str  # the source's configured name
    key: str  # dedup key: the source's own id of it, or a hash of its content
    title: str = ""  # plain text, one line; may be empty
    text: str = ""  # plain text; may be empty where there is a title
    url: str | None = None  # link to the full text
    lang: str | None = None  # BCP 47, where the source says
    kind: Kind | None = None  # None: the text decides
    phase: Phase | None = None  # of an alert, where the source has one
    level: str | None = None  # "red", "yellow", or the source's own word
    hazard: str | None = None  # "air_raid", "drone", ..., where the source says; "weather:ID"
    certainty: str | None = None  # of CAP: "observed", "likely", "possible", "unlikely"
    urgency: str | None = None  # of CAP: "immediate", "expected", "future", "past"
    latitude: float | None = None  # degrees; both or none
    longitude: float | None = None
    magnitude: float | None = None  # of an earthquake
    depth_km: float | None = None  # of an earthquake; below the surface
    image: str | None = None  # address of a picture
    regions: tuple[str, ...] = ()  # names or codes, as the source gave them
    topics: tuple[str, ...] = ()  # names of topics the source gave
    published_at: datetime | None = None  # aware; by the source's clock
    expires_at: datetime | None = None  # aware; no message is sent afterwards
    received_at: datetime  # aware; by our clock

    @property
    def issued_at(self) -> datetime:
        """Return the source's time, or the receipt without one.

        Never after the receipt: a clock may be ahead, and a local time without a zone is read as
        UTC.
        """
        return min(self.published_at or self.received_at, self.received_at)


@dataclass(frozen=True, kw_only=True)
class StoredBulletin(Bulletin):
    """Bulletin with its id in the database."""

    id: int  # grows in the order of arrival
    duplicate_sources: tuple[str, ...] = ()  # other sources that reported the same later
    alert_state: str | None = None  # as read: name of a BulletinClass; None: not read yet
    is_unplaced: bool = False  # as read: names areas that cannot be placed


async def add(transaction: Transaction, bulletin: Bulletin) -> StoredBulletin:
    """Store one bulletin, without a dedup check: see `last_received`."""
    (stored,) = await add_all(transaction, [bulletin])
    return stored


async def add_all(transaction: Transaction, new: Sequence[Bulletin]) -> list[StoredBulletin]:
    """Store bulletins in the order given, without a dedup check: see `last_received`."""
    ids = await bulk_insert(transaction, _table, map(_values, new))
    stored = zip(new, ids, strict=True)
    return [StoredBulletin(**_own_fields(bulletin), id=id_) for bulletin, id_ in stored]


async def last_received(
    transaction: Transaction, source: str, keys: Collection[str]
) -> dict[str, datetime]:
    """Return the dedup keys that a source has used, with the last receipt time of each."""
    query = (
        select(_table.c.key, func.max(_table.c.received_at).label("last"))
        .where(_table.c.source == source, _table.c.key.in_(keys))
        .group_by(_table.c.key)
    )
    return {row.key: row.last for row in await transaction.execute(query)}


async def get(transaction: Transaction, ids: Iterable[int]) -> dict[int, StoredBulletin]:
    """Return the bulletins that exist, by id."""
    query = _select().where(_table.c.id.in_(list(ids)))
    rows = (await transaction.execute(query)).mappings()
    stored = await _with_duplicate_sources(transaction, map(_bulletin, rows))
    return {bulletin.id: bulletin for bulletin in stored}


async def get_newest(
    transaction: Transaction,
    count: int,
    *,
    before: int | None = None,
    include_duplicates: bool = False,
) -> Sequence[StoredBulletin]:
    """Return the newest `count` bulletins, newest first, with ids below `before` if it is given.

    Duplicates of an earlier bulletin are left out unless `include_duplicates` is set.
    """
    query = _select().where(is_from_source).order_by(_table.c.id.desc()).limit(count)
    if not include_duplicates:
        query = query.where(is_original)
    if before is not None:
        query = query.where(_table.c.id < before)
    rows = (await transaction.execute(query)).mappings()
    return await _with_duplicate_sources(transaction, map(_bulletin, rows))


async def get_following(
    transaction: Transaction, count: int, *, after: int
) -> Sequence[StoredBulletin]:
    """Return the next `count` bulletins after the id `after`, oldest first, no duplicates."""
    conditions = (is_from_source, is_original, _table.c.id > after)
    query = _select().where(*conditions).order_by(_table.c.id).limit(count)
    rows = (await transaction.execute(query)).mappings()
    return await _with_duplicate_sources(transaction, map(_bulletin, rows))


async def has_source(transaction: Transaction, name: str) -> bool:
    """Return whether a bulletin of a source is stored."""
    query = select(_table.c.id).where(_table.c.source == name).limit(1)
    return (await transaction.execute(query)).first() is not None


async def last_id(transaction: Transaction) -> int:
    """Return the id of the newest bulletin, 0 if there is none."""
    newest = await transaction.execute(select(func.max(_table.c.id)))
    return newest.scalar_one() or 0


async def purge(transaction: Transaction, before: datetime, *, limit: int) -> int:
    """Delete the oldest `limit` bulletins received before `before` that have no pending messages.

    Bulletins of an open incident stay. Broadcasts and receipts of a bulletin are deleted with it.
    Returns the number of bulletins deleted.
    """
    pending = select(schema.broadcast.c.id).where(
        schema.broadcast.c.bulletin == _table.c.id, schema.broadcast.c.finished_at.is_(None)
    )
    retried = select(schema.delivery.c.id).where(schema.delivery.c.bulletin == _table.c.id)
    incident = schema.incident
    active = select(incident.c.id).where(
        incident.c.closed_at.is_(None),
        (incident.c.bulletin == _table.c.id) | (incident.c.last_bulletin == _table.c.id),
    )
    needed = (pending, retried, active, *_waiting_for_summaries())
    query = (
        select(_table.c.id)
        .where(_table.c.received_at < before, *(~condition.exists() for condition in needed))
        .order_by(_table.c.received_at)
        .limit(limit)
    )
    ids = list((await transaction.execute(query)).scalars())
    await transaction.execute(delete(schema.broadcast).where(schema.broadcast.c.bulletin.in_(ids)))
    await transaction.execute(delete(_table).where(_table.c.id.in_(ids)))
    return len(ids)


def _waiting_for_summaries() -> tuple[Select[Any], ...]:
    """Return the conditions under which a bulletin waits for a digest or a quiet summary.

    Digests of suspended chats are not built, so they keep nothing.
    """
    digest, quiet, carryover = schema.digest_entry, schema.quiet_entry, schema.digest_carryover
    subscription, state, subscriber = (
        schema.subscription,
        schema.quiet_state,
        schema.subscriber.alias(),
    )
    first_digest = (
        select(func.min(subscription.c.last_bulletin))
        .join(subscriber, subscriber.c.number == subscription.c.subscriber)
        .where(
            subscriber.c.suspended.is_(None),
            subscription.c.next_due_at.is_not(None) | subscription.c.due_at.is_not(None),
        )
        .scalar_subquery()
    )
    first_summary = select(func.min(state.c.after_bulletin)).scalar_subquery()
    return (
        select(digest.c.bulletin).where(
            digest.c.bulletin == _table.c.id, digest.c.bulletin > first_digest
        ),
        select(quiet.c.bulletin).where(
            quiet.c.bulletin == _table.c.id, quiet.c.bulletin > first_summary
        ),
        select(carryover.c.bulletin).where(carryover.c.bulletin == _table.c.id),
    )


def to_json(bulletin: Bulletin) -> str:
    """Serialize a bulletin for the ingest queue."""
    return orjson.dumps(_own_fields(bulletin)).decode()


def from_json(text: str) -> Bulletin:
    """Parse the output of `to_json`."""
    values = orjson.loads(text)
    for name in ("published_at", "expires_at", "received_at"):
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    return Bulletin(**_typed(values))


def _select() -> Select[Any]:
    reading = schema.reading
    facts = (
        reading.c.alert_state,
        func.coalesce(reading.c.is_unplaced, false()).label("is_unplaced"),
    )
    return select(_table, *facts).outerjoin(reading, reading.c.bulletin == _table.c.id)


async def _with_duplicate_sources(
    transaction: Transaction, stored: Iterable[StoredBulletin]
) -> list[StoredBulletin]:
    """Fill in `duplicate_sources`."""
    originals = list(stored)
    query = (
        select(schema.duplicate.c.original, _table.c.source)
        .join(_table, _table.c.id == schema.duplicate.c.bulletin)
        .where(schema.duplicate.c.original.in_([bulletin.id for bulletin in originals]))
        .order_by(_table.c.id)
    )
    sources: dict[int, dict[str, None]] = {}  # a dict for its order
    for original, source in await transaction.execute(query):
        sources.setdefault(original, {})[source] = None
    return [_with_sources(bulletin, sources.get(bulletin.id, ())) for bulletin in originals]


def _with_sources(bulletin: StoredBulletin, sources: Iterable[str]) -> StoredBulletin:
    names = tuple(name for name in sources if name != bulletin.source)
    return replace(bulletin, duplicate_sources=names)


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
