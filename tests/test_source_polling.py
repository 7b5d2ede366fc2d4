"""A source is asked for as long as the process runs, whatever it answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from support.http_origin import Answer, origin, page, status

from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.sources.backoff import LONGEST_BACKOFF, pause
from bot.sources.burst_limit import MOST_NEW, capped
from bot.sources.core.source import Batch, Polled, Refused, SourceError
from bot.sources.http.client import Fetcher, open_session, parse_retry_after
from bot.sources.poller import Poller
from storage.engine.database import Database
from storage.inbound import bulletins, sources
from storage.inbound.bulletins import Bulletin, Kind
from storage.inbound.ingest_queue import Taken
from storage.inbound.sources import Cursor, SourceState

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
HALF_A_MINUTE = timedelta(seconds=30)


def clock() -> datetime:
    return NOW


@dataclass
class Taker:
    """Stores what comes, as intake does."""

    database: Database
    pushed: list[str] = field(default_factory=list)  # titles of what was no baseline
    broken: bool = False

    async def take(self, batch: Batch) -> Sequence[Taken]:
        if self.broken:
            raise OSError("disk full")
        async with self.database.write() as transaction:
            for bulletin in batch.bulletins:
                await bulletins.add(transaction, bulletin)
            if batch.cursor is not None:
                await sources.succeed(transaction, batch.source, batch.cursor, NOW)
        if not batch.baseline:
            self.pushed += [bulletin.title for bulletin in batch.bulletins]
        return [Taken(repeated=False, matched=0) for _ in batch.bulletins]


async def state(database: Database, name: str = "blog") -> SourceState:
    async with database.read() as transaction:
        return await sources.state(transaction, name)


def blog(url: str, fetcher: Fetcher) -> Polled:
    return LiveblogSettings(kind="liveblog", name="blog", url=url).source(fetcher, clock)


@pytest.mark.parametrize(
    "bad",
    [
        status(500),
        page(b""),
        page(b"\0\1\2", "application/octet-stream"),
        page(b"GIF89a", "image/gif"),
        page(b"x" * (20 * 1024 * 1024)),
    ],
    ids=["500", "empty", "no text", "a picture", "20 MB"],
)
async def test_a_bad_answer_is_logged_by_name_and_the_last_good_state_stays(
    sqlite: Database, bad: Answer
) -> None:
    taker = Taker(sqlite)
    async with origin() as served, open_session() as session:
        poller = Poller(blog(served.url, Fetcher(session, clock)), sqlite, taker.take, clock)
        served.answer = page(b"First\nText.")
        await poller.poll()
        good = await state(sqlite)
        served.answer = bad

        with capture_logs() as logs:
            await poller.poll()

        failed = await state(sqlite)
        assert [(log["event"], log["source"]) for log in logs] == [("poll_failed", "blog")]
        assert "hunter2" not in str(logs)
        assert failed.cursor == good.cursor
        assert (failed.errors, failed.succeeded_at) == (1, NOW)
        assert failed.error

        served.answer = page(b"Second\nText!\nFirst\nText.")
        await poller.poll()

    assert taker.pushed == ["Second"]
    assert (await state(sqlite)).errors == 0


async def test_a_restart_is_no_first_poll(sqlite: Database) -> None:
    """Case 51."""
    taker = Taker(sqlite)
    async with origin() as served, open_session() as session:
        source = blog(served.url, Fetcher(session, clock))
        served.answer = page(b"First\nText.")
        await Poller(source, sqlite, taker.take, clock).poll()
        served.answer = page(b"Second\nText!\nFirst\nText.")

        await Poller(source, sqlite, taker.take, clock).poll()

    assert taker.pushed == ["Second"]


@dataclass
class Scripted:
    """A source that does what a test wrote."""

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


GOOD = Batch("blog", (), {"at": 1}, baseline=False)


async def test_neither_a_defect_nor_a_full_disk_ends_the_loop(sqlite: Database) -> None:
    taker = Taker(sqlite)
    script: list[Batch | Exception] = [KeyError("surprise"), SourceError("down"), GOOD]
    source = Scripted(script, every=timedelta(milliseconds=1))
    with capture_logs() as logs:
        loop = asyncio.create_task(Poller(source, sqlite, taker.take, clock).run())
        await source.done.wait()
        loop.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loop

    assert [log["event"] for log in logs] == [
        "source_broke",
        "poll_failed",
        "poll_failed",
        "source_recovered",
    ]
    assert (await state(sqlite)).cursor == {"at": 1}


async def test_what_could_not_be_stored_is_fetched_again(sqlite: Database) -> None:
    taker = Taker(sqlite, broken=True)
    poller = Poller(Scripted([GOOD, GOOD]), sqlite, taker.take, clock, chance=lambda: 0)
    with capture_logs():
        await poller.poll()
    assert (await state(sqlite)).cursor is None
    taker.broken = False

    await poller.poll()

    assert (await state(sqlite)).cursor == {"at": 1}


def many(count: int, *, are_changes: bool = False) -> Batch:
    found = tuple(
        Bulletin(source="blog", key=str(number), title=str(number), received_at=NOW)
        for number in range(count)
    )
    return Batch("blog", found, {"at": 1}, baseline=False, many=are_changes)


async def test_when_everything_is_new_at_once_only_the_newest_are_news(sqlite: Database) -> None:
    """Case 48: a site gives all its entries new ids."""
    taker = Taker(sqlite)

    with capture_logs() as logs:
        await Poller(Scripted([many(MOST_NEW + 5)]), sqlite, taker.take, clock).poll()

    assert taker.pushed[1:] == [str(number) for number in range(5, MOST_NEW + 5)]
    assert [(log["event"], log["new"], log["not_sent"]) for log in logs] == [
        ("too_much_news", MOST_NEW + 5, 5)
    ]
    async with sqlite.read() as transaction:
        assert len(await bulletins.newest(transaction, 100)) == MOST_NEW + 6


def test_one_bulletin_says_what_was_not_sent() -> None:
    """Case 46: after an outage."""
    surplus, news = capped(many(MOST_NEW + 33))
    summary = news.bulletins[0]

    assert (surplus.baseline, surplus.cursor, len(surplus.bulletins)) == (True, None, 33)
    assert (news.baseline, news.cursor, len(news.bulletins)) == (False, {"at": 1}, MOST_NEW + 1)
    assert (summary.kind, summary.title) == (Kind.NEWS, "33 earlier reports came at once")
    lines = summary.text.split("\n")
    assert lines[:3] == ["Not sent one by one:", "32", "31"]
    assert (lines[-1], len(lines)) == ("… and 3 more", 32)


async def test_when_one_source_dies_the_others_go_on(sqlite: Database) -> None:
    """Case 52."""
    taker = Taker(sqlite)
    dead = Poller(Scripted([SourceError("down")], name="dead"), sqlite, taker.take, clock)
    well = Poller(Scripted([many(1)]), sqlite, taker.take, clock)
    with capture_logs():
        await dead.poll()
        await well.poll()

    assert taker.pushed == ["0"]
    assert (await state(sqlite, "dead")).errors == 1
    assert (await state(sqlite)).errors == 0


@pytest.mark.parametrize("batch", [many(MOST_NEW), many(60, are_changes=True)])
async def test_as_many_as_may_be_news_are(sqlite: Database, batch: Batch) -> None:
    taker = Taker(sqlite)

    await Poller(Scripted([batch]), sqlite, taker.take, clock).poll()

    assert len(taker.pushed) == len(batch.bulletins)


async def test_a_defect_is_told_to_the_operator_as_any_failure(sqlite: Database) -> None:
    poller = Poller(Scripted([KeyError("secret")]), sqlite, Taker(sqlite).take, clock)

    with capture_logs():
        await poller.poll()

    assert (await state(sqlite)).error == "broke our reader: KeyError"


async def test_a_source_is_left_alone_for_as_long_as_it_asks(sqlite: Database) -> None:
    """Case 53."""
    busy = Refused(429, retry_after=timedelta(hours=2))
    poller = Poller(Scripted([busy]), sqlite, Taker(sqlite).take, clock, chance=lambda: 0)

    with capture_logs():
        assert await poller.poll() == timedelta(hours=2)


def test_a_good_poll_is_followed_by_another_after_the_interval_more_or_less() -> None:
    assert pause(HALF_A_MINUTE, 0, None, 0) == timedelta(seconds=27)
    assert pause(HALF_A_MINUTE, 0, None, 0.5) == HALF_A_MINUTE
    assert pause(HALF_A_MINUTE, 0, None, 1) == timedelta(seconds=33)


def test_failures_double_the_pause_up_to_eight_intervals() -> None:
    error = SourceError("down")

    pauses = [pause(HALF_A_MINUTE, errors, error, 0) for errors in range(1, 7)]

    assert pauses == [HALF_A_MINUTE * factor for factor in (1, 2, 4, 8, 8, 8)]


@pytest.mark.parametrize(
    ("every", "longest"),
    [
        (timedelta(seconds=1), timedelta(minutes=1)),
        (timedelta(seconds=15), timedelta(minutes=2)),
        (timedelta(minutes=5), LONGEST_BACKOFF),
    ],
)
def test_the_longest_pause_is_from_a_minute_to_a_quarter_of_an_hour(
    every: timedelta, longest: timedelta
) -> None:
    assert pause(every, 10_000, SourceError("down"), 0) == longest


def test_a_failure_never_makes_a_source_asked_more_often() -> None:
    assert pause(timedelta(hours=1), 3, SourceError("down"), 0) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("written", "wait"),
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
def test_retry_after_is_seconds_or_a_date(written: str, wait: timedelta | None) -> None:
    assert parse_retry_after(written, NOW) == wait
