"""Many rows in one statement, with ids that are known beforehand.

An INSERT that returns the ids it gave goes row by row on SQLite. So the ids are taken first, and
are part of the rows: then both databases take hundreds at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert, text

from storage.engine.database import Transaction

_AT_ONCE = 500
"""Rows in one statement: they are made in one go, and whoever else needs the loop waits."""

_LAST = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_NEXT = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")

_Row = Mapping[str, Any]


async def insert_all(transaction: Transaction, table: Table, rows: Iterable[_Row]) -> list[int]:
    """Stores them; their ids, rising in the order given.

    In a writing transaction, and for a table whose `id` is never used again.
    """
    ids: list[int] = []
    for some in _parts(rows):
        taken = await _take_ids(transaction, table, len(some))
        numbered = [{"id": id_, **row} for id_, row in zip(taken, some, strict=True)]
        await transaction.execute(insert(table), numbered)
        ids += taken
    return ids


async def _take_ids(transaction: Transaction, table: Table, count: int) -> list[int]:
    if transaction.dialect.name == "postgresql":
        drawn = await transaction.execute(_NEXT, {"name": table.name, "count": count})
        return sorted(drawn.scalars())
    # No other connection can write before this transaction ends, and SQLite itself moves on from
    # the highest id it is given (sqlite.org/autoinc.html).
    last = (await transaction.execute(_LAST, {"name": table.name})).scalar() or 0
    return list(range(last + 1, last + 1 + count))


def _parts(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    left = iter(rows)
    while part := list(islice(left, _AT_ONCE)):
        yield part
