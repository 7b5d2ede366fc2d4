"""Write probe: checks that the database accepts writes."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import DBAPIError

from storage import schema
from storage.engine.database import Transaction

PROBE_BYTES = 64 * 1024
"""Size of the probe in bytes: about a hundred bulletins."""

_table = schema.probe


async def probe(transaction: Transaction, now: datetime) -> None:
    """Write a row of PROBE_BYTES and delete it. Raises the error of the database."""
    result = await transaction.execute(
        insert(_table).values(packed=bytes(PROBE_BYTES), written_at=now).returning(_table.c.id)
    )
    await transaction.execute(delete(_table).where(_table.c.id <= result.scalar_one()))


def describe_error(error: Exception) -> str:
    """Return the database's message of an error, without the statement and its values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(error).__name__}: {cause}"
