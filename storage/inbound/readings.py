"""Reading repository: the packed reading of each bulletin, and scans over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert
from storage.inbound.bulletins import is_from_source, is_original

_table = schema.reading
_bulletin = schema.bulletin
_COLUMNS = ("version", "alert_state", "is_unplaced", "packed", "fingerprint")


@dataclass(frozen=True, slots=True)
class PackedReading:
    """Reading of a bulletin, as it is stored."""

    bulletin: int  # id of the bulletin
    version: str  # of the reader; another version may have read something else
    alert_state: str  # as `StoredBulletin.alert_state`
    is_unplaced: bool  # as `StoredBulletin.is_unplaced`
    packed: str  # opaque here
    fingerprint: str | None = None  # of news, for dedup; opaque here


@dataclass(frozen=True, slots=True)
class ScannedBulletin:
    """Row of a scan: the few columns that a search needs."""

    id: int
    source: str
    url: str | None
    received_at: datetime
    version: str | None  # of the reader; None: the bulletin has no stored reading
    packed: str | None


@dataclass(frozen=True, slots=True)
class ScannedFingerprint:
    """Row of a scan for the deduplicator."""

    id: int
    source: str
    received_at: datetime
    fingerprint: str | None  # None: of an alert, or not stored


async def put(transaction: Transaction, readings: Iterable[PackedReading]) -> None:
    """Store readings; they replace older ones of the same bulletins."""
    values = [
        {
            "bulletin": reading.bulletin,
            "version": reading.version,
            "alert_state": reading.alert_state,
            "is_unplaced": reading.is_unplaced,
            "packed": reading.packed,
            "fingerprint": reading.fingerprint,
        }
        for reading in readings
    ]
    if not values:
        return
    statement = upsert(transaction, _table)
    changed = {name: statement.excluded[name] for name in _COLUMNS}
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=["bulletin"], set_=changed), values
    )


async def get(transaction: Transaction, ids: Iterable[int]) -> dict[int, ScannedBulletin]:
    """Return the bulletins with these ids, as a scan does, also those without a reading."""
    query = _scan().where(_bulletin.c.id.in_(list(ids)))
    return {row.id: _scanned(row) for row in await transaction.execute(query)}


async def scan_before(
    transaction: Transaction,
    count: int,
    *,
    before: int | None = None,
    include_duplicates: bool = False,
) -> Sequence[ScannedBulletin]:
    """Return the newest `count` bulletins, newest first, with ids below `before` if it is given.

    Duplicates of an earlier bulletin are left out unless `include_duplicates` is set.
    """
    query = _scan().where(is_from_source).order_by(_bulletin.c.id.desc()).limit(count)
    if not include_duplicates:
        query = query.where(is_original)
    if before is not None:
        query = query.where(_bulletin.c.id < before)
    return list(map(_scanned, await transaction.execute(query)))


async def scan_fingerprints(
    transaction: Transaction, count: int, *, before: int | None = None
) -> Sequence[ScannedFingerprint]:
    """Return rows as `scan_before` does, with fingerprints instead of readings."""
    query = (
        select(_bulletin.c.id, _bulletin.c.source, _bulletin.c.received_at, _table.c.fingerprint)
        .outerjoin(_table, _table.c.bulletin == _bulletin.c.id)
        .where(is_from_source, is_original)
        .order_by(_bulletin.c.id.desc())
        .limit(count)
    )
    if before is not None:
        query = query.where(_bulletin.c.id < before)
    return [
        ScannedFingerprint(row.id, row.source, row.received_at, row.fingerprint)
        for row in await transaction.execute(query)
    ]


async def scan_after(
    transaction: Transaction, count: int, *, after: int
) -> Sequence[ScannedBulletin]:
    """Return the next `count` bulletins after the id `after`, oldest first, no duplicates."""
    conditions = (is_from_source, is_original, _bulletin.c.id > after)
    query = _scan().where(*conditions).order_by(_bulletin.c.id).limit(count)
    return list(map(_scanned, await transaction.execute(query)))


async def replace(transaction: Transaction, new: Iterable[PackedReading]) -> None:
    """Store readings of bulletins that may have been deleted since they were read."""
    by_bulletin = {reading.bulletin: reading for reading in new}
    query = (
        select(_bulletin.c.id)
        .where(_bulletin.c.id.in_(by_bulletin))
        .with_for_update(read=True, key_share=True)
    )
    kept = (await transaction.execute(query)).scalars()
    await put(transaction, [by_bulletin[id_] for id_ in kept])


async def list_outdated(
    transaction: Transaction, version: str, *, ids: range, limit: int
) -> list[int]:
    """Return the newest `limit` ids of bulletins that have no reading of this version.

    `ids` is the range to read.
    """
    query = (
        select(_bulletin.c.id)
        .outerjoin(_table, _table.c.bulletin == _bulletin.c.id)
        .where(
            _bulletin.c.id >= ids.start,
            _bulletin.c.id < ids.stop,
            is_from_source,
            or_(_table.c.version.is_(None), _table.c.version != version),
        )
        .order_by(_bulletin.c.id.desc())
        .limit(limit)
    )
    return list((await transaction.execute(query)).scalars())


def _scan() -> Select[Any]:
    return select(
        _bulletin.c.id,
        _bulletin.c.source,
        _bulletin.c.url,
        _bulletin.c.received_at,
        _table.c.version,
        _table.c.packed,
    ).outerjoin(_table, _table.c.bulletin == _bulletin.c.id)


def _scanned(row: Row[Any]) -> ScannedBulletin:
    return ScannedBulletin(row.id, row.source, row.url, row.received_at, row.version, row.packed)
