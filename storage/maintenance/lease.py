"""One process a database: two that send would ring everybody twice.

On SQLite it is a lock on a file, which ends with its process however that dies. On PostgreSQL a
process may be alive for the server and yet not run: paused, or cut off. So there the lease is a
row with a token and a time, renewed again and again. Who finds it run out takes it with a new
token, and whatever the old holder still writes fails: see `Database.write`.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import text

from storage.engine.database import LEASE_SECONDS, Database, Fence

log = structlog.get_logger(__name__)

_RENEW_SECONDS = 1.0
_LOOK_SECONDS = 0.2
_MARGIN_SECONDS = 0.5
"""So long before its end a holder trusts the lease no more: a call takes a while to arrive."""

# By the server's clock alone: those of two machines differ.
_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
_UNTIL = f"{_NOW} + {int(LEASE_SECONDS * 1_000_000)}"
_LOOK = f"SELECT token, until, until <= {_NOW} AS is_over FROM lease"  # noqa: S608 - words of ours
_EXISTS = "SELECT to_regclass('lease') IS NOT NULL"
_TAKE = f"UPDATE lease SET token = token + 1, until = {_UNTIL} RETURNING token"  # noqa: S608
_RENEW = f"UPDATE lease SET until = {_UNTIL} WHERE token = :token RETURNING token"  # noqa: S608
_RELEASE = f"UPDATE lease SET until = {_NOW} WHERE token = :token"  # noqa: S608


class HeldElsewhere(Exception):  # noqa: N818 - it says what is so, not what went wrong
    """Another process runs on this database."""


@dataclass(frozen=True)
class _Row:
    """The lease as the database has it."""

    token: int
    until: int  # by the server's clock
    is_over: bool


def lease(database: Database) -> AbstractAsyncContextManager[None]:
    """Holds the database for this process, and fences its transactions.

    Raises HeldElsewhere when another process holds it: at once on SQLite, within seconds on
    PostgreSQL, where a lease nobody renews is waited for. Raises it as well out of the middle of
    the block when another process has taken over.
    """
    return _file_lease(database) if database.is_sqlite else _row_lease(database)


async def is_leased(database: Database) -> bool:
    """Whether a process runs on this database now."""
    if database.is_sqlite:
        try:
            async with _file_lease(database):
                return False
        except HeldElsewhere:
            return True
    async with database.read() as transaction:
        if not (await transaction.execute(text(_EXISTS))).scalar_one():
            return False
    return not (await _look(database)).is_over


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
async def _row_lease(database: Database) -> AsyncIterator[None]:
    fence = await _take(database)
    database.fence = fence
    holder = asyncio.current_task()

    async def keep() -> None:
        await _renew_while_ours(database, fence)
        if holder:
            holder.cancel()

    keeping = asyncio.create_task(keep())
    try:
        yield
    except asyncio.CancelledError:
        if not keeping.done() or holder is None:
            raise
        holder.uncancel()
        raise HeldElsewhere(database.name) from None
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        database.fence = None
        await _release(database, fence)


async def _take(database: Database) -> Fence:
    """Waits for a lease that nobody renews; raises HeldElsewhere when somebody does."""
    first = await _look(database)
    seen = first
    if not first.is_over:
        log.info("waiting whether the process that held this database still runs")
    while not seen.is_over:
        if (seen.token, seen.until) != (first.token, first.until):
            raise HeldElsewhere(database.name)
        await asyncio.sleep(_LOOK_SECONDS)
        seen = await _look(database)
    trusted_until = _trusted_until()
    async with database.write() as transaction:
        # Waits for transactions of the old holder, which hold the row: see Database.write.
        row = (await transaction.execute(text(f"{_LOOK} FOR UPDATE"))).one()
        if row.token != seen.token:
            raise HeldElsewhere(database.name)
        token = (await transaction.execute(text(_TAKE))).scalar_one()
    return Fence(token, trusted_until)


async def _renew_while_ours(database: Database, fence: Fence) -> None:
    """Returns when another process has taken over."""
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        trusted_until = _trusted_until()
        try:
            async with asyncio.timeout(LEASE_SECONDS), database.connection() as connection:
                renewed = await connection.execute(text(_RENEW), {"token": fence.token})
                if renewed.first() is None:
                    log.error("another process has taken over this database")
                    return
        except Exception as error:  # noqa: BLE001 - a database that is away is waited for
            log.warning("the lease cannot be renewed", why=type(error).__name__)
        else:
            fence.trusted_until = trusted_until


async def _release(database: Database, fence: Fence) -> None:
    with suppress(Exception):  # whatever is wrong with the database, the lease runs out by itself
        async with asyncio.timeout(LEASE_SECONDS), database.connection() as connection:
            await connection.execute(text(_RELEASE), {"token": fence.token})


async def _look(database: Database) -> _Row:
    async with database.read() as transaction:
        row = (await transaction.execute(text(_LOOK))).one()
    return _Row(row.token, row.until, row.is_over)


def _trusted_until() -> float:
    return asyncio.get_running_loop().time() + LEASE_SECONDS - _MARGIN_SECONDS
