"""Bulletins that another process put in, and what became of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, text, update

from storage import bulletins, schema
from storage.bulletins import Bulletin
from storage.database import Transaction

_table = schema.arrival

CHANNEL = "tocsin_arrivals"
"""What PostgreSQL notifies of. SQLite has `PRAGMA data_version` instead."""


@dataclass(frozen=True)
class Arrival:
    id: int
    bulletin: Bulletin


@dataclass(frozen=True)
class Taken:
    """What became of an arrival."""

    repeated: bool  # it was known already
    matched: int  # how many subscribers it matched


async def put(transaction: Transaction, arrived: Iterable[Bulletin], now: datetime) -> list[int]:
    """Stores them for the running process to take; their ids."""
    ids = []
    for bulletin in arrived:
        values = {
            "source": bulletin.source,
            "payload": bulletins.to_json(bulletin),
            "created_at": now,
        }
        result = await transaction.execute(insert(_table).values(values).returning(_table.c.id))
        ids.append(result.scalar_one())
    if transaction.dialect.name == "postgresql":
        await transaction.execute(text(f"NOTIFY {CHANNEL}"))
    return ids


async def waiting(transaction: Transaction, limit: int) -> list[Arrival]:
    """Those nobody has taken yet, oldest first."""
    query = (
        select(_table.c.id, _table.c.payload)
        .where(_table.c.taken_at.is_(None))
        .order_by(_table.c.id)
        .limit(limit)
    )
    return [
        Arrival(row.id, bulletins.from_json(row.payload))
        for row in await transaction.execute(query)
    ]


async def take(transaction: Transaction, arrival: int, taken: Taken, now: datetime) -> None:
    await transaction.execute(
        update(_table)
        .where(_table.c.id == arrival)
        .values(taken_at=now, repeated=taken.repeated, matched=taken.matched)
    )


async def results(transaction: Transaction, ids: Sequence[int]) -> dict[int, Taken]:
    """What became of those of `ids` that were taken."""
    query = select(_table).where(_table.c.id.in_(ids), _table.c.taken_at.is_not(None))
    return {row.id: Taken(row.repeated, row.matched) for row in await transaction.execute(query)}


async def forget(transaction: Transaction, before: datetime) -> None:
    """Deletes what was taken before that."""
    await transaction.execute(delete(_table).where(_table.c.taken_at < before))
