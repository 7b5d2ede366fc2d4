"""Source health: operators see the state of sources and get a notice when one dies."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import ANN, BEN, NOW, ConversationDriver
from support.shared_resources import catalog

from bot.ops.source_outage_notices import SourceOutageNotices
from bot.sources.core.errors import SourceError
from bot.sources.core.source import Batch
from bot.sources.poller import Poller
from handlers.text.dates import format_duration
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.sources import Cursor, RegisteredSource, SourceHealth
from storage.outbox import deliveries
from storage.subscribers import subscribers
from storage.subscribers.subscribers import SuspensionReason
from storage.values.lanes import Lane

SECOND = timedelta(seconds=1)
FAST = RegisteredSource("air", "siren", 15 * SECOND)
SLOW = RegisteredSource("quakes", "usgs", timedelta(minutes=5))
WEBHOOK = RegisteredSource("press", "webhook", None)


class Installation:
    """An installation with sources, a clock and operators."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.conversation = ConversationDriver(database, operators=[ANN])
        self.notices = SourceOutageNotices(
            database, catalog(), [ANN, BEN], lambda: None, lambda: self.conversation.now
        )

    async def register(self, *registered: RegisteredSource) -> None:
        async with self.database.write() as transaction:
            await sources.register(transaction, registered, self.conversation.now)

    async def record_poll(self, name: str, error: str | None = None) -> None:
        async with self.database.write() as transaction:
            if error is None:
                await sources.record_success(transaction, name, {}, self.conversation.now)
            else:
                await sources.record_failure(transaction, name, error, self.conversation.now)

    async def notices_after(self, elapsed: timedelta) -> list[str]:
        """Return the notices to operators after some time."""
        self.conversation.now += elapsed
        with capture_logs():
            await self.notices.tick()
        async with self.database.write() as transaction:
            due = await deliveries.list_due(
                transaction, Lane.REPLY, self.conversation.now, limit=100
            )
            await deliveries.complete(transaction, [item.id for item in due])
        return [item.content.html for item in due if item.content]

    async def health(self, name: str) -> SourceHealth:
        async with self.database.read() as transaction:
            return next(item for item in await sources.get_health(transaction) if item.name == name)


@pytest.fixture
async def installation(sqlite: Database) -> Installation:
    installation = Installation(sqlite)
    await installation.conversation.send("/start")
    return installation


async def test_a_dead_source_is_reported_once_and_once_when_it_is_back(database: Database) -> None:
    """A source is dead after a minute or three intervals, the longer, without a good poll."""
    installation = Installation(database)
    await installation.conversation.send("/start")
    await installation.register(FAST, SLOW, WEBHOOK)
    await installation.record_poll("air")

    assert await installation.notices_after(60 * SECOND) == []
    await installation.record_poll("air", "answered 503")
    (notice,) = await installation.notices_after(SECOND)
    assert await installation.notices_after(timedelta(minutes=3)) == []
    await installation.record_poll("air")
    (recovery,) = await installation.notices_after(SECOND)

    assert "<b>A source is dead:</b> <b>air</b>" in notice
    assert "last good 09:30 UTC, 1 min ago" in notice
    assert "answered 503" in notice
    assert "<b>A source is back:</b> <b>air</b>, 3 min after" in recovery
    assert await installation.notices_after(SECOND) == []


async def test_sources_that_die_together_are_in_one_notice(installation: Installation) -> None:
    await installation.register(FAST, RegisteredSource("feed", "rss", 15 * SECOND))

    (notice,) = await installation.notices_after(61 * SECOND)

    assert notice.count("A source is dead") == 2
    assert "<b>feed</b> (never good)" in notice


async def test_a_slow_source_is_dead_after_three_intervals(installation: Installation) -> None:
    await installation.register(SLOW)

    assert await installation.notices_after(timedelta(minutes=15)) == []
    assert len(await installation.notices_after(SECOND)) == 1


async def test_a_start_after_a_long_stop_reports_no_dead_source(installation: Installation) -> None:
    await installation.register(FAST)
    await installation.record_poll("air")
    installation.conversation.now += timedelta(days=1)

    await installation.register(FAST)

    assert await installation.notices_after(60 * SECOND) == []


async def test_a_restart_repeats_no_notice_and_still_reports_the_recovery(
    installation: Installation,
) -> None:
    await installation.register(FAST)
    assert len(await installation.notices_after(61 * SECOND)) == 1

    await installation.register(FAST)
    assert await installation.notices_after(SECOND) == []
    await installation.record_poll("air")

    assert ["is back" in html for html in await installation.notices_after(SECOND)] == [True]


async def test_a_removed_source_is_neither_dead_nor_listed(installation: Installation) -> None:
    await installation.register(FAST, SLOW)
    await installation.register(SLOW)

    assert await installation.notices_after(61 * SECOND) == []
    assert "air" not in (await installation.conversation.send("/sources")).html


async def test_a_notice_is_in_the_operators_language_and_skips_those_who_blocked_the_bot(
    installation: Installation,
) -> None:
    await installation.conversation.send("/start", user=BEN, language="uk")
    await installation.register(FAST)
    async with installation.database.write() as transaction:
        await subscribers.suspend(transaction, ANN, SuspensionReason.BLOCKED)

    (notice,) = await installation.notices_after(61 * SECOND)

    assert "Джерело не відповідає" in notice


async def test_the_list_shows_state_last_success_latency_errors_and_the_next_poll(
    installation: Installation,
) -> None:
    await installation.register(FAST, SLOW, WEBHOOK, RegisteredSource("feed", "rss", 60 * SECOND))
    await installation.record_poll("air")
    async with installation.database.write() as transaction:
        await sources.record_poll(
            transaction,
            "air",
            latency=timedelta(milliseconds=420),
            next_poll_at=installation.conversation.now + 15 * SECOND,
            interval=15 * SECOND,
        )
        await sources.add_unknown_places(transaction, "air", ["777 Нова <громада>"])
    installation.conversation.now += 4 * SECOND
    await installation.record_poll("feed", "answered 503")
    await installation.record_poll("feed", "did not answer completely in time")
    html = (await installation.conversation.send("/sources")).html

    assert html == (
        "<b>4 sources</b>, none of them dead\n\n"
        "🟢 <b>air</b> (siren)\n"
        "last good 09:30 UTC, 4 s ago · took 0.4 s · next in 11 s\n"
        "Places it named that I do not know (1): 777 Нова &lt;громада&gt;\n\n"
        "🟡 <b>feed</b> (rss): the last try failed\n"
        "never good\n"
        "Failed 2 times in a row: did not answer completely in time\n\n"
        "🔵 <b>press</b> (webhook): is told, not asked\n"
        "never heard\n\n"
        "⚪ <b>quakes</b> (usgs): not asked yet\n"
        "never good"
    )


@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
async def test_the_list_exists_in_every_language(installation: Installation, language: str) -> None:
    await installation.register(FAST, SLOW, WEBHOOK)
    installation.conversation.now += timedelta(hours=1)
    await installation.record_poll("quakes")
    await installation.conversation.send(f"/language {language}")

    html = (await installation.conversation.send("/sources")).html

    assert "🔴 <b>air</b>" in html
    assert "3" in html.partition("\n")[0]


async def test_the_command_is_hidden_from_others_and_in_groups(installation: Installation) -> None:
    """Operators can use the command in their private chat only."""
    await installation.register(FAST)

    assert "air" not in (await installation.conversation.send("/sources", user=BEN)).html
    assert "/sources" not in (await installation.conversation.send("/source", user=BEN)).html
    assert "/sources" not in (await installation.conversation.send("/help", user=BEN)).html
    assert (await installation.conversation.send_in_group("/sources", user=ANN)).replies == ()
    assert "/sources" in (await installation.conversation.send("/help")).html


async def test_many_sources_fill_several_messages(installation: Installation) -> None:
    await installation.register(
        *(RegisteredSource(f"feed-{number:02}", "rss", 60 * SECOND) for number in range(40))
    )
    for number in range(40):
        await installation.record_poll(f"feed-{number:02}", "x" * 500)

    replies = (await installation.conversation.send("/sources")).replies

    assert len(replies) > 1
    assert all(len(item.html) < 4096 for item in replies)
    assert sum(item.html.count("(rss)") for item in replies) == 40


async def test_a_poll_stores_its_latency_and_the_next_poll_time(
    installation: Installation,
) -> None:
    class Slow:
        name = "air"
        every = 15 * SECOND

        async def fetch(self, _cursor: Cursor | None) -> Batch:
            installation.conversation.now += 2 * SECOND
            raise SourceError("down")

    async def ingest(_batch: Batch) -> Sequence[IngestResult]:
        return []

    await installation.register(FAST)
    poller = Poller(
        Slow(),
        installation.database,
        ingest,
        lambda: installation.conversation.now,
        random_fraction=lambda: 0,
    )
    with capture_logs():
        await poller.poll()

    health = await installation.health("air")
    assert health.latency == 2 * SECOND
    assert health.next_poll_at == NOW + 17 * SECOND
    assert (health.error, health.consecutive_errors, health.interval) == ("down", 1, 15 * SECOND)


async def test_the_number_of_stored_unknown_places_is_limited(installation: Installation) -> None:
    await installation.register(FAST)
    async with installation.database.write() as transaction:
        for number in range(30):
            await sources.add_unknown_places(transaction, "air", [f"{number} x", "0 x"])

    assert len((await installation.health("air")).unknown_places) == sources.MAX_UNKNOWN_PLACES


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(milliseconds=40), "0 s"),
        (timedelta(seconds=1), "1 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=119), "1 min"),
        (timedelta(hours=25), "1 d"),
        (timedelta(seconds=-3), "0 s"),
    ],
)
def test_a_duration_is_formatted_short(duration: timedelta, text: str) -> None:
    assert format_duration(duration, catalog().translator("en")) == text
