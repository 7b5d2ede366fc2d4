"""Tries whether the database takes what is written."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import DBAPIError

from storage import schema
from storage.engine.database import Transaction

ROOM = 64 * 1024
"""Bytes that must find room: some hundred bulletins."""

_table = schema.probe


async def probe(transaction: Transaction, now: datetime) -> None:
    """Writes so much and takes it away again; raises what the database raises when it cannot."""
    result = await transaction.execute(
        insert(_table).values(packed=bytes(ROOM), written_at=now).returning(_table.c.id)
    )
    await transaction.execute(delete(_table).where(_table.c.id <= result.scalar_one()))


def what_is_wrong(error: Exception) -> str:
    """In the database's own words, without the statement and what it would have stored."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(error).__name__}: {cause}"
