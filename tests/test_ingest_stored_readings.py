"""Stored readings at ingest: kept with each bulletin, and enough for the dedup window."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import select, update
from support.shared_resources import gazetteer, reader, topics

from alerts.classification import read_bulletin
from alerts.stored_readings import current_version
from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from matching.index.index import Index
from matching.near_duplicates import fingerprint
from matching.reader import Reader, Reading
from matching.steps import Steps
from matching.stored_fingerprint import pack_fingerprint, unpack_fingerprint
from matching.stored_reading import pack
from storage import schema
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, StoredBulletin

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class CountingReader(Reader):
    """Reader that counts the readings."""

    read_in_all = 0

    def read_in_steps(self, *args: Any, **kwargs: Any) -> Steps[Reading]:
        self.read_in_all += 1
        return super().read_in_steps(*args, **kwargs)


def make_pipeline(database: Database, deduplicator: Deduplicator) -> IngestPipeline:
    index = Index()
    return IngestPipeline(
        database,
        reader(),
        index,
        deduplicator,
        AlertTracker(database, index, gazetteer(), {}),
        timedelta(minutes=15),
        lambda: None,
        lambda: NOW,
        BulletinMetrics(CollectorRegistry()),
    )


def news(*texts: str, source: str = "blog", received_at: datetime = NOW) -> Batch:
    new = tuple(
        Bulletin(
            source=source, key=f"{received_at} {text}"[:100], text=text, received_at=received_at
        )
        for text in texts
    )
    return Batch(source, new, None, is_baseline=False)


async def load_bulletins(database: Database) -> Sequence[StoredBulletin]:
    async with database.read() as transaction:
        return await bulletins.get_newest(transaction, 9)


async def test_the_reading_is_stored_with_the_bulletin(database: Database) -> None:
    batch = news("Air raid alert in Kyiv Oblast", "All clear in Kyiv Oblast", "Trains are late")
    await make_pipeline(database, Deduplicator()).ingest(batch)
    async with database.read() as transaction:
        rows = (await transaction.execute(select(schema.reading).order_by("bulletin"))).all()
    readings = [read_bulletin(reader(), bulletin) for bulletin in batch.bulletins]
    assert [row.packed for row in rows] == list(map(pack, readings))
    assert {row.version for row in rows} == {current_version(reader())}
    states = [bulletin.alert_state for bulletin in await load_bulletins(database)]
    assert states == ["NEWS", "CLEAR", "ALERT"]


def test_a_stored_fingerprint_equals_the_computed_one() -> None:
    for first, second, url in (
        (
            "Bridge over the Dnipro in Kherson closed",
            "Trains are late; 5.6 km of track is gone",
            None,
        ),
        ("🔴 Порт Одеси не працює", "", "https://www.example.org/a?utm_source=x"),
        ("", "Explosion at a bakery in Kyiv", "https://example.org/b"),
    ):
        computed = fingerprint(reader().read(first, second), url, f"{first}\n{second}")
        assert computed is not None
        assert unpack_fingerprint(pack_fingerprint(computed), gazetteer()) == computed


async def test_a_reading_is_deleted_with_its_bulletin(database: Database) -> None:
    await make_pipeline(database, Deduplicator()).ingest(news("Trains are late"))
    async with database.write() as transaction:
        assert await bulletins.purge(transaction, NOW + timedelta(days=1), limit=10) == 1
        assert (await transaction.execute(select(schema.reading))).all() == []


async def test_a_restart_reads_no_text_again(database: Database) -> None:
    """Six hours of news would delay every start, and every failed transaction, by their reading."""
    await make_pipeline(database, Deduplicator()).ingest(news("Trains are late", "Fair in Izmail"))
    counting_reader = CountingReader(gazetteer(), topics())
    restarted = Deduplicator()
    await restarted.load(database, counting_reader, NOW)
    assert counting_reader.read_in_all == 0
    pipeline = make_pipeline(database, restarted)
    await pipeline.ingest(news("Trains are late", "Fair in Izmail", source="press"))
    assert [b.duplicate_sources for b in await load_bulletins(database)] == [("press",)] * 2


async def test_a_start_after_an_upgrade_keeps_the_dedup_window(database: Database) -> None:
    """Readings of an older reader are good enough; bulletins without one are read, within a limit.

    Other tasks run between the texts.
    """
    await make_pipeline(database, Deduplicator()).ingest(news("Trains are late", "Fair in Izmail"))
    async with database.write() as transaction:
        first = schema.reading.c.bulletin == 1
        await transaction.execute(update(schema.reading).where(first).values(version="old"))
        await transaction.execute(schema.reading.delete().where(~first))
        await transaction.execute(update(schema.reading).values(fingerprint=None))
    counting_reader = CountingReader(gazetteer(), topics())
    restarted = Deduplicator()
    await restarted.load(database, counting_reader, NOW)
    assert counting_reader.read_in_all == 1
    pipeline = make_pipeline(database, restarted)
    await pipeline.ingest(news("Trains are late", "Fair in Izmail", source="press"))
    assert [b.duplicate_sources for b in await load_bulletins(database)] == [("press",)] * 2


async def test_a_start_loads_a_bounded_number_of_bulletins_in_steps(sqlite: Database) -> None:
    """A bulletin a second for six hours: the newest 5,000 are kept, and other tasks run on."""
    storm = fingerprint(reader().read("", "Storm in Izmail"), None)
    assert storm is not None
    packed_fingerprint = pack_fingerprint(storm)
    now = NOW - timedelta(hours=1)
    async with sqlite.write() as transaction:
        stored = await bulletins.add_all(
            transaction,
            [
                Bulletin(source=f"s{n}", key="k", text="Storm in Izmail", received_at=now)
                for n in range(5_400)
            ],
        )
        values = [
            {
                "bulletin": bulletin.id,
                "version": "old",
                "alert_state": "NEWS",
                "is_unplaced": False,
                "packed": "[]",
                "fingerprint": packed_fingerprint,
            }
            for bulletin in stored
        ]
        await transaction.execute(schema.reading.insert(), values)
    turns = 0

    async def run_other_task() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other_task = asyncio.create_task(run_other_task())
    deduplicator = Deduplicator()
    counting_reader = CountingReader(gazetteer(), topics())
    await deduplicator.load(sqlite, counting_reader, NOW)
    other_task.cancel()
    await asyncio.wait({other_task})
    assert counting_reader.read_in_all == 0
    assert len(deduplicator._recent) == 5_000
    assert turns > 20
