"""One process a database: two that send would ring everybody twice."""

import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from storage.database import Database

_ADVISORY = 0x746F6373696E  # "tocsin": PostgreSQL's advisory locks are named by a number


class HeldElsewhere(Exception):  # noqa: N818 - it says what is so, not what went wrong
    """Another process runs on this database."""


@asynccontextmanager
async def lease(database: Database) -> AsyncIterator[None]:
    """Holds the database for this process; it ends with the process, however that dies.

    Raises HeldElsewhere at once when another process holds it.
    """
    held = _file_lease(database) if database.is_sqlite else _advisory_lease(database)
    async with held:
        yield


async def is_leased(database: Database) -> bool:
    """Whether a process runs on this database now."""
    try:
        async with lease(database):
            return False
    except HeldElsewhere:
        return True


@asynccontextmanager
async def _file_lease(database: Database) -> AsyncIterator[None]:
    path = Path(f"{database.url.database}.lock")
    with path.open("w") as file:  # noqa: ASYNC230 - once, at start
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HeldElsewhere(str(path)) from None
        yield


@asynccontextmanager
async def _advisory_lease(database: Database) -> AsyncIterator[None]:
    async with database.read() as transaction:
        query = text("SELECT pg_try_advisory_lock(:name)").bindparams(name=_ADVISORY)
        if not (await transaction.execute(query)).scalar_one():
            raise HeldElsewhere(database.name)
        try:
            yield
        finally:
            await transaction.execute(
                text("SELECT pg_advisory_unlock(:name)").bindparams(name=_ADVISORY)
            )
