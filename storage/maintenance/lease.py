"""Lease: a single-writer lock with fencing, so that only one process sends from a database.

Two senders would deliver every message twice. On SQLite the lease is a file lock, which ends with
its process. On PostgreSQL a process may keep its connection and still not run: paused, or cut off.
So there the lease is a row with a fencing token and an expiry time that the holder keeps renewing.
A process that finds the lease expired acquires it with a new token, and every later write of the
old holder fails: see `Database.write`.
"""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.engine.database import LEASE_SECONDS, Database, Fence
from storage.migrate import migrate

log = structlog.get_logger(__name__)

_RENEW_SECONDS = 1.0
_POLL_SECONDS = 0.2
_MARGIN_SECONDS = 0.5
"""Safety margin: a holder stops trusting its lease this long before it expires."""

# Uses the server's clock only: clocks of two machines differ.
_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
_UNTIL = f"{_NOW} + {int(LEASE_SECONDS * 1_000_000)}"
_READ = f"SELECT token, until, until <= {_NOW} AS is_expired FROM lease"  # noqa: S608 - constants only
_EXISTS = "SELECT to_regclass('lease') IS NOT NULL"
_ACQUIRE = f"UPDATE lease SET token = token + 1, until = {_UNTIL} RETURNING token"  # noqa: S608
_RENEW = f"UPDATE lease SET until = {_UNTIL} WHERE token = :token RETURNING token"  # noqa: S608
_RELEASE = f"UPDATE lease SET until = {_NOW} WHERE token = :token"  # noqa: S608


class LeaseHeldElsewhere(Exception):  # noqa: N818 - names the state, not a fault
    """Another process holds the lease of this database."""


@dataclass(frozen=True)
class _LeaseRow:
    """The row of the lease."""

    token: int
    until: int  # server's clock, microseconds since 1970 UTC
    is_expired: bool


def lease(database: Database) -> AbstractAsyncContextManager[None]:
    """Hold the lease for this process within the block, and fence its transactions.

    Raises LeaseHeldElsewhere if another process holds it: at once on SQLite, within seconds on
    PostgreSQL, where an unrenewed lease has to expire first. Also raises it in the middle of the
    block if another process acquires the lease.
    """
    return _file_lease(database) if database.is_sqlite else _row_lease(database)


@asynccontextmanager
async def lease_and_migrate(database: Database) -> AsyncIterator[None]:
    """Hold the lease, and upgrade the tables under it: never below another running process.

    A new PostgreSQL database has no lease table yet, and no process runs on it.
    Raises LeaseHeldElsewhere and DatabaseUnusable.
    """
    if not database.is_sqlite and not await _has_lease_table(database):
        await migrate(database)
    async with lease(database):
        await migrate(database)
        yield


async def is_leased(database: Database) -> bool:
    """Return whether a process holds the lease of this database now."""
    if database.is_sqlite:
        try:
            async with _file_lease(database):
                return False
        except LeaseHeldElsewhere:
            return True
    if not await _has_lease_table(database):
        return False
    return not (await _read_lease(database)).is_expired


async def _has_lease_table(database: Database) -> bool:
    async with database.read() as transaction:
        return bool((await transaction.execute(text(_EXISTS))).scalar_one())


@asynccontextmanager
async def _file_lease(database: Database) -> AsyncIterator[None]:
    path = Path(f"{database.url.database}.lock")
    with path.open("w") as file:  # noqa: ASYNC230 - once, at start
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LeaseHeldElsewhere(str(path)) from None
        yield


@asynccontextmanager
async def _row_lease(database: Database) -> AsyncIterator[None]:
    try:
        fence = await _acquire(database)
    except (DBAPIError, OSError) as error:
        # If only the answer was lost, the lease is ours and expires, as nobody renews it.
        log.warning("lease_acquisition_failed", error=type(error).__name__)
        fence = await _acquire(database)
    database.fence = fence
    holder = asyncio.current_task()

    async def keep_renewed() -> None:
        await _renew_until_lost(database, fence)
        if holder:
            holder.cancel()

    renewal = asyncio.create_task(keep_renewed())
    try:
        yield
    except asyncio.CancelledError:
        if not renewal.done() or holder is None:
            raise
        holder.uncancel()
        raise LeaseHeldElsewhere(database.name) from None
    finally:
        renewal.cancel()
        await asyncio.gather(renewal, return_exceptions=True)
        database.fence = None
        await _release(database, fence)


async def _acquire(database: Database) -> Fence:
    """Acquire the lease once it has expired. Raises LeaseHeldElsewhere if its holder renews it."""
    first = await _read_lease(database)
    current = first
    if not first.is_expired:
        log.info("lease_wait")
    while not current.is_expired:
        if (current.token, current.until) != (first.token, first.until):
            raise LeaseHeldElsewhere(database.name)
        await asyncio.sleep(_POLL_SECONDS)
        current = await _read_lease(database)
    trusted_until = _trusted_until()
    async with database.write(is_marked=False) as transaction:
        # Waits for transactions of the old holder, which lock the row: see Database.write.
        row = (await transaction.execute(text(f"{_READ} FOR UPDATE"))).one()
        if row.token != current.token:
            raise LeaseHeldElsewhere(database.name)
        token = (await transaction.execute(text(_ACQUIRE))).scalar_one()
    return Fence(token, trusted_until)


async def _renew_until_lost(database: Database, fence: Fence) -> None:
    """Renew the lease until another process has acquired it."""
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        trusted_until = _trusted_until()
        try:
            async with asyncio.timeout(LEASE_SECONDS), database.connection() as connection:
                renewed = await connection.execute(text(_RENEW), {"token": fence.token})
                if renewed.first() is None:
                    log.error("lease_lost")
                    return
        except Exception as error:  # noqa: BLE001 - waits for an unreachable database
            log.warning("lease_renewal_failed", error=type(error).__name__)
        else:
            fence.trusted_until = trusted_until


async def _release(database: Database, fence: Fence) -> None:
    with suppress(Exception):  # if the database is unreachable, the lease expires by itself
        async with asyncio.timeout(LEASE_SECONDS), database.connection() as connection:
            await connection.execute(text(_RELEASE), {"token": fence.token})


async def _read_lease(database: Database) -> _LeaseRow:
    async with database.read() as transaction:
        row = (await transaction.execute(text(_READ))).one()
    return _LeaseRow(row.token, row.until, row.is_expired)


def _trusted_until() -> float:
    return asyncio.get_running_loop().time() + LEASE_SECONDS - _MARGIN_SECONDS
