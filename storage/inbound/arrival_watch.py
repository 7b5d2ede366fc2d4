"""Tells a running process at once that another one has written something."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from sqlalchemy import text

from storage.engine.database import Database
from storage.inbound.ingest_queue import CHANNEL

_SQLITE_SECONDS = 0.05
_POSTGRES_SECONDS = 30.0
"""After so long one looks without being told: a notice may be lost with its connection."""


async def changes(database: Database) -> AsyncGenerator[None, None]:
    """Yields once at the start and then whenever there may be new arrivals."""
    watch = _sqlite_changes(database) if database.is_sqlite else _postgres_changes(database)
    async with aclosing(watch):
        async for _ in watch:
            yield


async def _sqlite_changes(database: Database) -> AsyncGenerator[None, None]:
    """By `PRAGMA data_version`, which changes when another connection has committed."""
    seen: int | None = None
    async with database.connection() as connection:
        while True:
            version = (await connection.exec_driver_sql("PRAGMA data_version")).scalar_one()
            if version != seen:
                seen = version
                yield
            await asyncio.sleep(_SQLITE_SECONDS)


async def _postgres_changes(database: Database) -> AsyncGenerator[None, None]:
    """By LISTEN."""
    told = asyncio.Event()

    def listener(*_: object) -> None:
        told.set()

    async with database.connection() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        if raw is None:
            raise ConnectionError("no connection to listen on")
        await raw.add_listener(CHANNEL, listener)
        try:
            while True:
                yield
                try:
                    await asyncio.wait_for(told.wait(), _POSTGRES_SECONDS)
                except TimeoutError:
                    await connection.execute(text("SELECT 1"))
                told.clear()
        finally:
            await raw.remove_listener(CHANNEL, listener)
