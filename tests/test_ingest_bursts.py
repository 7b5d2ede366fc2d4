"""Thousands of bulletins at once: a source is back from an outage."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select
from support.installation import Installation
from support.shared_resources import gazetteer, reader

from alerts.tracker import Fusion
from bot.ingest.deduplicator import Repeats
from bot.ingest.metrics import BulletinCounts
from bot.ingest.pipeline import AT_ONCE, IngestPipeline
from bot.sources.core.source import Batch
from bot.standin.server import Standin
from matching.index.index import Index, Mode
from matching.query.ast import Word, dump
from storage import schema
from storage.engine.database import Database
from storage.inbound import ingest_queue, sources
from storage.inbound.bulletins import Bulletin, Kind
from storage.migrate import migrate
from storage.outbox import broadcasts
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane
from storage.values.schedules import Every, Schedule

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
WORD = Word("storm")


def intake(database: Database) -> IngestPipeline:
    """As after a start: one subscriber, who waits for storms."""
    index = Index()
    index.add(1, 1, WORD, Mode.RING)
    ttl = timedelta(minutes=15)
    return IngestPipeline(
        database,
        reader(),
        index,
        Repeats(),
        Fusion(database, index, gazetteer(), {}),
        ttl,
        lambda: None,
        lambda: NOW,
        BulletinCounts(CollectorRegistry()),
    )


def storm(number: int) -> Bulletin:
    text = f"Wave {number} of the storm " + "is high and cold and grey " * 40
    return Bulletin(source="blog", key=str(number), title="", text=text, received_at=NOW)


def batch(*bulletins: Bulletin) -> Batch:
    return Batch("blog", bulletins, {"at": len(bulletins)}, baseline=False)


async def left(database: Database) -> int:
    async with database.read() as transaction:
        return await ingest_queue.count_waiting(transaction, 0, 2**40)


async def owed(database: Database) -> int:
    """Broadcasts, however far they are."""
    async with database.read() as transaction:
        count = select(func.count()).select_from(schema.broadcast)
        return (await transaction.execute(count)).scalar_one()


@contextmanager
def disk_with_room_for(size: int, database: Path) -> Iterator[None]:
    """So many bytes more fit in the log of a database; then this process cannot write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = database.with_name(f"{database.name}-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_an_alert_at_the_end_of_a_burst_of_news_is_owed_first(database: Database) -> None:
    """Its source does not say that it is one: its words do."""
    alert = Bulletin(
        source="blog", key="a", title="Air alert in Kherson: a storm of drones", received_at=NOW
    )
    news = [storm(number) for number in range(3 * AT_ONCE)]
    await intake(database).take(batch(*news, alert))
    async with database.read() as transaction:
        (first,) = await broadcasts.unfinished(transaction, Lane.ALERT, limit=9)
        others = await broadcasts.unfinished(transaction, Lane.NEWS, limit=999)
    assert len(others) == len(news)
    assert first.id < others[0].id
    assert [one.bulletin for one in others] == sorted(one.bulletin for one in others)


async def test_a_burst_that_does_not_fit_the_disk_leaves_the_cursor_where_it_was(
    sqlite: Database, tmp_path: Path
) -> None:
    """Case 31 of the catalogue of failures."""
    many = batch(*map(storm, range(4 * AT_ONCE)))
    desk = intake(sqlite)
    await left(sqlite)
    with (
        disk_with_room_for(100_000, tmp_path / "tocsin.db"),
        pytest.raises(Exception, match="disk"),
    ):
        await desk.take(many)
    assert await left(sqlite) == await owed(sqlite) == 0
    async with sqlite.read() as transaction:
        assert (await sources.state(transaction, "blog")).cursor is None
    assert {one.matched for one in await desk.take(many)} == {1}
    assert await owed(sqlite) == 4 * AT_ONCE


async def test_a_disk_that_fills_while_a_burst_is_taken_loses_and_doubles_nothing(
    sqlite: Database, tmp_path: Path
) -> None:
    """Case 31 of the catalogue of failures."""
    desk = intake(sqlite)
    async with sqlite.write() as transaction:
        news = [replace(storm(number), kind=Kind.NEWS) for number in range(8 * AT_ONCE)]
        ids = await ingest_queue.put(transaction, news, NOW)
    with (
        disk_with_room_for(1_000_000, tmp_path / "tocsin.db"),
        pytest.raises(Exception, match="disk"),
    ):
        await desk.drain()
    assert 0 < await left(sqlite) < len(ids)
    assert await left(sqlite) + await owed(sqlite) == len(ids)

    await desk.drain()

    async with sqlite.read() as transaction:
        results = await ingest_queue.results(transaction, ids)
    assert [(one.repeated, one.matched) for one in results.values()] == [(False, 1)] * len(ids)
    assert await owed(sqlite) == len(ids)


async def test_a_process_killed_while_a_burst_is_taken_takes_the_rest_at_its_next_start(
    tmp_path: Path,
) -> None:
    """Case 26 of the catalogue of failures."""
    count = 12 * AT_ONCE
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'tocsin.db'}")
    await migrate(database)
    async with database.write() as transaction:
        target = Target(5_000_000_001)
        person = await subscribers.ensure(transaction, target, ChatKind.PRIVATE, "en", NOW)
        await subscriptions.add(
            transaction,
            person.number,
            query=dump(WORD),
            written="storm",
            schedule=Schedule(Every.NOW),
            next_due_at=None,
            now=NOW,
        )
        ids = await ingest_queue.put(transaction, map(storm, range(count)), NOW)
    async with Standin() as standin:
        installation = Installation(tmp_path, standin)
        async with installation.started():  # until it has begun
            while await left(database) == count:  # noqa: ASYNC110 - another process rings no bell
                await asyncio.sleep(0.005)
        taken = count - await left(database)
        assert 0 < taken < count
        assert await owed(database) == taken

        async with installation.running():
            while await left(database):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)

    async with database.read() as transaction:
        results = await ingest_queue.results(transaction, ids)
    assert [(one.repeated, one.matched) for one in results.values()] == [(False, 1)] * count
    assert await owed(database) == count
    await database.close()
