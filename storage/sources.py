"""Where each source left off, and how it is doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from storage import schema
from storage.conflicts import insert
from storage.database import Transaction

_table = schema.source

Cursor = dict[str, Any]
"""What a source needs to go on where it left off: its own business, as JSON."""


@dataclass(frozen=True)
class SourceState:
    name: str  # as configured
    cursor: Cursor | None  # None: there was no good poll ever
    polled_at: datetime | None  # aware; the last try
    succeeded_at: datetime | None  # aware; the last good poll, a 304 included
    error: str | None  # of the last try; None: it was good
    errors: int  # failed tries in a row


async def state(transaction: Transaction, name: str) -> SourceState:
    query = select(_table).where(_table.c.name == name)
    row = (await transaction.execute(query)).mappings().first()
    if row is None:
        return SourceState(name, None, None, None, None, 0)
    return SourceState(**{**row, "cursor": _cursor(row["cursor"])})


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


async def _store(transaction: Transaction, name: str, **values: object) -> None:
    statement = insert(transaction, _table).values(name=name, **values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_table.c.name], set_=values)
    )


def _cursor(text: str | None) -> Cursor | None:
    cursor: Cursor | None = orjson.loads(text) if text else None
    return cursor
