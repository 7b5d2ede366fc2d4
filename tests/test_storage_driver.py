"""SQLite driver: few thread round trips, and no transaction left open."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.engine.database import Database, Transaction

_EXECUTE = aiosqlite.Connection._execute


@pytest.fixture
async def empty_table(tmp_path: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty_table.db'}")
    async with database.write() as transaction:
        await _execute(transaction, "CREATE TABLE numbers (x INTEGER)")
    return database


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the functions that ran in the threads of connections, one for each round trip."""
    calls: list[str] = []

    async def turn(
        self: aiosqlite.Connection, call: Callable[..., object], *arguments: object
    ) -> object:
        calls.append(call.__name__)
        result: object = await _EXECUTE(self, call, *arguments)  # type: ignore[no-untyped-call]
        return result

    monkeypatch.setattr(aiosqlite.Connection, "_execute", turn)
    return calls


async def _execute(transaction: Transaction, statement: str) -> None:
    await transaction.execute(text(statement))


async def _count(database: Database) -> int:
    async with database.read() as transaction:
        return int((await transaction.execute(text("SELECT count(*) FROM numbers"))).scalar_one())


async def test_a_transaction_takes_a_round_trip_for_each_statement_and_one_to_end(
    empty_table: Database, round_trips: list[str]
) -> None:
    async with empty_table.write() as transaction:
        await _execute(transaction, "INSERT INTO numbers VALUES (1)")
        await _execute(transaction, "INSERT INTO numbers VALUES (2)")
    assert len(round_trips) == 3
    assert await _count(empty_table) == 2
    await empty_table.close()


async def test_a_transaction_without_statements_takes_no_round_trip(
    empty_table: Database, round_trips: list[str]
) -> None:
    async with empty_table.write():
        pass
    async with empty_table.read():
        pass
    assert round_trips == []
    await empty_table.close()


async def test_a_cancelled_transaction_is_rolled_back(empty_table: Database) -> None:
    """The thread goes on with the statement after the task was cancelled."""

    async def write() -> None:
        async with empty_table.write() as transaction:
            await _execute(transaction, "INSERT INTO numbers VALUES (1)")
            await _execute(transaction, "INSERT INTO numbers VALUES (2)")

    for steps in range(40):  # cancels at every step
        writing = asyncio.create_task(write())
        for _ in range(steps):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
        assert await _count(empty_table) % 2 == 0
        async with empty_table.write() as transaction:
            await _execute(transaction, "DELETE FROM numbers")
    await empty_table.close()


async def test_a_failed_statement_rolls_back_its_transaction(empty_table: Database) -> None:
    with pytest.raises(OperationalError):
        async with empty_table.write() as transaction:
            await _execute(transaction, "INSERT INTO numbers VALUES (1)")
            await _execute(transaction, "INSERT INTO missing VALUES (1)")
    assert await _count(empty_table) == 0
    await empty_table.close()


async def test_streamed_rows_belong_to_the_transaction(empty_table: Database) -> None:
    async with empty_table.write() as transaction:
        rows = await transaction.stream(text("SELECT count(*) FROM numbers"))
        await _execute(transaction, "INSERT INTO numbers VALUES (1)")
        assert [row async for row in rows] == [(0,)]
        other = sqlite3.connect(str(empty_table.url.database), timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    await empty_table.close()


def test_a_file_that_cannot_be_opened_leaves_no_thread_that_calls_a_closed_loop(
    tmp_path: Path,
) -> None:
    async def read() -> None:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'new.db'}")
        with pytest.raises(OperationalError, match="unable to open"):
            async with database.read():
                pass
        await database.close()

    for _ in range(20):  # a race: pytest reports an exception in a thread
        asyncio.run(read())


async def test_only_the_owner_may_read_a_new_database_file_and_the_files_beside_it(
    empty_table: Database,
) -> None:
    """They contain personal data."""
    files = [Path(f"{empty_table.url.database}{end}") for end in ("", "-wal", "-shm")]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    await empty_table.close()


def test_an_existing_database_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    file.touch()
    file.chmod(0o640)

    async def write() -> None:
        database = Database(f"sqlite+aiosqlite:///{file}")
        async with database.write() as transaction:
            await _execute(transaction, "CREATE TABLE numbers (x INTEGER)")
        await database.close()

    asyncio.run(write())
    assert file.stat().st_mode & 0o777 == 0o640
