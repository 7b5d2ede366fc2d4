"""Deduplicator: the same news reaches a subscriber once; similar news stays distinct."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from support.shared_resources import gazetteer, reader, topics

from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from matching.index.index import Index, MatchMode
from matching.near_duplicates import DuplicateReason, canonical_url, compare, fingerprint
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound import bulletins, duplicates
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts, digest_queue
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

PAIRS = [
    block.splitlines()
    for block in (Path(__file__).parent / "fixtures" / "repeats.txt").read_text().split("\n\n")
]
DUPLICATES = [(first, second) for kind, first, second in PAIRS if kind == "same"]
DISTINCT = [(first, second) for kind, first, second in PAIRS if kind == "apart"]


def duplicate_reason(first: str, second: str, *urls: str) -> DuplicateReason | None:
    fingerprints = [
        fingerprint(reader().read("", text), url)
        for text, url in zip((first, second), urls or (None, None), strict=True)
    ]
    first_fingerprint, second_fingerprint = fingerprints
    assert first_fingerprint
    assert second_fingerprint
    return compare(first_fingerprint, second_fingerprint)


@pytest.mark.parametrize(("first", "second"), DUPLICATES)
def test_the_same_news_in_other_words_is_a_duplicate(first: str, second: str) -> None:
    assert duplicate_reason(first, second) is DuplicateReason.SIMILARITY


@pytest.mark.parametrize(("first", "second"), DISTINCT)
def test_different_news_in_similar_words_is_distinct(first: str, second: str) -> None:
    assert duplicate_reason(first, second) is None


def test_short_texts_are_duplicates_only_by_exact_keys() -> None:
    assert duplicate_reason("Bridge in Rivne closed", "Bridge closed in Rivne") is None
    assert (
        duplicate_reason("Bridge in Rivne closed!", "BRIDGE in Rivne closed")
        is DuplicateReason.TEXT
    )
    urls = "https://www.example.org/a?utm_source=x#top", "http://example.org/a/"
    assert duplicate_reason("Bridge in Rivne closed", "No bridge", *urls) is DuplicateReason.URL


def test_an_alert_is_never_a_duplicate() -> None:
    for text in ("Air alert in Kherson Oblast", "All clear in Kherson Oblast"):
        assert fingerprint(reader().read("", text), None) is None


@pytest.mark.parametrize("url", ["", None, "http://[", "::"])
def test_an_invalid_url_is_no_dedup_key(url: str | None) -> None:
    assert canonical_url(url) in (None, "", "::")


class DedupDriver:
    """Ingest pipeline with three subscribers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._index = Index()
        for number, query in enumerate(("Izmail", "silos", "Izmail"), start=1):
            mode = MatchMode.DIGEST if number == 3 else MatchMode.AUDIBLE
            self._index.add(number, number, parse(query, gazetteer(), topics()).query, mode)
        self.restart()

    def restart(self) -> None:
        self.deduplicator = Deduplicator()
        ttl = timedelta(minutes=15)
        self.pipeline = IngestPipeline(
            self.database,
            reader(),
            self._index,
            self.deduplicator,
            AlertTracker(self.database, self._index, gazetteer(), {}),
            ttl,
            lambda: None,
            lambda: NOW,
            BulletinMetrics(CollectorRegistry()),
        )

    async def load(self) -> None:
        await self.deduplicator.load(self.database, reader(), NOW)

    async def ingest(self, source: str, text: str, received_at: datetime = NOW) -> int:
        """Ingest one bulletin; return the number of its recipients."""
        new = Bulletin(
            source=source,
            key=f"{source} {received_at} {text}"[:100],
            text=text,
            received_at=received_at,
        )
        (result,) = await self.pipeline.ingest(Batch(source, (new,), None, is_baseline=False))
        return result.match_count


@pytest.fixture
def driver(database: Database) -> DedupDriver:
    return DedupDriver(database)


async def test_news_of_two_sources_reaches_a_subscriber_once(driver: DedupDriver) -> None:
    first, again = DUPLICATES[0]
    assert await driver.ingest("blog", first) == 3
    assert await driver.ingest("press", again) == 0
    async with driver.database.read() as transaction:
        assert len(await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9)) == 1
        assert len(await digest_queue.list_since(transaction, 0, [3])) == 1
        (original,) = await bulletins.get_newest(transaction, 9)
        duplicate = await duplicates.find(transaction, original.id + 1)
    assert (original.source, original.duplicate_sources) == ("blog", ("press",))
    assert duplicate
    assert (duplicate.original, duplicate.reason) == (original.id, "likeness")


async def test_a_duplicate_reaches_only_subscribers_without_the_original(
    driver: DedupDriver,
) -> None:
    first, again = DUPLICATES[0]
    assert await driver.ingest("blog", first.replace("silos", "sheds")) == 2
    assert await driver.ingest("press", again) == 1
    async with driver.database.read() as transaction:
        recipients = [
            set(b.recipients)
            for b in await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9)
        ]
    assert recipients == [{1}, {2}]


async def test_a_restart_keeps_the_dedup_window(driver: DedupDriver) -> None:
    first, again = DUPLICATES[0]
    await driver.ingest("blog", first)
    driver.restart()
    await driver.load()
    assert await driver.ingest("press", again) == 0


async def test_the_same_news_is_not_a_duplicate_after_six_hours(driver: DedupDriver) -> None:
    first, again = DUPLICATES[0]
    await driver.ingest("blog", first, NOW - timedelta(hours=6, seconds=1))
    assert await driver.ingest("press", again) == 3


async def test_a_url_shared_by_many_bulletins_is_no_dedup_key(driver: DedupDriver) -> None:
    texts = ("Fire in Izmail", "Fair in Izmail", "Storm in Izmail")
    for source, text in zip(("blog", "blog", "press"), texts, strict=True):
        new = Bulletin(
            source=source, key=text, text=text, url="https://example.org/live", received_at=NOW
        )
        (result,) = await driver.pipeline.ingest(Batch(source, (new,), None, is_baseline=False))
        assert result.match_count == 2, text
