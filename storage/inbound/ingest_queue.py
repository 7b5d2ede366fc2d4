"""Ingest queue: raw bulletins stored before they are read.

Another process enqueued them, or a source brought too many to read in one transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, text, update

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import bulk_insert
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, Kind

_table = schema.arrival

CHANNEL = "tocsin_arrivals"
"""PostgreSQL NOTIFY channel for new arrivals. SQLite has `PRAGMA data_version` instead."""

_QUERY_BATCH = 200
"""Ids in one query: its rows are converted without yielding to the event loop."""


@dataclass(frozen=True)
class Arrival:
    """Bulletin in the ingest queue."""

    id: int
    bulletin: Bulletin
    is_urgent: bool | None  # it is an alert; None: its source does not say


@dataclass(frozen=True)
class IngestResult:
    """Result of ingesting a bulletin."""

    is_duplicate: bool  # its source brought it before: same dedup key
    match_count: int  # subscribers matched


async def enqueue(
    transaction: Transaction, arrived: Iterable[Bulletin], now: datetime
) -> list[int]:
    """Store bulletins for the running process to ingest. Return their ids."""
    rows = (
        {
            "source": bulletin.source,
            "payload": bulletins.to_json(bulletin),
            "is_urgent": _is_urgent(bulletin),
            "created_at": now,
        }
        for bulletin in arrived
    )
    ids = await bulk_insert(transaction, _table, rows)
    if transaction.dialect.name == "postgresql":
        await transaction.execute(text(f"NOTIFY {CHANNEL}"))
    return ids


async def next_waiting(transaction: Transaction, limit: int) -> list[Arrival]:
    """Return up to `limit` waiting arrivals of the most urgent class that has any.

    Alerts come first, then arrivals that may be alerts, then all others, each oldest first.
    """
    for is_urgent in (True, None, False):
        query = (
            select(_table.c.id, _table.c.payload)
            .where(_table.c.completed_at.is_(None), _table.c.is_urgent.is_(is_urgent))
            .order_by(_table.c.id)
            .limit(limit)
        )
        rows = (await transaction.execute(query)).all()
        if rows:
            return [Arrival(row.id, bulletins.from_json(row.payload), is_urgent) for row in rows]
    return []


async def set_urgency(transaction: Transaction, urgency: Mapping[int, bool]) -> None:
    """Store, by arrival id, which arrivals are alerts."""
    await transaction.execute(
        update(_table)
        .where(_table.c.id == bindparam("arrival_id"))
        .values(is_urgent=bindparam("is_urgent")),
        [{"arrival_id": id_, "is_urgent": is_urgent} for id_, is_urgent in urgency.items()],
    )


async def complete(
    transaction: Transaction, results: Mapping[int, IngestResult], now: datetime
) -> None:
    """Store the results, by arrival id, of arrivals that were ingested."""
    await transaction.execute(
        update(_table)
        .where(_table.c.id == bindparam("arrival_id"))
        .values(
            completed_at=now, is_duplicate=bindparam("duplicate"), match_count=bindparam("matches")
        ),
        [
            {"arrival_id": id_, "duplicate": result.is_duplicate, "matches": result.match_count}
            for id_, result in results.items()
        ],
    )


async def get_results(transaction: Transaction, ids: Sequence[int]) -> dict[int, IngestResult]:
    """Return the results of those of `ids` that were ingested."""
    results: dict[int, IngestResult] = {}
    for start in range(0, len(ids), _QUERY_BATCH):
        batch = ids[start : start + _QUERY_BATCH]
        query = select(_table.c.id, _table.c.is_duplicate, _table.c.match_count).where(
            _table.c.id.in_(batch), _table.c.completed_at.is_not(None)
        )
        rows = await transaction.execute(query)
        results |= {row.id: IngestResult(row.is_duplicate, row.match_count) for row in rows}
    return results


async def count_waiting(transaction: Transaction, first: int, last: int) -> int:
    """Count the waiting arrivals with ids from `first` to `last`."""
    query = (
        select(func.count())
        .select_from(_table)
        .where(_table.c.completed_at.is_(None), _table.c.id.between(first, last))
    )
    return (await transaction.execute(query)).scalar_one()


async def purge(transaction: Transaction, before: datetime) -> None:
    """Delete the arrivals ingested before `before`."""
    await transaction.execute(delete(_table).where(_table.c.completed_at < before))


def _is_urgent(bulletin: Bulletin) -> bool | None:
    if bulletin.phase:
        return True
    return None if bulletin.kind is None else bulletin.kind is Kind.ALERT
