"""How SQLite is spoken to: as seldom as can be, and never with a transaction left behind."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.engine.database import Database, Transaction

_TURN = aiosqlite.Connection._execute


@pytest.fixture
async def fresh(tmp_path: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'fresh.db'}")
    async with database.write() as transaction:
        await _say(transaction, "CREATE TABLE one (x INTEGER)")
    return database


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what the threads of connections were asked to do."""
    asked: list[str] = []

    async def turn(
        self: aiosqlite.Connection, call: Callable[..., object], *rest: object
    ) -> object:
        asked.append(call.__name__)
        result: object = await _TURN(self, call, *rest)  # type: ignore[no-untyped-call]
        return result

    monkeypatch.setattr(aiosqlite.Connection, "_execute", turn)
    return asked


async def _say(transaction: Transaction, words: str) -> None:
    await transaction.execute(text(words))


async def _count(database: Database) -> int:
    async with database.read() as transaction:
        return int((await transaction.execute(text("SELECT count(*) FROM one"))).scalar_one())


async def test_a_transaction_takes_a_turn_for_each_statement_and_one_to_end(
    fresh: Database, turns: list[str]
) -> None:
    async with fresh.write() as transaction:
        await _say(transaction, "INSERT INTO one VALUES (1)")
        await _say(transaction, "INSERT INTO one VALUES (2)")
    assert len(turns) == 3
    assert await _count(fresh) == 2
    await fresh.close()


async def test_a_transaction_that_says_nothing_takes_no_turn(
    fresh: Database, turns: list[str]
) -> None:
    async with fresh.write():
        pass
    async with fresh.read():
        pass
    assert turns == []
    await fresh.close()


async def test_what_a_cancelled_statement_began_is_undone(fresh: Database) -> None:
    """Its thread goes on with it after whoever asked has left."""

    async def write() -> None:
        async with fresh.write() as transaction:
            await _say(transaction, "INSERT INTO one VALUES (1)")
            await _say(transaction, "INSERT INTO one VALUES (2)")

    for steps in range(40):  # wherever it is
        writing = asyncio.create_task(write())
        for _ in range(steps):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
        assert await _count(fresh) % 2 == 0
        async with fresh.write() as transaction:
            await _say(transaction, "DELETE FROM one")
    await fresh.close()


async def test_a_failed_statement_is_undone_with_its_transaction(fresh: Database) -> None:
    with pytest.raises(OperationalError):
        async with fresh.write() as transaction:
            await _say(transaction, "INSERT INTO one VALUES (1)")
            await _say(transaction, "INSERT INTO nowhere VALUES (1)")
    assert await _count(fresh) == 0
    await fresh.close()


async def test_rows_that_are_streamed_are_of_the_transaction(fresh: Database) -> None:
    async with fresh.write() as transaction:
        rows = await transaction.stream(text("SELECT count(*) FROM one"))
        await _say(transaction, "INSERT INTO one VALUES (1)")
        assert [row async for row in rows] == [(0,)]
        other = sqlite3.connect(str(fresh.url.database), timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    await fresh.close()


def test_a_file_that_cannot_be_opened_leaves_no_thread_that_speaks_to_a_closed_loop(
    tmp_path: Path,
) -> None:
    async def read() -> None:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'new.db'}")
        with pytest.raises(OperationalError, match="unable to open"):
            async with database.read():
                pass
        await database.close()

    for _ in range(20):  # it is a race, which pytest hears of
        asyncio.run(read())


async def test_only_its_owner_may_read_a_new_file_and_those_beside_it(fresh: Database) -> None:
    """They tell who listens for what."""
    files = [Path(f"{fresh.url.database}{end}") for end in ("", "-wal", "-shm")]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    await fresh.close()


def test_a_file_that_was_made_for_others_too_stays_theirs(tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    file.touch()
    file.chmod(0o640)

    async def write() -> None:
        database = Database(f"sqlite+aiosqlite:///{file}")
        async with database.write() as transaction:
            await _say(transaction, "CREATE TABLE one (x INTEGER)")
        await database.close()

    asyncio.run(write())
    assert file.stat().st_mode & 0o777 == 0o640
