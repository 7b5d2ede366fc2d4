"""Those who run the bot see how each source is doing, and are told when one dies."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import ANN, BEN, NOW, Talk
from support.shared_resources import words

from bot.ops.source_outage_notices import Paging
from bot.sources.core.source import Batch, SourceError
from bot.sources.poller import Poller
from handlers.commands.sources import span
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.ingest_queue import Taken
from storage.inbound.sources import Cursor, Health, Watched
from storage.outbox import deliveries
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Suspended
from storage.values.lanes import Lane

SECOND = timedelta(seconds=1)
FAST = Watched("air", "siren", 15 * SECOND)
SLOW = Watched("quakes", "usgs", timedelta(minutes=5))
TOLD = Watched("press", "webhook", None)


class Running:
    """An installation with sources, a clock and those who run it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.talk = Talk(database, operators=[ANN])
        self.paging = Paging(database, words(), [ANN, BEN], lambda: None, lambda: self.talk.now)

    async def starts(self, *watched: Watched) -> None:
        async with self.database.write() as transaction:
            await sources.watch(transaction, watched, self.talk.now)

    async def polls(self, name: str, error: str | None = None) -> None:
        async with self.database.write() as transaction:
            if error is None:
                await sources.succeed(transaction, name, {}, self.talk.now)
            else:
                await sources.fail(transaction, name, error, self.talk.now)

    async def after(self, passed: timedelta) -> list[str]:
        """What those who run it are told, some time later."""
        self.talk.now += passed
        with capture_logs():
            await self.paging.tick()
        async with self.database.write() as transaction:
            due = await deliveries.due(transaction, Lane.REPLY, self.talk.now, limit=100)
            await deliveries.done(transaction, [each.id for each in due])
        return [each.content.html for each in due if each.content]

    async def health(self, name: str) -> Health:
        async with self.database.read() as transaction:
            return next(one for one in await sources.health(transaction) if one.name == name)


@pytest.fixture
async def running(sqlite: Database) -> Running:
    running = Running(sqlite)
    await running.talk.say("/start")
    return running


async def test_a_dead_source_is_told_once_and_once_that_it_is_back(database: Database) -> None:
    """Case 43: a minute or three intervals without a good poll, whichever is longer."""
    running = Running(database)
    await running.talk.say("/start")
    await running.starts(FAST, SLOW, TOLD)
    await running.polls("air")

    assert await running.after(60 * SECOND) == []
    await running.polls("air", "answered 503")
    (told,) = await running.after(SECOND)
    assert await running.after(timedelta(minutes=3)) == []
    await running.polls("air")
    (back,) = await running.after(SECOND)

    assert "<b>A source is dead:</b> <b>air</b>" in told
    assert "last good 09:30 UTC, 1 min ago" in told
    assert "answered 503" in told
    assert "<b>A source is back:</b> <b>air</b>, 3 min after" in back
    assert await running.after(SECOND) == []


async def test_sources_that_die_together_are_told_of_together(running: Running) -> None:
    await running.starts(FAST, Watched("feed", "rss", 15 * SECOND))

    (told,) = await running.after(61 * SECOND)

    assert told.count("A source is dead") == 2
    assert "<b>feed</b> (never good)" in told


async def test_a_slow_source_has_three_intervals(running: Running) -> None:
    await running.starts(SLOW)

    assert await running.after(timedelta(minutes=15)) == []
    assert len(await running.after(SECOND)) == 1


async def test_a_start_after_a_long_stop_finds_no_source_dead(running: Running) -> None:
    await running.starts(FAST)
    await running.polls("air")
    running.talk.now += timedelta(days=1)

    await running.starts(FAST)

    assert await running.after(60 * SECOND) == []


async def test_a_restart_repeats_no_page_and_still_tells_that_it_is_back(running: Running) -> None:
    await running.starts(FAST)
    assert len(await running.after(61 * SECOND)) == 1

    await running.starts(FAST)
    assert await running.after(SECOND) == []
    await running.polls("air")

    assert ["is back" in html for html in await running.after(SECOND)] == [True]


async def test_a_source_that_is_taken_out_is_neither_dead_nor_shown(running: Running) -> None:
    await running.starts(FAST, SLOW)
    await running.starts(SLOW)

    assert await running.after(61 * SECOND) == []
    assert "air" not in (await running.talk.say("/sources")).html


async def test_the_dead_are_told_in_each_persons_language_and_not_to_who_left(
    running: Running,
) -> None:
    await running.talk.say("/start", user=BEN, language="uk")
    await running.starts(FAST)
    async with running.database.write() as transaction:
        await subscribers.suspend(transaction, ANN, Suspended.BLOCKED)

    (told,) = await running.after(61 * SECOND)

    assert "Джерело не відповідає" in told


async def test_the_list_shows_state_last_success_latency_errors_and_the_next_poll(
    running: Running,
) -> None:
    await running.starts(FAST, SLOW, TOLD, Watched("feed", "rss", 60 * SECOND))
    await running.polls("air")
    async with running.database.write() as transaction:
        await sources.schedule(
            transaction,
            "air",
            latency=timedelta(milliseconds=420),
            next_at=running.talk.now + 15 * SECOND,
            every=15 * SECOND,
        )
        await sources.miss(transaction, "air", ["777 Нова <громада>"])
    running.talk.now += 4 * SECOND
    await running.polls("feed", "answered 503")
    await running.polls("feed", "gave no whole answer in time")
    html = (await running.talk.say("/sources")).html

    assert html == (
        "<b>4 sources</b>, none of them dead\n\n"
        "🟢 <b>air</b> (siren)\n"
        "last good 09:30 UTC, 4 s ago · took 0.4 s · next in 11 s\n"
        "Places it named that I do not know (1): 777 Нова &lt;громада&gt;\n\n"
        "🟡 <b>feed</b> (rss): the last try failed\n"
        "never good\n"
        "Failed 2 times in a row: gave no whole answer in time\n\n"
        "🔵 <b>press</b> (webhook): is told, not asked\n"
        "never heard\n\n"
        "⚪ <b>quakes</b> (usgs): not asked yet\n"
        "never good"
    )


@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
async def test_the_list_is_there_in_every_language(running: Running, language: str) -> None:
    await running.starts(FAST, SLOW, TOLD)
    running.talk.now += timedelta(hours=1)
    await running.polls("quakes")
    await running.talk.say(f"/language {language}")

    html = (await running.talk.say("/sources")).html

    assert "🔴 <b>air</b>" in html
    assert "3" in html.partition("\n")[0]


async def test_nobody_else_finds_the_command(running: Running) -> None:
    """Case 65: and neither do those who run it where others read along."""
    await running.starts(FAST)

    assert "air" not in (await running.talk.say("/sources", user=BEN)).html
    assert "/sources" not in (await running.talk.say("/source", user=BEN)).html
    assert "/sources" not in (await running.talk.say("/help", user=BEN)).html
    assert (await running.talk.say_in_group("/sources", user=ANN)).replies == ()
    assert "/sources" in (await running.talk.say("/help")).html


async def test_many_sources_take_several_messages(running: Running) -> None:
    await running.starts(*(Watched(f"feed-{n:02}", "rss", 60 * SECOND) for n in range(40)))
    for n in range(40):
        await running.polls(f"feed-{n:02}", "x" * 500)

    replies = (await running.talk.say("/sources")).replies

    assert len(replies) > 1
    assert all(len(each.html) < 4096 for each in replies)
    assert sum(each.html.count("(rss)") for each in replies) == 40


async def test_a_poll_leaves_how_long_it_took_and_when_the_next_one_is(running: Running) -> None:
    class Slow:
        name = "air"
        every = 15 * SECOND

        async def fetch(self, _cursor: Cursor | None) -> Batch:
            running.talk.now += 2 * SECOND
            raise SourceError("down")

    async def take(_batch: Batch) -> Sequence[Taken]:
        return []

    await running.starts(FAST)
    poller = Poller(Slow(), running.database, take, lambda: running.talk.now, chance=lambda: 0)
    with capture_logs():
        await poller.poll()

    found = await running.health("air")
    assert found.latency == 2 * SECOND
    assert found.next_at == NOW + 17 * SECOND
    assert (found.error, found.errors, found.every) == ("down", 1, 15 * SECOND)


async def test_unknown_places_are_kept_up_to_a_number(running: Running) -> None:
    await running.starts(FAST)
    async with running.database.write() as transaction:
        for n in range(30):
            await sources.miss(transaction, "air", [f"{n} x", "0 x"])

    assert len((await running.health("air")).unknown) == sources.MOST_UNKNOWN


@pytest.mark.parametrize(
    ("length", "written"),
    [
        (timedelta(milliseconds=40), "0 s"),
        (timedelta(seconds=1), "1 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=119), "1 min"),
        (timedelta(hours=25), "1 d"),
        (timedelta(seconds=-3), "0 s"),
    ],
)
def test_a_length_of_time_is_short_to_read(length: timedelta, written: str) -> None:
    assert span(length, words().voice("en")) == written
