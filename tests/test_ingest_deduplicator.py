"""The same news twice reaches a person once; like news stay apart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from support.shared_resources import gazetteer, reader, topics

from alerts.tracker import Fusion
from bot.ingest.deduplicator import Repeats
from bot.ingest.metrics import BulletinCounts
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from matching.index.index import Index, Mode
from matching.near_duplicates import Why, canonical, fingerprint, same
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
SAME = [(one, other) for kind, one, other in PAIRS if kind == "same"]
APART = [(one, other) for kind, one, other in PAIRS if kind == "apart"]


def why(one: str, other: str, *urls: str) -> Why | None:
    first, second = [
        fingerprint(reader().read("", text), url)
        for text, url in zip((one, other), urls or (None, None), strict=True)
    ]
    assert first
    assert second
    return same(first, second)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_news_in_other_words_is_one(one: str, other: str) -> None:
    assert why(one, other) is Why.LIKENESS


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_news_in_like_words_stay_apart(one: str, other: str) -> None:
    assert why(one, other) is None


def test_short_texts_are_one_only_by_exact_keys() -> None:
    assert why("Bridge in Rivne closed", "Bridge closed in Rivne") is None
    assert why("Bridge in Rivne closed!", "BRIDGE in Rivne closed") is Why.WORDS
    urls = "https://www.example.org/a?utm_source=x#top", "http://example.org/a/"
    assert why("Bridge in Rivne closed", "No bridge", *urls) is Why.ADDRESS


def test_an_alert_is_never_folded() -> None:
    for text in ("Air alert in Kherson Oblast", "All clear in Kherson Oblast"):
        assert fingerprint(reader().read("", text), None) is None


@pytest.mark.parametrize("url", ["", None, "http://[", "::"])
def test_an_address_that_is_none_is_no_key(url: str | None) -> None:
    assert canonical(url) in (None, "", "::")


class Desk:
    """An intake with two subscribers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._index = Index()
        for number, query in enumerate(("Izmail", "silos", "Izmail"), start=1):
            mode = Mode.HELD if number == 3 else Mode.RING
            self._index.add(number, number, parse(query, gazetteer(), topics()).query, mode)
        self.restart()

    def restart(self) -> None:
        self.repeats = Repeats()
        ttl = timedelta(minutes=15)
        self.intake = IngestPipeline(
            self.database,
            reader(),
            self._index,
            self.repeats,
            Fusion(self.database, self._index, gazetteer(), {}),
            ttl,
            lambda: None,
            lambda: NOW,
            BulletinCounts(CollectorRegistry()),
        )

    async def load(self) -> None:
        await self.repeats.load(self.database, reader(), NOW)

    async def bring(self, source: str, text: str, at: datetime = NOW) -> int:
        """How many were told."""
        new = Bulletin(source=source, key=f"{source} {at} {text}"[:100], text=text, received_at=at)
        (taken,) = await self.intake.take(Batch(source, (new,), None, baseline=False))
        return taken.matched


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_what_two_sources_tell_reaches_a_person_once(desk: Desk) -> None:
    first, again = SAME[0]
    assert await desk.bring("blog", first) == 3
    assert await desk.bring("press", again) == 0
    async with desk.database.read() as transaction:
        assert len(await broadcasts.unfinished(transaction, Lane.NEWS, limit=9)) == 1
        assert len(await digest_queue.since(transaction, 0, [3])) == 1
        (shown,) = await bulletins.newest(transaction, 9)
        repeat = await duplicates.find(transaction, shown.id + 1)
    assert (shown.source, shown.also) == ("blog", ("press",))
    assert repeat
    assert (repeat.into, repeat.why) == (shown.id, "likeness")


async def test_who_was_not_told_the_first_time_is_told_the_second(desk: Desk) -> None:
    first, again = SAME[0]
    assert await desk.bring("blog", first.replace("silos", "sheds")) == 2
    assert await desk.bring("press", again) == 1
    async with desk.database.read() as transaction:
        recipients = [
            set(b.recipients) for b in await broadcasts.unfinished(transaction, Lane.NEWS, limit=9)
        ]
    assert recipients == [{1}, {2}]


async def test_a_restart_remembers_what_was_told(desk: Desk) -> None:
    first, again = SAME[0]
    await desk.bring("blog", first)
    desk.restart()
    await desk.load()
    assert await desk.bring("press", again) == 0


async def test_after_six_hours_it_is_news_again(desk: Desk) -> None:
    first, again = SAME[0]
    await desk.bring("blog", first, NOW - timedelta(hours=6, seconds=1))
    assert await desk.bring("press", again) == 3


async def test_one_address_of_many_entries_makes_none_of_them_the_same(desk: Desk) -> None:
    texts = ("Fire in Izmail", "Fair in Izmail", "Storm in Izmail")
    for source, text in zip(("blog", "blog", "press"), texts, strict=True):
        new = Bulletin(
            source=source, key=text, text=text, url="https://example.org/live", received_at=NOW
        )
        (taken,) = await desk.intake.take(Batch(source, (new,), None, baseline=False))
        assert taken.matched == 2, text
