"""Statement builders that work on SQLite and PostgreSQL alike: bulk insert and upsert."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert, text
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine.database import Transaction

_BATCH_SIZE = 500
"""Rows in one statement. Building them blocks the event loop."""

_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
)

_Row = Mapping[str, Any]


def upsert(transaction: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT of the transaction's dialect that supports ON CONFLICT.

    The SQL is the same in both databases; SQLAlchemy has a construct for each.
    """
    if transaction.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


async def bulk_insert(transaction: Transaction, table: Table, rows: Iterable[_Row]) -> list[int]:
    """Insert rows in batches and return their ids, ascending in the order given.

    Needs a writing transaction and a table that never reuses an `id`. An INSERT that returns
    generated ids runs row by row on SQLite, so this reserves the ids first and inserts them with
    the rows: both databases then take hundreds of rows in one statement.
    """
    ids: list[int] = []
    for batch in _batches(rows):
        batch_ids = await _reserve_ids(transaction, table, len(batch))
        numbered = [{"id": id_, **row} for id_, row in zip(batch_ids, batch, strict=True)]
        await transaction.execute(insert(table), numbered)
        ids += batch_ids
    return ids


async def _reserve_ids(transaction: Transaction, table: Table, count: int) -> list[int]:
    if transaction.dialect.name == "postgresql":
        drawn = await transaction.execute(_NEXT_IDS, {"name": table.name, "count": count})
        return sorted(drawn.scalars())
    # No other connection can write before this transaction ends, and SQLite continues from the
    # highest id that was inserted (sqlite.org/autoinc.html).
    last = (await transaction.execute(_LAST_ID, {"name": table.name})).scalar() or 0
    return list(range(last + 1, last + 1 + count))


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH_SIZE)):
        yield batch
