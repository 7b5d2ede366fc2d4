"""Deduplicator: the same news reaches a subscriber once; similar news stays distinct."""

from datetime import timedelta
from pathlib import Path

import pytest
from support.dedup_driver import NOW, DedupDriver
from support.shared_resources import reader

from bot.sources.core.source import Batch
from matching.near_duplicates import DuplicateReason, canonical_url, compare, fingerprint
from storage.engine.database import Database
from storage.inbound import bulletins, duplicates
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts, digest_queue
from storage.values.lanes import Lane

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


def test_the_reason_is_the_strongest_of_words_address_and_likeness() -> None:
    first, second = "Bridge in Rivne closed", "Bridge closed in Rivne"
    urls = "https://www.example.org/a?utm_source=x#top", "http://example.org/a/"
    assert duplicate_reason(f"{first}!", first.upper()) is DuplicateReason.TEXT
    assert duplicate_reason(first, second) is DuplicateReason.SIMILARITY
    assert duplicate_reason(first, second, *urls) is DuplicateReason.URL
    assert duplicate_reason(first, "No bridge", *urls) is None


def test_an_alert_is_never_a_duplicate() -> None:
    for text in ("Air alert in Kherson Oblast", "All clear in Kherson Oblast"):
        assert fingerprint(reader().read("", text), None) is None


@pytest.mark.parametrize("url", ["", None, "http://[", "::"])
def test_an_invalid_url_is_no_dedup_key(url: str | None) -> None:
    assert canonical_url(url) in (None, "", "::")


@pytest.fixture
def driver(database: Database) -> DedupDriver:
    return DedupDriver(database, ("Izmail", "silos", "Izmail"), digests=(3,))


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
    assert await driver.ingest("blog", first.replace("silos, ", "")) == 2
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
