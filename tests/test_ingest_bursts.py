"""Bursts: thousands of bulletins at once, from a source back from an outage."""

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
from support.stored_subscriptions import store_subscriptions

from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import BATCH_SIZE, IngestPipeline
from bot.sources.core.source import Batch
from bot.standin.server import Standin
from matching.index.index import Index, MatchMode
from matching.query.ast import Word
from storage import schema
from storage.engine.database import Database
from storage.inbound import ingest_queue, sources
from storage.inbound.bulletins import Bulletin, Kind
from storage.outbox import broadcasts
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
STORM = Word("storm")


def new_pipeline(database: Database) -> IngestPipeline:
    """Return a new pipeline with one subscriber, who waits for storms."""
    index = Index()
    index.add(1, 1, STORM, MatchMode.AUDIBLE)
    ttl = timedelta(minutes=15)
    return IngestPipeline(
        database,
        reader(),
        index,
        Deduplicator(),
        AlertTracker(database, index, gazetteer(), {}),
        ttl,
        lambda: None,
        lambda: NOW,
        BulletinMetrics(CollectorRegistry()),
    )


def storm(number: int) -> Bulletin:
    text = f"Wave {number} of the storm " + "is high and cold and grey " * 40
    return Bulletin(source="blog", key=str(number), title="", text=text, received_at=NOW)


def batch(*bulletins: Bulletin) -> Batch:
    return Batch("blog", bulletins, {"at": len(bulletins)}, is_baseline=False)


async def count_waiting(database: Database) -> int:
    async with database.read() as transaction:
        return await ingest_queue.count_waiting(transaction, 0, 2**40)


async def count_broadcasts(database: Database) -> int:
    """Count all broadcasts."""
    async with database.read() as transaction:
        count = select(func.count()).select_from(schema.broadcast)
        return (await transaction.execute(count)).scalar_one()


@contextmanager
def limited_disk(size: int, database: Path) -> Iterator[None]:
    """Let the write-ahead log of a database grow by `size` bytes at most."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = database.with_name(f"{database.name}-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_an_alert_at_the_end_of_a_burst_of_news_is_enqueued_first(database: Database) -> None:
    """Its source does not declare it as an alert; its text does."""
    alert = Bulletin(
        source="blog", key="a", title="Air alert in Kherson: a storm of drones", received_at=NOW
    )
    news = [storm(number) for number in range(3 * BATCH_SIZE)]
    await new_pipeline(database).ingest(batch(*news, alert))
    async with database.read() as transaction:
        (first,) = await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=9)
        news_broadcasts = await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=999)
    assert len(news_broadcasts) == len(news)
    assert first.id < news_broadcasts[0].id
    assert [result.bulletin for result in news_broadcasts] == sorted(
        result.bulletin for result in news_broadcasts
    )


async def test_an_alert_does_not_wait_for_a_queue_of_long_texts(database: Database) -> None:
    """One transaction reads a limited number of characters, not only of bulletins."""
    pipeline = new_pipeline(database)
    filler = "The sea is calm. " * 1_000
    async with database.write() as transaction:
        news = [replace(storm(n), kind=Kind.NEWS, text=filler) for n in range(10)]
        await ingest_queue.enqueue(transaction, news, NOW)
    alert = Bulletin(
        source="siren",
        key="a",
        title="Air alert in Kherson: a storm of drones",
        kind=Kind.ALERT,
        received_at=NOW,
    )
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(pipeline.drain())
        await asyncio.sleep(0)
        await pipeline.ingest(batch(alert))
        waiting = await count_waiting(database)
    assert waiting >= 8
    assert await count_waiting(database) == 0


async def test_an_alert_goes_before_waiting_batches_of_long_texts(database: Database) -> None:
    """Many senders publish long texts at the same moment."""
    pipeline = new_pipeline(database)
    filler = "The sea is calm. " * 1_000
    alert = Bulletin(
        source="siren",
        key="a",
        title="Air alert in Kherson: a storm of drones",
        kind=Kind.ALERT,
        received_at=NOW,
    )
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        senders = [
            group.create_task(pipeline.ingest(batch(replace(storm(n), text=filler))))
            for n in range(8)
        ]
        await asyncio.sleep(0)
        await pipeline.ingest(batch(alert))
        waiting = [sender for sender in senders if not sender.done()]
    assert len(waiting) >= 6


async def test_a_burst_that_does_not_fit_the_disk_leaves_the_cursor_unchanged(
    sqlite: Database, tmp_path: Path
) -> None:
    """Bulletins that are not stored must be fetched again."""
    burst = batch(*map(storm, range(4 * BATCH_SIZE)))
    pipeline = new_pipeline(sqlite)
    await count_waiting(sqlite)
    with (
        limited_disk(100_000, tmp_path / "tocsin.db"),
        pytest.raises(Exception, match="disk"),
    ):
        await pipeline.ingest(burst)
    assert await count_waiting(sqlite) == await count_broadcasts(sqlite) == 0
    async with sqlite.read() as transaction:
        assert (await sources.get_state(transaction, "blog")).cursor is None
    assert {result.match_count for result in await pipeline.ingest(burst)} == {1}
    assert await count_broadcasts(sqlite) == 4 * BATCH_SIZE


async def test_a_disk_that_fills_during_a_burst_loses_and_duplicates_nothing(
    sqlite: Database, tmp_path: Path
) -> None:
    """A bulletin leaves the ingest queue only together with the storing of its broadcast."""
    pipeline = new_pipeline(sqlite)
    async with sqlite.write() as transaction:
        news = [replace(storm(number), kind=Kind.NEWS) for number in range(8 * BATCH_SIZE)]
        ids = await ingest_queue.enqueue(transaction, news, NOW)
    with (
        limited_disk(1_000_000, tmp_path / "tocsin.db"),
        pytest.raises(Exception, match="disk"),
    ):
        await pipeline.drain()
    assert 0 < await count_waiting(sqlite) < len(ids)
    assert await count_waiting(sqlite) + await count_broadcasts(sqlite) == len(ids)

    await pipeline.drain()

    async with sqlite.read() as transaction:
        results = await ingest_queue.get_results(transaction, ids)
    assert [(result.is_duplicate, result.match_count) for result in results.values()] == [
        (False, 1)
    ] * len(ids)
    assert await count_broadcasts(sqlite) == len(ids)


async def test_a_restart_ingests_the_rest_of_an_interrupted_burst(
    sqlite: Database, tmp_path: Path
) -> None:
    """SIGKILL interrupts the ingest in the middle of a burst."""
    count = 6 * BATCH_SIZE
    await store_subscriptions(sqlite, [5_000_000_001], "word:storm", NOW)
    async with sqlite.write() as transaction:
        ids = await ingest_queue.enqueue(transaction, map(storm, range(count)), NOW)
    async with Standin() as standin:
        installation = Installation(tmp_path, standin)
        async with installation.started():  # until it has begun
            async with asyncio.timeout(60):
                while await count_waiting(sqlite) == count:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.005)
        ingested = count - await count_waiting(sqlite)
        assert 0 < ingested < count
        assert await count_broadcasts(sqlite) == ingested

        async with installation.running():
            async with asyncio.timeout(60):
                while await count_waiting(sqlite):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.02)

    async with sqlite.read() as transaction:
        results = await ingest_queue.get_results(transaction, ids)
    assert [(result.is_duplicate, result.match_count) for result in results.values()] == [
        (False, 1)
    ] * count
    assert await count_broadcasts(sqlite) == count
