"""Ingest pipeline: from a source's batch to the outbox."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from support.shared_resources import gazetteer, reader, topics

from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.dedup_keys import content_key
from bot.sources.core.source import Batch
from matching.index.index import Index, MatchMode
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound import bulletins, ingest_queue, sources
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.inbound.incidents import NotificationReason
from storage.outbox import broadcasts, digest_queue
from storage.outbox.broadcasts import Broadcast
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class PipelineDriver:
    """Ingest pipeline with subscriptions, and helpers to read the outbox."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.wakeups = 0
        self.registry = CollectorRegistry()
        self._index = Index()
        self.pipeline = IngestPipeline(
            database,
            reader(),
            self._index,
            Deduplicator(),
            AlertTracker(database, self._index, gazetteer(), {}),
            timedelta(minutes=15),
            self._count_wakeup,
            lambda: self.now,
            BulletinMetrics(self.registry),
        )

    def _count_wakeup(self) -> None:
        self.wakeups += 1

    def subscribe(self, number: int, query: str, mode: MatchMode = MatchMode.AUDIBLE) -> None:
        parsed = parse(query, gazetteer(), topics())
        self._index.add(number, number, parsed.query, mode)

    async def ingest(self, *new: Bulletin, baseline: bool = False) -> list[tuple[bool, int]]:
        batch = Batch("blog", new, {"at": len(new)}, is_baseline=baseline)
        return [
            (result.is_duplicate, result.match_count)
            for result in await self.pipeline.ingest(batch)
        ]

    async def unfinished_broadcasts(self) -> list[Broadcast]:
        async with self.database.read() as transaction:
            alerts = await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=500)
            return alerts + await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=500)


@pytest.fixture
def driver(database: Database) -> PipelineDriver:
    return PipelineDriver(database)


def bulletin(title: str, key: str | None = None, **more: object) -> Bulletin:
    values = {"received_at": NOW, **more}
    return Bulletin(source="blog", key=key or title, title=title, **values)  # type: ignore[arg-type]


async def test_a_bulletin_goes_to_its_recipients(driver: PipelineDriver) -> None:
    driver.subscribe(1, "Kherson")
    driver.subscribe(2, "Kherson", MatchMode.SILENT)
    driver.subscribe(3, "Kherson", MatchMode.DIGEST)
    driver.subscribe(4, "Odesa")
    assert await driver.ingest(bulletin("Storm over Kherson")) == [(False, 3)]
    (broadcast,) = await driver.unfinished_broadcasts()
    assert (set(broadcast.recipients), set(broadcast.silent)) == ({1, 2}, {2})
    assert broadcast.lane is Lane.NEWS
    async with driver.database.read() as transaction:
        (waiting,) = await digest_queue.list_since(transaction, 0, [3])
    assert set(waiting.recipients) == {3}
    assert driver.wakeups


async def test_a_bulletin_without_recipients_is_stored(driver: PipelineDriver) -> None:
    assert await driver.ingest(bulletin("Storm over Kherson")) == [(False, 0)]
    assert await driver.unfinished_broadcasts() == []
    async with driver.database.read() as transaction:
        assert len(await bulletins.get_newest(transaction, 9)) == 1


async def test_an_alert_goes_to_the_alert_lane(driver: PipelineDriver) -> None:
    driver.subscribe(1, "Kherson")
    await driver.ingest(
        bulletin("Air alert in Kherson Oblast"),
        bulletin("Sirens", kind=Kind.ALERT, regions=("Kherson Oblast",)),
        bulletin("It is over", phase=Phase.CLEAR, regions=("Kherson",)),
        bulletin("Air alert in Kherson, a book", kind=Kind.NEWS),
    )
    assert [b.lane for b in await driver.unfinished_broadcasts()] == [Lane.ALERT] * 3 + [Lane.NEWS]


async def test_a_baseline_bulletin_is_stored_and_not_pushed(driver: PipelineDriver) -> None:
    driver.subscribe(1, "Kherson")
    assert await driver.ingest(bulletin("Storm over Kherson"), baseline=True) == [(False, 0)]
    assert await driver.unfinished_broadcasts() == []
    assert await driver.ingest(bulletin("Storm over Kherson")) == [(True, 0)]


async def test_an_old_alert_is_not_pushed_but_summarized_and_kept_for_digests(
    driver: PipelineDriver,
) -> None:
    """After an outage, old alerts must not be pushed as new."""
    driver.subscribe(1, "Kherson")
    driver.subscribe(2, "Kherson", MatchMode.DIGEST)
    old_time = NOW - timedelta(minutes=16)
    assert await driver.ingest(
        bulletin("Air alert in Kherson", published_at=old_time),
        bulletin("Rain in Kherson", published_at=old_time),
    ) == [(False, 2), (False, 2)]
    summary, rain = await driver.unfinished_broadcasts()
    assert {rain.lane, summary.lane} == {Lane.NEWS}
    assert (rain.reason, summary.reason) == (None, NotificationReason.MISSED)
    assert set(summary.silent) == {1}


async def test_an_expired_bulletin_is_not_pushed(driver: PipelineDriver) -> None:
    driver.subscribe(1, "Kherson")
    await driver.ingest(bulletin("Storm over Kherson", expires_at=NOW))
    assert await driver.unfinished_broadcasts() == []


async def test_the_same_text_without_an_id_is_a_new_bulletin_the_next_day(
    driver: PipelineDriver,
) -> None:
    key = content_key("Air alert in Kherson", "")
    first = bulletin("Air alert in Kherson", key)
    tomorrow = NOW + timedelta(hours=25)
    assert await driver.ingest(first, first) == [(False, 0), (True, 0)]
    assert await driver.ingest(bulletin("Air alert in Kherson", key, received_at=tomorrow)) == [
        (False, 0)
    ]


async def test_the_same_id_is_never_a_new_bulletin(driver: PipelineDriver) -> None:
    await driver.ingest(bulletin("Storm", "id-1"))
    late = NOW + timedelta(days=30)
    assert await driver.ingest(bulletin("Storm", "id-1", received_at=late)) == [(True, 0)]


async def test_two_equal_large_batches_are_ingested_once(
    driver: PipelineDriver,
) -> None:
    driver.subscribe(1, "Kherson")
    batch = [bulletin(f"Storm number {n} over Kherson") for n in range(250)]
    first, second = await asyncio.gather(driver.ingest(*batch), driver.ingest(*batch))
    assert sorted(zip(first, second, strict=True)) == sorted(
        zip(first, [(not repeated, 1 - matched) for repeated, matched in first], strict=True)
    )
    assert len(await driver.unfinished_broadcasts()) == 250
    async with driver.database.read() as transaction:
        assert (await sources.get_state(transaction, "blog")).cursor == {"at": 250}


async def test_the_metrics_count_the_results_of_each_source(
    driver: PipelineDriver,
) -> None:
    driver.subscribe(1, "Kherson")
    await driver.ingest(bulletin("Storm over Kherson"), bulletin("Rain in Kyiv"))
    await driver.ingest(bulletin("Storm over Kherson"))
    await driver.ingest(*(bulletin(f"Storm number {n} over Kherson") for n in range(60)))
    fates = {
        fate: driver.registry.get_sample_value(
            "tocsin_bulletins_total", {"source": "blog", "fate": fate}
        )
        for fate in ("matched", "unmatched", "repeated")
    }
    assert fates == {"matched": 61, "unmatched": 1, "repeated": 1}


async def test_a_batch_that_cannot_be_stored_leaves_the_cursor_unchanged(
    driver: PipelineDriver,
) -> None:
    invalid = bulletin("Bad", url="x" * 10, received_at="not a time")
    with pytest.raises(Exception, match="."):
        await driver.ingest(bulletin("Good"), invalid)
    async with driver.database.read() as transaction:
        assert await bulletins.get_newest(transaction, 9) == []
        assert (await sources.get_state(transaction, "blog")).cursor is None


async def test_arrivals_of_another_process_are_ingested_and_get_results(
    driver: PipelineDriver,
) -> None:
    driver.subscribe(1, "Kherson")
    arrivals: Sequence[Bulletin] = [bulletin("Storm over Kherson"), bulletin("Storm over Kherson")]
    async with driver.database.write() as transaction:
        ids = await ingest_queue.enqueue(transaction, arrivals, NOW)
    await driver.pipeline.drain()
    async with driver.database.read() as transaction:
        results = await ingest_queue.get_results(transaction, ids)
    assert [(r.is_duplicate, r.match_count) for r in results.values()] == [(False, 1), (True, 0)]
    assert len(await driver.unfinished_broadcasts()) == 1
