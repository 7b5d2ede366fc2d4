"""Database access: one SQLite or PostgreSQL database, with read and write transactions.

The outcome of a write transaction is always known: `Database.write` ends without an error if and
only if it has committed. Callers need not handle a lost answer to COMMIT.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import event, text
from sqlalchemy.engine import URL, Connection, ExceptionContext, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.engine import commit_marker
from storage.engine.commit_marker import INSERT_MARKER, CommitMarker, CommitMarkers
from storage.engine.file_identity import FileIdentity
from storage.engine.sqlite_driver import SqliteDriver

log = structlog.get_logger(__name__)

Transaction = AsyncConnection
"""The transaction that every storage function takes. Opaque outside of storage."""

_BEGIN_OPTION = "tocsin_begin"
"""Execution option: the BEGIN statement of a transaction on SQLite; an empty string: none."""

_MAX_OVERFLOW = 20
"""Connections above the five that stay open. Updates of 16 chats are handled at a time: a flood of
them must leave some for alerts."""

COMMAND_SECONDS = 20.0
"""Longest time for a statement on PostgreSQL. A network that drops answers closes no connection."""

_CONNECT_SECONDS = 10.0

LEASE_SECONDS = 5.0
"""Time after which an unrenewed lease on PostgreSQL expires."""

# The share lock on the row lasts until the transaction ends, so that no other process acquires the
# lease meanwhile. The timeout ends the transaction of a paused process, so that another one can.
_CHECK_FENCE = (
    "SELECT set_config('idle_in_transaction_session_timeout', :patience, true) "
    "FROM lease WHERE token = :token FOR KEY SHARE"
)

_READ_BACK_SECONDS = 5.0  # longest time of one attempt to read a marker
_READ_BACK_RETRY_SECONDS = 0.5


class Fenced(Exception):  # noqa: N818 - names the state, not a fault
    """Another process has acquired the lease; the transaction wrote nothing."""


class CommitUnknown(Exception):  # noqa: N818 - names the state, not a fault
    """The answer to COMMIT was lost, and the process stops before it could read the outcome back.

    Only the next start can read the outcome from the database. This process must do nothing more
    about it.
    """


@dataclass
class Fence:
    """Fencing token: a process's right to write until another process acquires the lease."""

    token: int  # of the lease
    trusted_until: float  # time of the event loop's clock, in seconds


class Database:
    """A SQLite or PostgreSQL database.

    `url` is `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. The first transaction
    connects. `command_seconds`: longest time for a statement on PostgreSQL, COMMIT included; one
    without an answer by then fails, and its connection is closed. Migrations have no limit.
    """

    def __init__(self, url: str, *, command_seconds: float = COMMAND_SECONDS) -> None:
        self.url = make_url(url)
        self.name = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.fence: Fence | None = None  # set while `storage.maintenance.lease` holds one
        self._engine = (
            create_async_engine(self.url, module=SqliteDriver(), max_overflow=_MAX_OVERFLOW)
            if self.is_sqlite
            else _postgresql_engine(self.url, command_seconds)
        )
        # SQLite allows one writer. Waiting for this lock is fair and cheap; SQLite itself would
        # sleep in steps of milliseconds and favour the latest caller.
        self._write_lock = asyncio.Lock() if self.is_sqlite else None
        self._file = FileIdentity(self.url.database or "") if self.is_sqlite else None
        self._markers = CommitMarkers()
        self._is_stopping = asyncio.Event()
        if self.is_sqlite:
            _configure_sqlite(self._engine)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Open a read transaction: a consistent snapshot of committed data."""
        cancelled: list[asyncio.CancelledError] = []
        with _preserve_cancellation(cancelled):
            async with self._engine.connect() as connection, connection.begin():
                with _record_cancellation(cancelled):
                    yield connection

    @asynccontextmanager
    async def write(self, *, is_marked: bool = True) -> AsyncIterator[Transaction]:
        """Open a write transaction: commits durably unless the block raises.

        An error means that nothing was written. If the answer to COMMIT was lost, the outcome is
        read back first, however long the database cannot be reached. `is_marked` False: the tables
        may not exist yet, so the outcome cannot be read back; for work at the start of a process.

        Raises Fenced if another process has acquired the lease, FileReplaced if the SQLite file is
        not the one that was opened, and CommitUnknown after `stop_waiting`.
        """
        cancelled: list[asyncio.CancelledError] = []
        marker = self._markers.new() if is_marked and not self.is_sqlite else None
        with _preserve_cancellation(cancelled):
            async with self._outcome_of(marker), AsyncExitStack() as stack:
                if self._write_lock:
                    await stack.enter_async_context(self._write_lock)
                engine = self._engine
                if not (is_marked or self.is_sqlite):
                    engine = _postgresql_engine(self.url, None)
                    stack.push_async_callback(engine.dispose)
                engine = engine.execution_options(**{_BEGIN_OPTION: "BEGIN IMMEDIATE"})
                transaction = await stack.enter_async_context(engine.begin())
                if self._file:
                    self._file.check()
                await _begin_write(transaction, self.fence, marker)
                with _record_cancellation(cancelled):
                    yield transaction
                if marker:
                    marker.is_committing = True

    @asynccontextmanager
    async def _outcome_of(self, marker: CommitMarker | None) -> AsyncIterator[None]:
        """Suppress an error of COMMIT if the marked transaction has committed all the same."""
        committed = False
        try:
            yield
            committed = True
        except Exception as error:
            if marker is None or not marker.is_committing:
                raise
            committed = await self._has_committed(marker, error)
            if not committed:
                raise
        finally:
            if marker:
                self._markers.end(marker, committed=committed)

    async def _has_committed(self, marker: CommitMarker, error: Exception) -> bool:
        """Read the outcome of a transaction back over another connection."""
        log.warning("commit_answer_lost", error=type(error).__name__)
        while True:
            try:
                # Nothing is committed: leaving the block rolls the connection back.
                async with asyncio.timeout(_READ_BACK_SECONDS), self._engine.connect() as reading:
                    committed = await commit_marker.exists(reading, marker)
            except Exception:  # noqa: BLE001 - waits for an unreachable database
                if self._is_stopping.is_set():
                    raise CommitUnknown from error
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._is_stopping.wait(), _READ_BACK_RETRY_SECONDS)
            else:
                log.warning("commit_outcome_read_back", committed=committed)
                return committed

    def stop_waiting(self) -> None:
        """Do not wait any longer for an unreachable database: the process stops."""
        self._is_stopping.set()

    def is_lease_valid(self) -> bool:
        """Return whether this process may write: False once its lease may have expired.

        True without a fence, as on SQLite, where a file lock cannot expire.
        """
        return self.fence is None or asyncio.get_running_loop().time() < self.fence.trusted_until

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection outside of any transaction, to listen or watch with."""
        options = {_BEGIN_OPTION: ""} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        async with self._engine.execution_options(**options).connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close all connections."""
        self.stop_waiting()
        await self._engine.dispose()


@contextmanager
def _record_cancellation(cancelled: list[asyncio.CancelledError]) -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError as error:
        cancelled.append(error)
        raise


@contextmanager
def _preserve_cancellation(cancelled: list[asyncio.CancelledError]) -> Iterator[None]:
    """Raise the recorded cancellation, which a failed rollback would otherwise hide."""
    try:
        yield
    except Exception:
        if cancelled:
            raise cancelled[0] from None
        raise


async def _begin_write(
    transaction: Transaction, fence: Fence | None, marker: CommitMarker | None
) -> None:
    """Insert the marker and check the fence, in one round trip. Raises Fenced."""
    if fence is None and marker is None:
        return
    with_marker = INSERT_MARKER if marker else ""
    parameters = marker.parameters() if marker else {}
    if fence is None:
        await transaction.execute(text(f"{with_marker}SELECT 1"), parameters)
        return
    parameters |= {"token": fence.token, "patience": str(int(LEASE_SECONDS * 1000))}
    row = await transaction.execute(text(with_marker + _CHECK_FENCE), parameters)
    if row.first() is None:
        raise Fenced


def _postgresql_engine(url: URL, command_seconds: float | None) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_pre_ping=True,
        max_overflow=_MAX_OVERFLOW,
        connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": command_seconds},
    )

    @event.listens_for(engine.sync_engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        # The driver would wait for the answer before it uses the connection again, without a limit.
        if isinstance(context.original_exception, TimeoutError):
            context.is_disconnect = True

    return engine


def _configure_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # stops the driver from beginning transactions itself
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # a power cut loses no committed transaction
            "foreign_keys=ON",
            "busy_timeout=10000",
        ):
            connection.cursor().execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once if another one wrote in
        # between, with any timeout. So writers declare themselves with BEGIN IMMEDIATE.
        if begin := connection.get_execution_options().get(_BEGIN_OPTION, "BEGIN"):
            # SQLAlchemy's type is optional and does not know our adapter.
            connection.connection.dbapi_connection.begin(begin)  # type: ignore[union-attr]
