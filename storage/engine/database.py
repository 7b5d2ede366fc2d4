"""One database, SQLite or PostgreSQL, behind two verbs: read and write."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.engine.sqlite_driver import Driver

Transaction = AsyncConnection
"""What every function of storage works in. Opaque outside of storage."""

_BEGIN = "tocsin_begin"
"""How a transaction on SQLite begins; with an empty string it does not."""

LEASE_SECONDS = 5.0
"""So long a lease on PostgreSQL holds that nobody renews."""

# The row stays shared until the transaction ends, so that nobody takes over in the middle of it;
# and a process paused in the middle of it loses it, so that somebody can.
_FENCE = text(
    "SELECT set_config('idle_in_transaction_session_timeout', :patience, true) "
    "FROM lease WHERE token = :token FOR KEY SHARE"
)


class Fenced(Exception):  # noqa: N818 - it says what is so, not what went wrong
    """Another process has taken over the database: nothing is written."""


@dataclass
class Fence:
    """A process's right to write, where another may take it away."""

    token: int  # that of the lease
    trusted_until: float  # seconds of the event loop's clock


class Database:
    """Opens the database at `url`.

    `url` is `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. Nothing is connected until
    the first transaction.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.name = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.fence: Fence | None = None  # set while `storage.lease` holds one
        self._engine = (
            create_async_engine(self.url, module=Driver())
            if self.is_sqlite
            else create_async_engine(self.url, pool_pre_ping=True)
        )
        # SQLite has one writer. Waiting here is fair and costs nothing; waiting inside SQLite
        # sleeps in steps of milliseconds and favours whoever asks last.
        self._one_writer = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            _prepare_sqlite(self._engine)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A consistent view of what is committed."""
        cancelled: list[asyncio.CancelledError] = []
        with _kept(cancelled):
            async with self._engine.connect() as connection, connection.begin():
                with _noted(cancelled):
                    yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """All or nothing: committed, durably, when the block ends without an error.

        Raises Fenced where another process has taken over.
        """
        cancelled: list[asyncio.CancelledError] = []
        with _kept(cancelled):
            async with AsyncExitStack() as stack:
                if self._one_writer:
                    await stack.enter_async_context(self._one_writer)
                engine = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
                transaction = await stack.enter_async_context(engine.begin())
                if self.fence:
                    await _hold(transaction, self.fence)
                with _noted(cancelled):
                    yield transaction

    def is_held(self) -> bool:
        """Whether this process may act for the database: false once its lease may have run out."""
        return self.fence is None or asyncio.get_running_loop().time() < self.fence.trusted_until

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection of one's own outside of any transaction, to listen or to watch with."""
        outside = {_BEGIN: ""} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        async with self._engine.execution_options(**outside).connect() as connection:
            yield connection

    async def close(self) -> None:
        await self._engine.dispose()


@contextmanager
def _noted(cancelled: list[asyncio.CancelledError]) -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError as error:
        cancelled.append(error)
        raise


@contextmanager
def _kept(cancelled: list[asyncio.CancelledError]) -> Iterator[None]:
    """A rollback that fails as well must not hide that the task was cancelled."""
    try:
        yield
    except Exception:
        if cancelled:
            raise cancelled[0] from None
        raise


async def _hold(transaction: Transaction, fence: Fence) -> None:
    patience = str(int(LEASE_SECONDS * 1000))
    held = await transaction.execute(_FENCE, {"token": fence.token, "patience": patience})
    if held.first() is None:
        raise Fenced


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # a power cut loses nothing that was acknowledged
            "foreign_keys=ON",
            "busy_timeout=10000",
        ):
            connection.cursor().execute(f"PRAGMA {pragma}")

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails at once when another has written
        # in between, whatever the timeout: so a writer says so when it begins.
        if begin := connection.get_execution_options().get(_BEGIN, "BEGIN"):
            # SQLAlchemy's type allows for none, and does not know that it is one of ours.
            connection.connection.dbapi_connection.begin(begin)  # type: ignore[union-attr]
