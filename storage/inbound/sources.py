"""Where each source left off, and how it is doing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import not_, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.database import Transaction
from storage.engine.upsert import insert

_table = schema.source

Cursor = dict[str, Any]
"""What a source needs to go on where it left off: its own business, as JSON."""

MOST_UNKNOWN = 20
"""Places kept of a source: the others are in the log."""

_LEAST = timedelta(seconds=60)
_MISSED = 3


@dataclass(frozen=True)
class SourceState:
    name: str  # as configured
    cursor: Cursor | None  # None: there was no good poll ever
    polled_at: datetime | None  # aware; the last try
    succeeded_at: datetime | None  # aware; the last good poll, a 304 included
    error: str | None  # of the last try; None: it was good
    errors: int  # failed tries in a row


@dataclass(frozen=True)
class Watched:
    """A source as the running process knows it."""

    name: str  # as configured
    kind: str  # as configured
    every: timedelta | None  # between two polls while all is well; None: it is told, not asked


@dataclass(frozen=True)
class Health(Watched):
    """How a source is doing."""

    watched_at: datetime  # aware; since when this process looks after it
    polled_at: datetime | None  # aware; the last try
    succeeded_at: datetime | None  # aware; the last good poll; of one that is told, the last word
    error: str | None  # of the last try; None: it was good
    errors: int  # failed tries in a row
    latency: timedelta | None  # how long the last try took
    next_at: datetime | None  # aware; when it is asked again
    paged_at: datetime | None  # aware; since when the administrators know that it is dead
    unknown: tuple[str, ...]  # places it named that are in no table

    def is_dead(self, now: datetime) -> bool:
        """Whether it had its chance of a good poll for a minute or three intervals, and none."""
        if self.every is None:
            return False
        good = max(self.succeeded_at or self.watched_at, self.watched_at)
        return now - good > max(_LEAST, self.every * _MISSED)


async def state(transaction: Transaction, name: str) -> SourceState:
    table = _table.c
    query = select(table.cursor, table.polled_at, table.succeeded_at, table.error, table.errors)
    row = (await transaction.execute(query.where(table.name == name))).mappings().first()
    if row is None:
        return SourceState(name, None, None, None, None, 0)
    return SourceState(**{"name": name, **row, "cursor": _cursor(row["cursor"])})


async def successes(transaction: Transaction, names: Sequence[str]) -> dict[str, datetime]:
    """When those of `names` that ever had a good poll had the last one."""
    query = select(_table.c.name, _table.c.succeeded_at).where(
        _table.c.name.in_(names), _table.c.succeeded_at.is_not(None)
    )
    return {row.name: row.succeeded_at for row in await transaction.execute(query)}


async def succeed(transaction: Transaction, name: str, cursor: Cursor, now: datetime) -> None:
    """Notes a good poll: stored together with what it brought."""
    await _store(
        transaction,
        name,
        cursor=orjson.dumps(cursor).decode(),
        polled_at=now,
        succeeded_at=now,
        error=None,
        errors=0,
    )


async def fail(transaction: Transaction, name: str, error: str, now: datetime) -> None:
    """Notes a failed poll; the cursor stays."""
    before = await state(transaction, name)
    await _store(transaction, name, polled_at=now, error=error, errors=before.errors + 1)


async def watch(transaction: Transaction, all_watched: Sequence[Watched], now: datetime) -> None:
    """Notes which sources there are from now on; of others only where they left off is kept."""
    names = [watched.name for watched in all_watched]
    await transaction.execute(
        update(_table).where(not_(_table.c.name.in_(names))).values(kind=None, paged_at=None)
    )
    for watched in all_watched:
        every = watched.every.total_seconds() if watched.every else None
        values = {"kind": watched.kind, "every": every, "watched_at": now}
        values |= {"next_at": None, "unknown": None}  # they are found out again
        await _store(transaction, watched.name, **values)


async def schedule(
    transaction: Transaction, name: str, *, latency: timedelta, next_at: datetime, every: timedelta
) -> None:
    """Notes how long a poll took, good or bad, when the next one is, and how often they are now."""
    values = {"latency": latency.total_seconds(), "every": every.total_seconds()}
    await _change(transaction, name, next_at=next_at, **values)


async def page(transaction: Transaction, name: str, at: datetime | None) -> None:
    """Notes that the administrators know that it is dead; None: that it is back."""
    await _change(transaction, name, paged_at=at)


async def miss(transaction: Transaction, name: str, places: Iterable[str]) -> None:
    """Adds to the places it named that are in no table."""
    query = select(_table.c.unknown).where(_table.c.name == name)
    known = _list(await transaction.scalar(query))
    kept = list(dict.fromkeys((*known, *places)))[:MOST_UNKNOWN]
    await _store(transaction, name, unknown=orjson.dumps(kept).decode())


async def health(transaction: Transaction) -> list[Health]:
    """Of all sources that are watched, by name."""
    query = select(_table).where(_table.c.kind.is_not(None)).order_by(_table.c.name)
    return [_health(row) for row in (await transaction.execute(query)).mappings()]


async def _store(transaction: Transaction, name: str, **values: object) -> None:
    statement = insert(transaction, _table).values(**{"name": name, "errors": 0, **values})
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_table.c.name], set_=values)
    )


async def _change(transaction: Transaction, name: str, **values: object) -> None:
    await transaction.execute(update(_table).where(_table.c.name == name).values(**values))


def _health(row: RowMapping) -> Health:
    values = dict(row)
    del values["cursor"]
    values["every"] = _seconds(values["every"])
    values["latency"] = _seconds(values["latency"])
    values["unknown"] = _list(values["unknown"])
    return Health(**values)


def _seconds(number: float | None) -> timedelta | None:
    return None if number is None else timedelta(seconds=number)


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(orjson.loads(text)) if text else ()


def _cursor(text: str | None) -> Cursor | None:
    cursor: Cursor | None = orjson.loads(text) if text else None
    return cursor
