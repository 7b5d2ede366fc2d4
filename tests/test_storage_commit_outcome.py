"""Outcome of a COMMIT whose answer is lost: `Database.write` fails only if nothing was written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from support.postgres_proxy import Fault, PostgresProxy, first_that_writes

from storage import schema
from storage.engine.database import COMMAND_SECONDS, CommitUnknown, Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.maintenance.lease import lease

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def make_bulletin(key: str) -> Bulletin:
    return Bulletin(source="blog", key=key, title="News", received_at=NOW)


async def store(database: Database, key: str) -> None:
    async with database.write() as transaction:
        await bulletins.add(transaction, make_bulletin(key))


async def stored_keys(database: Database) -> list[str]:
    async with database.read() as transaction:
        rows = await transaction.execute(select(schema.bulletin.c.key))
        return sorted(rows.scalars())


@asynccontextmanager
async def proxied(
    url: str,
    proxy: PostgresProxy,
    *,
    is_leased: bool = False,
    command_seconds: float = COMMAND_SECONDS,
) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        proxied_url = await stack.enter_async_context(proxy.forward_to(url))
        database = Database(proxied_url, command_seconds=command_seconds)
        stack.push_async_callback(database.close)
        if is_leased:
            await stack.enter_async_context(lease(database))
        yield database


@pytest.mark.parametrize("is_leased", [False, True], ids=["without a lease", "with a lease"])
@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.COMMIT_LATE], ids=lambda f: f.name)
async def test_a_write_whose_answer_to_commit_is_lost_succeeds(
    postgresql_url: str, fault: Fault, *, is_leased: bool
) -> None:
    proxy = PostgresProxy(first_that_writes("bulletin", fault=fault))
    async with proxied(postgresql_url, proxy, is_leased=is_leased) as database:
        for key in ("a", "b", "c"):
            await store(database, key)
        assert await stored_keys(database) == ["a", "b", "c"]
    assert len(proxy.hit) == 1


async def test_a_silent_connection_has_a_limit(postgresql_url: str) -> None:
    """A lost answer without a closed connection used to wait for the timeout of TCP."""
    proxy = PostgresProxy(first_that_writes("bulletin", fault=Fault.ANSWER_HELD))
    async with (
        asyncio.timeout(60),
        proxied(postgresql_url, proxy, command_seconds=2) as database,
    ):
        await store(database, "a")
        await store(database, "b")
        assert await stored_keys(database) == ["a", "b"]
    assert len(proxy.hit) == 1


async def test_a_statement_without_an_answer_fails_and_the_next_succeeds(
    postgresql_url: str,
) -> None:
    async with (
        asyncio.timeout(60),
        proxied(postgresql_url, PostgresProxy(), command_seconds=2) as database,
    ):
        with pytest.raises(TimeoutError):
            async with database.read() as transaction:
                await transaction.execute(text("SELECT pg_sleep(30)"))
        with pytest.raises(TimeoutError):
            async with database.write() as transaction:
                await bulletins.add(transaction, make_bulletin("a"))
                await transaction.execute(text("SELECT pg_sleep(30)"))
        await store(database, "b")
        assert await stored_keys(database) == ["b"]


async def test_a_write_whose_commit_does_not_reach_the_server_fails(postgresql_url: str) -> None:
    proxy = PostgresProxy(first_that_writes("bulletin", fault=Fault.COMMIT_LOST))
    async with proxied(postgresql_url, proxy) as database:
        with pytest.raises((DBAPIError, OSError)):
            await store(database, "a")
        assert await stored_keys(database) == []
        await store(database, "a")
        assert await stored_keys(database) == ["a"]


async def test_the_outcome_is_read_back_once_the_database_answers_again(
    postgresql_url: str,
) -> None:
    proxy = PostgresProxy(first_that_writes("bulletin"))
    async with proxied(postgresql_url, proxy) as database:
        proxy.is_down = True
        proxy.accepted_before_down = 1
        writing = asyncio.create_task(store(database, "a"))
        async with asyncio.timeout(60):
            while proxy.refused < 3:  # noqa: ASYNC110 - the proxy has no event
                await asyncio.sleep(0.02)
        assert not writing.done()
        proxy.is_down = False
        await writing
        assert await stored_keys(database) == ["a"]


async def test_a_process_that_stops_does_not_wait_for_an_unreachable_database(
    postgresql_url: str,
) -> None:
    proxy = PostgresProxy(first_that_writes("bulletin"))
    async with proxied(postgresql_url, proxy) as database:
        proxy.is_down = True
        proxy.accepted_before_down = 1
        writing = asyncio.create_task(store(database, "a"))
        async with asyncio.timeout(60):
            while proxy.refused < 1:  # noqa: ASYNC110 - the proxy has no event
                await asyncio.sleep(0.02)
        database.stop_waiting()
        with pytest.raises(CommitUnknown):
            await writing


async def test_concurrent_writes_leave_no_markers_behind(postgresql_url: str) -> None:
    kinds = iter([Fault.ANSWER_LOST, None, Fault.COMMIT_LOST, Fault.COMMIT_LATE] * 100)
    proxy = PostgresProxy(lambda kind, _: next(kinds) if "bulletin" in kind else None)
    async with proxied(postgresql_url, proxy) as database:
        keys = [f"{number:02}" for number in range(24)]
        results = await asyncio.gather(
            *(store(database, key) for key in keys), return_exceptions=True
        )
        written = [key for key, error in zip(keys, results, strict=True) if error is None]
        assert await stored_keys(database) == written
        assert len(written) < len(keys)
        await store(database, "last")
        async with database.read() as transaction:
            count = await transaction.scalar(select(func.count()).select_from(schema.commit_marker))
        assert count == 1


async def test_a_commit_that_the_database_refuses_writes_nothing(sqlite: Database) -> None:
    """A foreign key that is checked at COMMIT: SQLite then ends the transaction unwritten."""
    with pytest.raises(IntegrityError):
        async with sqlite.write() as transaction:
            await transaction.execute(text("PRAGMA defer_foreign_keys=ON"))
            await bulletins.add(transaction, make_bulletin("a"))
            await transaction.execute(
                text("INSERT INTO channel (subscriber, title) VALUES (99, 'none')")
            )
    assert await stored_keys(sqlite) == []
    await store(sqlite, "b")
    assert await stored_keys(sqlite) == ["b"]
