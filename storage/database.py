"""One database, SQLite or PostgreSQL, behind two verbs: read and write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Transaction = AsyncConnection
"""What every function of storage works in. Opaque outside of storage."""

_BEGIN = "tocsin_begin"
"""How a transaction on SQLite begins; with an empty string it does not."""


class Database:
    """Opens the database at `url`.

    `url` is `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. Nothing is connected until
    the first transaction.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.name = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = create_async_engine(self.url, pool_pre_ping=not self.is_sqlite)
        # SQLite has one writer. Waiting here is fair and costs nothing; waiting inside SQLite
        # sleeps in steps of milliseconds and favours whoever asks last.
        self._one_writer = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            _prepare_sqlite(self._engine)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A consistent view of what is committed."""
        async with self._engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """All or nothing: committed, durably, when the block ends without an error."""
        async with AsyncExitStack() as stack:
            if self._one_writer:
                await stack.enter_async_context(self._one_writer)
            engine = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            yield await stack.enter_async_context(engine.begin())

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection of one's own outside of any transaction, to listen or to watch with."""
        outside = {_BEGIN: ""} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        async with self._engine.execution_options(**outside).connect() as connection:
            yield connection

    async def close(self) -> None:
        await self._engine.dispose()


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
            connection.exec_driver_sql(begin)
