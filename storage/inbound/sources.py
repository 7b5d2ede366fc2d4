"""Source repository: the cursor of each source and its health."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import not_, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert

_table = schema.source

Cursor = dict[str, Any]
"""Position of a source in its stream, as JSON. Only the source itself reads it."""

MAX_UNKNOWN_PLACES = 20
"""Unknown places stored for a source; the log has all of them."""

_MIN_OUTAGE = timedelta(seconds=60)
_MISSED_POLLS = 3


@dataclass(frozen=True)
class SourceState:
    """Polling state of a source."""

    name: str  # as configured
    cursor: Cursor | None  # None: no poll has ever succeeded
    polled_at: datetime | None  # aware; the last poll
    succeeded_at: datetime | None  # aware; the last successful poll, a 304 included
    error: str | None  # of the last poll; None: it succeeded
    consecutive_errors: int


@dataclass(frozen=True)
class RegisteredSource:
    """Source of the running process."""

    name: str  # as configured
    kind: str  # as configured
    interval: timedelta | None  # between polls without errors; None: a push source, not polled


@dataclass(frozen=True)
class SourceHealth(RegisteredSource):
    """Health of a registered source."""

    registered_at: datetime  # aware; at the start of this process
    polled_at: datetime | None  # aware; the last poll
    succeeded_at: datetime | None  # aware; the last successful poll, or push
    error: str | None  # of the last poll; None: it succeeded
    consecutive_errors: int
    latency: timedelta | None  # of the last poll
    next_poll_at: datetime | None  # aware
    outage_notified_at: datetime | None  # aware; the operators were notified of its outage
    unknown_places: tuple[str, ...]  # places in its bulletins that the gazetteer does not have

    def is_down(self, now: datetime) -> bool:
        """Return whether no poll has succeeded within `max_answer_age`."""
        if self.interval is None:
            return False
        last_success = max(self.succeeded_at or self.registered_at, self.registered_at)
        return now - last_success > max_answer_age(self.interval)


def max_answer_age(interval: timedelta) -> timedelta:
    """Return the age up to which a source's last answer holds: three polls, at least a minute."""
    return max(_MIN_OUTAGE, interval * _MISSED_POLLS)


async def get_state(transaction: Transaction, name: str) -> SourceState:
    """Return the polling state of a source, an empty one if nothing is stored."""
    table = _table.c
    query = select(
        table.cursor, table.polled_at, table.succeeded_at, table.error, table.consecutive_errors
    )
    row = (await transaction.execute(query.where(table.name == name))).mappings().first()
    if row is None:
        return SourceState(name, None, None, None, None, 0)
    return SourceState(
        name=name,
        cursor=_cursor(row["cursor"]),
        polled_at=row["polled_at"],
        succeeded_at=row["succeeded_at"],
        error=row["error"],
        consecutive_errors=row["consecutive_errors"],
    )


async def last_success_times(transaction: Transaction, names: Sequence[str]) -> dict[str, datetime]:
    """Return the time of the last successful poll of each source that ever had one."""
    query = select(_table.c.name, _table.c.succeeded_at).where(
        _table.c.name.in_(names), _table.c.succeeded_at.is_not(None)
    )
    return {row.name: row.succeeded_at for row in await transaction.execute(query)}


async def poll_intervals(transaction: Transaction, names: Sequence[str]) -> dict[str, timedelta]:
    """Return the interval of the last poll of each source that has been polled."""
    query = select(_table.c.name, _table.c.poll_interval).where(
        _table.c.name.in_(names), _table.c.poll_interval.is_not(None)
    )
    return {
        row.name: timedelta(seconds=row.poll_interval) for row in await transaction.execute(query)
    }


async def record_success(
    transaction: Transaction, name: str, cursor: Cursor, now: datetime
) -> None:
    """Record a successful poll, in the transaction that stores its bulletins."""
    await _store(
        transaction,
        name,
        cursor=orjson.dumps(cursor).decode(),
        polled_at=now,
        succeeded_at=now,
        error=None,
        consecutive_errors=0,
    )


async def record_unconfirmed(
    transaction: Transaction, name: str, cursor: Cursor, now: datetime
) -> None:
    """Record a poll whose answer the next one must confirm: it does not count as a success."""
    await _store(transaction, name, cursor=orjson.dumps(cursor).decode(), polled_at=now)


async def record_failure(transaction: Transaction, name: str, error: str, now: datetime) -> None:
    """Record a failed poll. The cursor stays."""
    before = await get_state(transaction, name)
    await _store(
        transaction,
        name,
        polled_at=now,
        error=error,
        consecutive_errors=before.consecutive_errors + 1,
    )


async def register(
    transaction: Transaction, registered: Sequence[RegisteredSource], now: datetime
) -> None:
    """Store the sources of the running process. Of all others only the polling state stays."""
    names = [source.name for source in registered]
    await transaction.execute(
        update(_table)
        .where(not_(_table.c.name.in_(names)))
        .values(kind=None, outage_notified_at=None)
    )
    for source in registered:
        interval = source.interval.total_seconds() if source.interval else None
        values = {"kind": source.kind, "poll_interval": interval, "registered_at": now}
        values |= {"next_poll_at": None, "unknown_places": None}  # the next polls fill them in
        await _store(transaction, source.name, **values)


async def record_poll(
    transaction: Transaction,
    name: str,
    *,
    latency: timedelta,
    next_poll_at: datetime,
    interval: timedelta,
) -> None:
    """Record the latency of a poll, successful or not, and the times of the next ones."""
    values = {"latency": latency.total_seconds(), "poll_interval": interval.total_seconds()}
    await _change(transaction, name, next_poll_at=next_poll_at, **values)


async def set_outage_notified(
    transaction: Transaction, name: str, notified_at: datetime | None
) -> None:
    """Record that the operators were notified of an outage; None: that it is over."""
    await _change(transaction, name, outage_notified_at=notified_at)


async def add_unknown_places(transaction: Transaction, name: str, places: Iterable[str]) -> None:
    """Add places that a source named and the gazetteer does not have."""
    query = select(_table.c.unknown_places).where(_table.c.name == name)
    stored = _list(await transaction.scalar(query))
    merged = list(dict.fromkeys((*stored, *places)))[:MAX_UNKNOWN_PLACES]
    await _store(transaction, name, unknown_places=orjson.dumps(merged).decode())


async def get_health(transaction: Transaction) -> list[SourceHealth]:
    """Return the health of all registered sources, sorted by name."""
    query = select(_table).where(_table.c.kind.is_not(None)).order_by(_table.c.name)
    return [_health(row) for row in (await transaction.execute(query)).mappings()]


async def _store(transaction: Transaction, name: str, **values: object) -> None:
    statement = upsert(transaction, _table).values(
        **{"name": name, "consecutive_errors": 0, **values}
    )
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_table.c.name], set_=values)
    )


async def _change(transaction: Transaction, name: str, **values: object) -> None:
    await transaction.execute(update(_table).where(_table.c.name == name).values(**values))


def _health(row: RowMapping) -> SourceHealth:
    return SourceHealth(
        name=row["name"],
        kind=row["kind"],
        interval=_seconds(row["poll_interval"]),
        registered_at=row["registered_at"],
        polled_at=row["polled_at"],
        succeeded_at=row["succeeded_at"],
        error=row["error"],
        consecutive_errors=row["consecutive_errors"],
        latency=_seconds(row["latency"]),
        next_poll_at=row["next_poll_at"],
        outage_notified_at=row["outage_notified_at"],
        unknown_places=_list(row["unknown_places"]),
    )


def _seconds(number: float | None) -> timedelta | None:
    return None if number is None else timedelta(seconds=number)


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(orjson.loads(text)) if text else ()


def _cursor(text: str | None) -> Cursor | None:
    cursor: Cursor | None = orjson.loads(text) if text else None
    return cursor
