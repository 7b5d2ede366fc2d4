"""Bulletins that wait to be taken: put in by another process, or too many to take at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, text, update

from storage import schema
from storage.engine.bulk_insert import insert_all
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, Kind

_table = schema.arrival

CHANNEL = "tocsin_arrivals"
"""What PostgreSQL notifies of. SQLite has `PRAGMA data_version` instead."""

_AT_ONCE = 200
"""Ids in one question: what is made of its answer is made in one go."""


@dataclass(frozen=True)
class Arrival:
    id: int
    bulletin: Bulletin
    urgent: bool | None  # whether it is an alert; None: its source does not say


@dataclass(frozen=True)
class Taken:
    """What became of an arrival."""

    repeated: bool  # it was known already
    matched: int  # how many subscribers it matched


async def put(transaction: Transaction, arrived: Iterable[Bulletin], now: datetime) -> list[int]:
    """Stores them for the running process to take; their ids."""
    rows = (
        {
            "source": bulletin.source,
            "payload": bulletins.to_json(bulletin),
            "urgent": _is_urgent(bulletin),
            "created_at": now,
        }
        for bulletin in arrived
    )
    ids = await insert_all(transaction, _table, rows)
    if transaction.dialect.name == "postgresql":
        await transaction.execute(text(f"NOTIFY {CHANNEL}"))
    return ids


async def waiting(transaction: Transaction, limit: int) -> list[Arrival]:
    """Those that nobody has taken and that come first, all as urgent as each other.

    Alerts, then what may be one, then the others; of each the oldest first.
    """
    for urgent in (True, None, False):
        query = (
            select(_table.c.id, _table.c.payload)
            .where(_table.c.taken_at.is_(None), _table.c.urgent.is_(urgent))
            .order_by(_table.c.id)
            .limit(limit)
        )
        found = (await transaction.execute(query)).all()
        if found:
            return [Arrival(row.id, bulletins.from_json(row.payload), urgent) for row in found]
    return []


async def sort(transaction: Transaction, urgent: Mapping[int, bool]) -> None:
    """Notes, by id, which are alerts."""
    await transaction.execute(
        update(_table).where(_table.c.id == bindparam("row")).values(urgent=bindparam("is_so")),
        [{"row": id_, "is_so": is_so} for id_, is_so in urgent.items()],
    )


async def take(transaction: Transaction, taken: Mapping[int, Taken], now: datetime) -> None:
    """Notes, by id, what became of them."""
    await transaction.execute(
        update(_table)
        .where(_table.c.id == bindparam("row"))
        .values(taken_at=now, repeated=bindparam("again"), matched=bindparam("count")),
        [{"row": id_, "again": one.repeated, "count": one.matched} for id_, one in taken.items()],
    )


async def results(transaction: Transaction, ids: Sequence[int]) -> dict[int, Taken]:
    """What became of those of `ids` that were taken."""
    found: dict[int, Taken] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        query = select(_table.c.id, _table.c.repeated, _table.c.matched).where(
            _table.c.id.in_(some), _table.c.taken_at.is_not(None)
        )
        rows = await transaction.execute(query)
        found |= {row.id: Taken(row.repeated, row.matched) for row in rows}
    return found


async def count_waiting(transaction: Transaction, first: int, last: int) -> int:
    """How many with ids from `first` to `last` nobody has taken yet."""
    query = (
        select(func.count())
        .select_from(_table)
        .where(_table.c.taken_at.is_(None), _table.c.id.between(first, last))
    )
    return (await transaction.execute(query)).scalar_one()


async def forget(transaction: Transaction, before: datetime) -> None:
    """Deletes what was taken before that."""
    await transaction.execute(delete(_table).where(_table.c.taken_at < before))


def _is_urgent(bulletin: Bulletin) -> bool | None:
    if bulletin.phase:
        return True
    return None if bulletin.kind is None else bulletin.kind is Kind.ALERT
