"""From a source's batch to what is owed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from support.shared_resources import gazetteer, reader, topics

from alerts.tracker import Fusion
from bot.ingest.deduplicator import Repeats
from bot.ingest.metrics import BulletinCounts
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.dedup_keys import content_key
from bot.sources.core.source import Batch
from matching.index.index import Index, Mode
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound import bulletins, ingest_queue, sources
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.inbound.incidents import Telling
from storage.outbox import broadcasts, digest_queue
from storage.outbox.broadcasts import Broadcast
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class Desk:
    """An intake, its subscriptions, and what it has come to owe."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.rung = 0
        self.registry = CollectorRegistry()
        self._index = Index()
        self.intake = IngestPipeline(
            database,
            reader(),
            self._index,
            Repeats(),
            Fusion(database, self._index, gazetteer(), {}),
            timedelta(minutes=15),
            self._ring,
            lambda: self.now,
            BulletinCounts(self.registry),
        )

    def _ring(self) -> None:
        self.rung += 1

    def subscribe(self, number: int, query: str, mode: Mode = Mode.RING) -> None:
        parsed = parse(query, gazetteer(), topics())
        self._index.add(number, number, parsed.query, mode)

    async def take(self, *new: Bulletin, baseline: bool = False) -> list[tuple[bool, int]]:
        batch = Batch("blog", new, {"at": len(new)}, baseline=baseline)
        return [(one.repeated, one.matched) for one in await self.intake.take(batch)]

    async def owed(self) -> list[Broadcast]:
        async with self.database.read() as transaction:
            alerts = await broadcasts.unfinished(transaction, Lane.ALERT, limit=500)
            return alerts + await broadcasts.unfinished(transaction, Lane.NEWS, limit=500)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def said(title: str, key: str | None = None, **more: object) -> Bulletin:
    values = {"received_at": NOW, **more}
    return Bulletin(source="blog", key=key or title, title=title, **values)  # type: ignore[arg-type]


async def test_a_bulletin_is_owed_to_whom_it_concerns(desk: Desk) -> None:
    desk.subscribe(1, "Kherson")
    desk.subscribe(2, "Kherson", Mode.SILENT)
    desk.subscribe(3, "Kherson", Mode.HELD)
    desk.subscribe(4, "Odesa")
    assert await desk.take(said("Storm over Kherson")) == [(False, 3)]
    (broadcast,) = await desk.owed()
    assert (set(broadcast.recipients), set(broadcast.silent)) == ({1, 2}, {2})
    assert broadcast.lane is Lane.NEWS
    async with desk.database.read() as transaction:
        (waiting,) = await digest_queue.since(transaction, 0, [3])
    assert set(waiting.recipients) == {3}
    assert desk.rung


async def test_what_concerns_nobody_is_stored_and_owed_to_nobody(desk: Desk) -> None:
    assert await desk.take(said("Storm over Kherson")) == [(False, 0)]
    assert await desk.owed() == []
    async with desk.database.read() as transaction:
        assert len(await bulletins.newest(transaction, 9)) == 1


async def test_an_alert_has_the_lane_of_alerts(desk: Desk) -> None:
    desk.subscribe(1, "Kherson")
    await desk.take(
        said("Air alert in Kherson Oblast"),
        said("Sirens", kind=Kind.ALERT, regions=("Kherson Oblast",)),
        said("It is over", phase=Phase.CLEAR, regions=("Kherson",)),
        said("Air alert in Kherson, a book", kind=Kind.NEWS),
    )
    assert [b.lane for b in await desk.owed()] == [Lane.ALERT] * 3 + [Lane.NEWS]


async def test_what_was_there_before_we_came_is_stored_and_not_pushed(desk: Desk) -> None:
    desk.subscribe(1, "Kherson")
    assert await desk.take(said("Storm over Kherson"), baseline=True) == [(False, 0)]
    assert await desk.owed() == []
    assert await desk.take(said("Storm over Kherson")) == [(True, 0)]


async def test_an_alert_too_old_does_not_ring_but_is_summed_up_and_kept_for_the_digest(
    desk: Desk,
) -> None:
    """Case 46 of the catalogue of failures."""
    desk.subscribe(1, "Kherson")
    desk.subscribe(2, "Kherson", Mode.HELD)
    old = NOW - timedelta(minutes=16)
    assert await desk.take(
        said("Air alert in Kherson", published_at=old), said("Rain in Kherson", published_at=old)
    ) == [(False, 2), (False, 2)]
    summary, rain = await desk.owed()
    assert {rain.lane, summary.lane} == {Lane.NEWS}
    assert (rain.telling, summary.telling) == (None, Telling.MISSED)
    assert set(summary.silent) == {1}


async def test_what_has_expired_is_not_pushed(desk: Desk) -> None:
    desk.subscribe(1, "Kherson")
    await desk.take(said("Storm over Kherson", expires_at=NOW))
    assert await desk.owed() == []


async def test_the_same_words_without_an_id_are_news_again_the_next_day(desk: Desk) -> None:
    key = content_key("Air alert in Kherson", "")
    first = said("Air alert in Kherson", key)
    tomorrow = NOW + timedelta(hours=25)
    assert await desk.take(first, first) == [(False, 0), (True, 0)]
    assert await desk.take(said("Air alert in Kherson", key, received_at=tomorrow)) == [(False, 0)]


async def test_the_same_id_is_never_news_again(desk: Desk) -> None:
    await desk.take(said("Storm", "id-1"))
    late = NOW + timedelta(days=30)
    assert await desk.take(said("Storm", "id-1", received_at=late)) == [(True, 0)]


async def test_many_at_once_all_arrive_and_two_who_bring_the_same_bring_it_once(
    desk: Desk,
) -> None:
    desk.subscribe(1, "Kherson")
    many = [said(f"Storm number {n} over Kherson") for n in range(250)]
    first, second = await asyncio.gather(desk.take(*many), desk.take(*many))
    assert sorted(zip(first, second, strict=True)) == sorted(
        zip(first, [(not repeated, 1 - matched) for repeated, matched in first], strict=True)
    )
    assert len(await desk.owed()) == 250
    async with desk.database.read() as transaction:
        assert (await sources.state(transaction, "blog")).cursor == {"at": 250}


async def test_an_operator_sees_what_became_of_what_each_source_brought(desk: Desk) -> None:
    desk.subscribe(1, "Kherson")
    await desk.take(said("Storm over Kherson"), said("Rain in Kyiv"))
    await desk.take(said("Storm over Kherson"))
    await desk.take(*(said(f"Storm number {n} over Kherson") for n in range(60)))
    fates = {
        fate: desk.registry.get_sample_value(
            "tocsin_bulletins_total", {"source": "blog", "fate": fate}
        )
        for fate in ("matched", "unmatched", "repeated")
    }
    assert fates == {"matched": 61, "unmatched": 1, "repeated": 1}


async def test_a_batch_that_cannot_be_stored_leaves_the_cursor_where_it_was(desk: Desk) -> None:
    bad = said("Bad", url="x" * 10, received_at="not a time")
    with pytest.raises(Exception, match="."):
        await desk.take(said("Good"), bad)
    async with desk.database.read() as transaction:
        assert await bulletins.newest(transaction, 9) == []
        assert (await sources.state(transaction, "blog")).cursor is None


async def test_what_another_process_put_in_is_taken_and_it_is_told(desk: Desk) -> None:
    desk.subscribe(1, "Kherson")
    brought: Sequence[Bulletin] = [said("Storm over Kherson"), said("Storm over Kherson")]
    async with desk.database.write() as transaction:
        ids = await ingest_queue.put(transaction, brought, NOW)
    await desk.intake.drain()
    async with desk.database.read() as transaction:
        results = await ingest_queue.results(transaction, ids)
    assert [(r.repeated, r.matched) for r in results.values()] == [(False, 1), (True, 0)]
    assert len(await desk.owed()) == 1
