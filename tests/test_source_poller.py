"""Poller: backoff, burst limit and recovery from bad_answer answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from support.http_origin import Answer, origin, page, status

from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.sources.backoff import MAX_BACKOFF, poll_delay
from bot.sources.burst_limit import MAX_PUSHED, limit_burst
from bot.sources.core.errors import Refused, SourceError
from bot.sources.core.source import Batch, PolledSource
from bot.sources.http.client import HttpClient, open_session, parse_retry_after
from bot.sources.poller import Poller
from storage.engine.database import Database
from storage.inbound import bulletins, sources
from storage.inbound.bulletins import Bulletin, Kind
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.sources import Cursor, SourceState

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
HALF_A_MINUTE = timedelta(seconds=30)


def clock() -> datetime:
    return NOW


@dataclass
class FakeIngest:
    """Fake of the ingest pipeline: stores bulletins and cursor."""

    database: Database
    pushed: list[str] = field(default_factory=list)  # titles of bulletins outside baselines
    is_broken: bool = False

    async def ingest(self, batch: Batch) -> Sequence[IngestResult]:
        if self.is_broken:
            raise OSError("disk full")
        async with self.database.write() as transaction:
            for bulletin in batch.bulletins:
                await bulletins.add(transaction, bulletin)
            if batch.cursor is not None:
                await sources.record_success(transaction, batch.source, batch.cursor, NOW)
        if not batch.is_baseline:
            self.pushed += [bulletin.title for bulletin in batch.bulletins]
        return [IngestResult(is_duplicate=False, match_count=0) for _ in batch.bulletins]


async def state(database: Database, name: str = "blog") -> SourceState:
    async with database.read() as transaction:
        return await sources.get_state(transaction, name)


def blog(url: str, client: HttpClient) -> PolledSource:
    return LiveblogSettings(kind="liveblog", name="blog", url=url).build_source(client, clock)


@pytest.mark.parametrize(
    "bad_answer",
    [
        status(500),
        page(b""),
        page(b"\0\1\2", "application/octet-stream"),
        page(b"GIF89a", "image/gif"),
        page(b"x" * (20 * 1024 * 1024)),
    ],
    ids=["500", "empty", "no text", "a picture", "20 MB"],
)
async def test_a_bad_answer_is_logged_and_the_cursor_stays(
    sqlite: Database, bad_answer: Answer
) -> None:
    ingest = FakeIngest(sqlite)
    async with origin() as server, open_session() as session:
        poller = Poller(blog(server.url, HttpClient(session, clock)), sqlite, ingest.ingest, clock)
        server.answer = page(b"First\nText.")
        await poller.poll()
        before = await state(sqlite)
        server.answer = bad_answer

        with capture_logs() as logs:
            await poller.poll()

        failed = await state(sqlite)
        assert [(log["event"], log["source"]) for log in logs] == [("poll_failed", "blog")]
        assert "hunter2" not in str(logs)
        assert failed.cursor == before.cursor
        assert (failed.consecutive_errors, failed.succeeded_at) == (1, NOW)
        assert failed.error

        server.answer = page(b"Second\nText!\nFirst\nText.")
        await poller.poll()

    assert ingest.pushed == ["Second"]
    assert (await state(sqlite)).consecutive_errors == 0


async def test_a_poll_after_a_restart_is_not_a_first_poll(sqlite: Database) -> None:
    """Bulletins published while the bot was down are pushed."""
    ingest = FakeIngest(sqlite)
    async with origin() as server, open_session() as session:
        source = blog(server.url, HttpClient(session, clock))
        server.answer = page(b"First\nText.")
        await Poller(source, sqlite, ingest.ingest, clock).poll()
        server.answer = page(b"Second\nText!\nFirst\nText.")

        await Poller(source, sqlite, ingest.ingest, clock).poll()

    assert ingest.pushed == ["Second"]


@dataclass
class ScriptedSource:
    """A source that returns or raises the steps of a script."""

    script: list[Batch | Exception]
    name: str = "blog"
    every: timedelta = HALF_A_MINUTE
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, cursor: Cursor | None) -> Batch:
        if not self.script:
            self.done.set()
            await asyncio.Event().wait()
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


GOOD = Batch("blog", (), {"at": 1}, is_baseline=False)


async def test_neither_a_defect_nor_a_full_disk_ends_the_loop(sqlite: Database) -> None:
    ingest = FakeIngest(sqlite)
    script: list[Batch | Exception] = [KeyError("surprise"), SourceError("down"), GOOD]
    source = ScriptedSource(script, every=timedelta(milliseconds=1))
    with capture_logs() as logs:
        loop = asyncio.create_task(Poller(source, sqlite, ingest.ingest, clock).run())
        async with asyncio.timeout(30):
            await source.done.wait()
        loop.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loop

    assert [log["event"] for log in logs] == [
        "source_adapter_failed",
        "poll_failed",
        "poll_failed",
        "source_recovered",
    ]
    assert (await state(sqlite)).cursor == {"at": 1}


async def test_a_batch_that_was_not_stored_is_fetched_again(sqlite: Database) -> None:
    ingest = FakeIngest(sqlite, is_broken=True)
    poller = Poller(
        ScriptedSource([GOOD, GOOD]), sqlite, ingest.ingest, clock, random_fraction=lambda: 0
    )
    with capture_logs():
        await poller.poll()
    assert (await state(sqlite)).cursor is None
    ingest.is_broken = False

    await poller.poll()

    assert (await state(sqlite)).cursor == {"at": 1}


def batch_of(count: int, *, can_burst: bool = False) -> Batch:
    items = tuple(
        Bulletin(source="blog", key=str(number), title=str(number), received_at=NOW)
        for number in range(count)
    )
    return Batch("blog", items, {"at": 1}, is_baseline=False, can_burst=can_burst)


async def test_a_burst_is_limited_to_the_newest_bulletins(sqlite: Database) -> None:
    """A site can give all its entries new ids at once."""
    ingest = FakeIngest(sqlite)

    with capture_logs() as logs:
        await Poller(
            ScriptedSource([batch_of(MAX_PUSHED + 5)]), sqlite, ingest.ingest, clock
        ).poll()

    assert ingest.pushed[1:] == [str(number) for number in range(5, MAX_PUSHED + 5)]
    assert [(log["event"], log["new"], log["not_sent"]) for log in logs] == [
        ("burst_limited", MAX_PUSHED + 5, 5)
    ]
    async with sqlite.read() as transaction:
        assert len(await bulletins.get_newest(transaction, 100)) == MAX_PUSHED + 6


def test_a_summary_lists_the_bulletins_that_were_not_sent() -> None:
    """A source returns many bulletins at once after an outage."""
    surplus, news = limit_burst(batch_of(MAX_PUSHED + 33))
    summary = news.bulletins[0]

    assert (surplus.is_baseline, surplus.cursor, len(surplus.bulletins)) == (True, None, 33)
    assert (news.is_baseline, news.cursor, len(news.bulletins)) == (
        False,
        {"at": 1},
        MAX_PUSHED + 1,
    )
    assert (summary.kind, summary.title) == (Kind.NEWS, "33 earlier reports came at once")
    lines = summary.text.split("\n")
    assert lines[:3] == ["Not sent one by one:", "32", "31"]
    assert (lines[-1], len(lines)) == ("… and 3 more", 32)


async def test_a_failing_source_does_not_stop_the_others(sqlite: Database) -> None:
    ingest = FakeIngest(sqlite)
    dead = Poller(ScriptedSource([SourceError("down")], name="dead"), sqlite, ingest.ingest, clock)
    healthy = Poller(ScriptedSource([batch_of(1)]), sqlite, ingest.ingest, clock)
    with capture_logs():
        await dead.poll()
        await healthy.poll()

    assert ingest.pushed == ["0"]
    assert (await state(sqlite, "dead")).consecutive_errors == 1
    assert (await state(sqlite)).consecutive_errors == 0


@pytest.mark.parametrize("batch", [batch_of(MAX_PUSHED), batch_of(60, can_burst=True)])
async def test_a_batch_within_the_limit_is_pushed_completely(
    sqlite: Database, batch: Batch
) -> None:
    ingest = FakeIngest(sqlite)

    await Poller(ScriptedSource([batch]), sqlite, ingest.ingest, clock).poll()

    assert len(ingest.pushed) == len(batch.bulletins)


async def test_a_defect_is_reported_like_any_failure(sqlite: Database) -> None:
    poller = Poller(ScriptedSource([KeyError("secret")]), sqlite, FakeIngest(sqlite).ingest, clock)

    with capture_logs():
        await poller.poll()

    assert (await state(sqlite)).error == "could not be read (KeyError): see the log"


async def test_a_source_is_not_polled_before_its_retry_after(sqlite: Database) -> None:
    """A busy service answers 429 with a Retry-After header."""
    busy = Refused(429, retry_after=timedelta(hours=2))
    poller = Poller(
        ScriptedSource([busy]), sqlite, FakeIngest(sqlite).ingest, clock, random_fraction=lambda: 0
    )

    with capture_logs():
        assert await poller.poll() == timedelta(hours=2)


def test_a_successful_poll_is_followed_by_the_interval_with_jitter() -> None:
    assert poll_delay(HALF_A_MINUTE, 0, None, 0) == timedelta(seconds=27)
    assert poll_delay(HALF_A_MINUTE, 0, None, 0.5) == HALF_A_MINUTE
    assert poll_delay(HALF_A_MINUTE, 0, None, 1) == timedelta(seconds=33)


def test_failures_double_the_delay_up_to_eight_intervals() -> None:
    error = SourceError("down")

    delays = [poll_delay(HALF_A_MINUTE, errors, error, 0) for errors in range(1, 7)]

    assert delays == [HALF_A_MINUTE * factor for factor in (1, 2, 4, 8, 8, 8)]


@pytest.mark.parametrize(
    ("every", "limit"),
    [
        (timedelta(seconds=1), timedelta(minutes=1)),
        (timedelta(seconds=15), timedelta(minutes=2)),
        (timedelta(minutes=5), MAX_BACKOFF),
    ],
)
def test_the_backoff_limit_is_between_one_and_fifteen_minutes(
    every: timedelta, limit: timedelta
) -> None:
    assert poll_delay(every, 10_000, SourceError("down"), 0) == limit


def test_a_failure_never_shortens_the_interval() -> None:
    assert poll_delay(timedelta(hours=1), 3, SourceError("down"), 0) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Thu, 05 Mar 2026 08:05:00 GMT", timedelta(minutes=5)),
        ("Thu, 05 Mar 2026 07:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("9" * 30, timedelta.max),
        ("9" * 5000, None),
        ("Thu, 05 Mar 99999 08:05:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, wait: timedelta | None) -> None:
    assert parse_retry_after(text, NOW) == wait
