"""Arrival watch: notify this process when another one has enqueued arrivals.

On SQLite it polls `PRAGMA data_version`, on PostgreSQL it uses LISTEN/NOTIFY.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from sqlalchemy import text

from storage.engine.database import Database
from storage.inbound.ingest_queue import CHANNEL

_SQLITE_POLL_SECONDS = 0.05
_POSTGRES_TIMEOUT_SECONDS = 30.0
"""Look without a notification after this time: one may be lost with its connection."""


async def watch_arrivals(database: Database) -> AsyncGenerator[None, None]:
    """Yield once at the start and then whenever there may be new arrivals."""
    watch = _sqlite_changes(database) if database.is_sqlite else _postgres_changes(database)
    async with aclosing(watch):
        async for _ in watch:
            yield


async def _sqlite_changes(database: Database) -> AsyncGenerator[None, None]:
    """Poll `PRAGMA data_version`, which changes when another connection commits."""
    last_version: int | None = None
    async with database.connection() as connection:
        while True:
            version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
            if version != last_version:
                last_version = version
                yield
            await asyncio.sleep(_SQLITE_POLL_SECONDS)


async def _postgres_changes(database: Database) -> AsyncGenerator[None, None]:
    """Wait for notifications with LISTEN."""
    wakeup = asyncio.Event()

    def listener(*_: object) -> None:
        wakeup.set()

    async with database.connection() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        if raw is None:
            raise ConnectionError("no connection to listen on")
        await raw.add_listener(CHANNEL, listener)
        try:
            while True:
                yield
                try:
                    await asyncio.wait_for(wakeup.wait(), _POSTGRES_TIMEOUT_SECONDS)
                except TimeoutError:
                    await connection.execute(text("SELECT 1"))
                wakeup.clear()
        finally:
            await raw.remove_listener(CHANNEL, listener)
