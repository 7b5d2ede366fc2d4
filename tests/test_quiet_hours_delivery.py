"""Quiet hours and pauses: news waits, and a summary comes when they end."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from pyroaring import BitMap
from support.conversation_driver import ANN, BEN, ConversationDriver, make_digester
from support.shared_resources import gazetteer, reader

from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.outbox import broadcasts, deliveries, quiet_queue
from storage.outbox.deliveries import Delivery
from storage.subscribers import mute_snapshot, quiet_hours
from storage.subscribers.mute_snapshot import MuteSnapshot
from storage.values.lanes import Lane

EVENING = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


class QuietNight:
    """Conversation with Ann, who follows Kherson and has quiet hours from 22:00 to 07:00 UTC."""

    def __init__(self, database: Database) -> None:
        self.conversation = ConversationDriver(database)
        self.conversation.now = EVENING
        self.pipeline = IngestPipeline(
            database,
            reader(),
            self.conversation.index,
            Deduplicator(),
            AlertTracker(database, self.conversation.index, gazetteer(), {}),
            timedelta(minutes=15),
            lambda: None,
            lambda: self.conversation.now,
            BulletinMetrics(CollectorRegistry()),
        )
        self._key = 0
        self._sent: list[tuple[Lane, bool]] = []

    async def set_up(self, *commands: str, hour: int = 23) -> None:
        """Send Ann's commands, then advance to an hour of the evening."""
        for text in ("/timezone UTC", "/subscribe Kherson", "/quiet 22:00-07:00", *commands):
            await self.conversation.send(text)
        await self.advance_to(EVENING.replace(hour=hour))

    async def advance_to(self, moment: datetime) -> list[Delivery]:
        """Advance the clock. Return the deliveries due then, which are completed."""
        self.conversation.now = moment
        await make_digester(self.conversation.database, lambda: self.conversation.now).tick()
        async with self.conversation.database.write() as transaction:
            due = [
                delivery
                for lane in Lane
                for delivery in await deliveries.list_due(transaction, lane, moment, limit=99)
            ]
            await deliveries.complete(transaction, [delivery.id for delivery in due])
        return due

    async def publish(self, title: str, **fields: object) -> None:
        """Ingest a bulletin of a new source."""
        self._key += 1
        new = Bulletin(
            source=f"blog{self._key}",
            key=str(self._key),
            title=title,
            received_at=self.conversation.now,
            **fields,  # type: ignore[arg-type]
        )
        await self.pipeline.ingest(Batch(new.source, (new,), None, is_baseline=False))

    async def raise_alert(self, title: str = "Air alert in Kherson") -> None:
        await self.publish(title, kind=Kind.ALERT, phase=Phase.ACTIVE, regions=("Kherson",))
        await self.broadcast_lanes()

    async def clear_alert(self, title: str = "All clear in Kherson") -> None:
        await self.publish(title, kind=Kind.ALERT, phase=Phase.CLEAR, regions=("Kherson",))

    async def broadcast_lanes(self) -> list[tuple[Lane, bool]]:
        """Return the lane of each broadcast so far, and whether it is silent for all recipients.

        Finishes them all: a closed alert that was not sent would be cancelled.
        """
        async with self.conversation.database.write() as transaction:
            new = [
                broadcast
                for lane in (Lane.ALERT, Lane.NEWS)
                for broadcast in await broadcasts.list_unfinished(transaction, lane, limit=99)
            ]
            await broadcasts.finish(
                transaction, [broadcast.id for broadcast in new], self.conversation.now
            )
        self._sent += [
            (broadcast.lane, broadcast.silent == broadcast.recipients) for broadcast in new
        ]
        return self._sent

    async def mutes(self) -> MuteSnapshot:
        async with self.conversation.database.read() as transaction:
            return await mute_snapshot.read(transaction)


@pytest.fixture
def night(database: Database) -> QuietNight:
    return QuietNight(database)


@pytest.fixture
def sqlite_night(sqlite: Database) -> QuietNight:
    return QuietNight(sqlite)


def only_html(deliveries: list[Delivery]) -> str:
    (delivery,) = deliveries
    assert delivery.content is not None
    return delivery.content.html


async def test_news_waits_for_the_morning_and_comes_in_one_summary(night: QuietNight) -> None:
    await night.set_up()
    await night.publish("Storm over Kherson")
    await night.publish("Ferry to Kherson")
    assert await night.broadcast_lanes() == []
    assert await night.advance_to(MORNING - timedelta(seconds=1)) == []
    html = only_html(await night.advance_to(MORNING))
    assert html.startswith("<b>While it was quiet:</b> 2 reports")
    assert "Storm" in html
    assert "Ferry" in html
    assert await night.advance_to(MORNING + timedelta(hours=1)) == []
    await night.publish("Bridge to Kherson")
    assert await night.broadcast_lanes() == [(Lane.NEWS, False)]


async def test_quiet_hours_without_news_have_no_summary(night: QuietNight) -> None:
    await night.set_up()
    assert await night.advance_to(MORNING) == []


async def test_alerts_notify_during_quiet_hours_by_default(night: QuietNight) -> None:
    await night.set_up()
    await night.raise_alert()
    assert await night.broadcast_lanes() == [(Lane.ALERT, False)]
    assert await night.advance_to(MORNING) == []


async def test_silent_alerts_come_at_once_and_are_in_the_summary(night: QuietNight) -> None:
    await night.set_up()
    await night.conversation.press("qa:silent")
    for _ in range(3):
        await night.raise_alert()
        night.conversation.now += timedelta(minutes=10)
        await night.clear_alert()
        night.conversation.now += timedelta(minutes=10)
    assert await night.broadcast_lanes() == [(Lane.ALERT, True)] * 6
    await night.publish("Ferry to Kherson")
    html = only_html(await night.advance_to(MORNING))
    assert html.startswith("<b>While it was quiet:</b> 3 alerts, all over; one report")
    assert "Air alert" not in html


async def test_deferred_alerts_that_are_over_are_only_counted(night: QuietNight) -> None:
    await night.set_up()
    await night.conversation.press("qa:held")
    await night.raise_alert()
    await night.clear_alert()
    assert await night.broadcast_lanes() == []
    (delivery,) = await night.advance_to(MORNING)
    assert delivery.content is not None
    assert delivery.content.html == "<b>While it was quiet:</b> one alert, over by now"
    assert delivery.lane is Lane.DIGEST


async def test_a_deferred_alert_that_is_still_active_leads_the_summary_as_an_alert(
    night: QuietNight,
) -> None:
    await night.set_up()
    await night.conversation.press("qa:held")
    await night.raise_alert()
    await night.publish("Storm over Kherson")
    (delivery,) = await night.advance_to(MORNING)
    assert delivery.lane is Lane.ALERT
    assert not delivery.silent
    html = only_html([delivery])
    assert "one alert; no all-clear so far: Kherson; one report" in html
    assert html.index("Air alert in Kherson") < html.index("Storm")


async def test_bulletins_that_expired_by_the_morning_are_left_out(sqlite_night: QuietNight) -> None:
    await sqlite_night.set_up()
    await sqlite_night.publish("Storm over Kherson", expires_at=MORNING - timedelta(hours=2))
    assert await sqlite_night.advance_to(MORNING) == []


async def test_duplicates_of_two_sources_are_summarized_once(sqlite_night: QuietNight) -> None:
    await sqlite_night.set_up()
    for _ in range(2):
        await sqlite_night.publish(
            "Ferry to Kherson sinks in the storm after midnight, seven people are missing",
            url="https://example.org/ferry",
        )
    html = only_html(await sqlite_night.advance_to(MORNING))
    assert "one report" in html
    assert "blog1, blog2" in html


async def test_quiet_entries_survive_a_restart(night: QuietNight) -> None:
    """Quiet entries and mutes are in the database, not in memory."""
    await night.set_up()
    await night.publish("Storm over Kherson")
    index = night.conversation.index
    restarted = QuietNight(night.conversation.database)
    restarted.conversation.index, restarted.conversation.now = index, night.conversation.now
    assert list((await restarted.mutes()).muted_news) == [
        (await night.conversation.get_subscriber()).number
    ]
    assert "Storm" in only_html(await restarted.advance_to(MORNING))


async def test_turning_quiet_hours_off_sends_the_summary_within_a_tick(night: QuietNight) -> None:
    await night.set_up()
    await night.publish("Storm over Kherson")
    reply = await night.conversation.send("/quiet off")
    assert "it comes in a moment" in reply.html
    await night.publish("Ferry to Kherson")
    html = only_html(await night.advance_to(night.conversation.now + timedelta(seconds=2)))
    assert "2 reports" in html
    assert list((await night.mutes()).muted_news) == []


async def test_extended_quiet_hours_defer_the_summary(sqlite_night: QuietNight) -> None:
    await sqlite_night.set_up()
    await sqlite_night.publish("Storm over Kherson")
    await sqlite_night.conversation.send("/quiet 22:00-08:00")
    assert await sqlite_night.advance_to(MORNING) == []
    assert "Storm" in only_html(await sqlite_night.advance_to(MORNING + timedelta(hours=1)))


async def test_quiet_hours_set_within_their_window_begin_at_once(sqlite_night: QuietNight) -> None:
    await sqlite_night.set_up(hour=23)
    await sqlite_night.conversation.send("/quiet off")
    await sqlite_night.advance_to(sqlite_night.conversation.now)
    reply = await sqlite_night.conversation.send("/quiet 22:30-06:00")
    assert "It is quiet now, until 2 Mar, 06:00." in reply.html
    await sqlite_night.publish("Storm over Kherson")
    assert await sqlite_night.broadcast_lanes() == []


async def test_a_new_time_zone_moves_the_quiet_hours(sqlite_night: QuietNight) -> None:
    await sqlite_night.set_up()
    await sqlite_night.publish("Storm over Kherson")
    await sqlite_night.conversation.send("/timezone America/New_York")
    assert "Storm" in only_html(await sqlite_night.advance_to(sqlite_night.conversation.now))
    chosen = await sqlite_night.conversation.get_subscriber()
    async with sqlite_night.conversation.database.read() as transaction:
        now = await quiet_hours.get(transaction, chosen.number)
    assert now.next_transition_at == datetime(2026, 3, 2, 3, tzinfo=UTC)


async def test_a_pause_defers_news_until_it_ends(night: QuietNight) -> None:
    await night.conversation.send("/subscribe Kherson")
    reply = await night.conversation.send("/pause 2h")
    assert "Paused until" in reply.html
    await night.publish("Storm over Kherson")
    await night.raise_alert()
    assert await night.broadcast_lanes() == [(Lane.ALERT, False)]
    assert "Storm" in only_html(await night.advance_to(EVENING + timedelta(hours=2)))
    assert (await night.mutes()).muted_news == BitMap()


async def test_resuming_a_pause_sends_the_summary(sqlite_night: QuietNight) -> None:
    await sqlite_night.conversation.send("/subscribe Kherson")
    await sqlite_night.conversation.send("/pause 1d")
    await sqlite_night.publish("Storm over Kherson")
    assert "The pause is over." in (await sqlite_night.conversation.send("/resume")).html
    assert "Storm" in only_html(await sqlite_night.advance_to(EVENING + timedelta(seconds=2)))


async def test_a_pause_that_ends_within_quiet_hours_lasts_until_their_end(
    sqlite_night: QuietNight,
) -> None:
    await sqlite_night.set_up(hour=21)
    reply = await sqlite_night.conversation.send("/pause 2h")
    assert "Your quiet hours follow: it stays quiet until 2 Mar, 07:00." in reply.html
    await sqlite_night.publish("Storm over Kherson")
    assert await sqlite_night.advance_to(EVENING + timedelta(hours=2)) == []
    assert "Storm" in only_html(await sqlite_night.advance_to(MORNING))


async def test_a_digest_due_during_quiet_hours_joins_the_summary(night: QuietNight) -> None:
    await night.set_up("/subscribe railway | hourly", hour=21)
    await night.publish("Railway strike in Odesa")
    await night.advance_to(EVENING.replace(hour=22))
    await night.publish("Railway bridge is closed")
    await night.publish("Storm over Kherson")
    assert await night.advance_to(MORNING - timedelta(minutes=1)) == []
    html = only_html(await night.advance_to(MORNING))
    assert "While it was quiet:</b> 3 reports" in html
    assert "Railway bridge" in html
    assert "Storm" in html
    assert await night.advance_to(MORNING + timedelta(minutes=1)) == []


async def test_quiet_hours_of_a_subscriber_do_not_defer_news_of_another(night: QuietNight) -> None:
    await night.set_up()
    await night.conversation.send("/subscribe Kherson", user=BEN)
    await night.publish("Storm over Kherson")
    assert await night.broadcast_lanes() == [(Lane.NEWS, False)]
    (delivery,) = await night.advance_to(MORNING)
    assert delivery.subscriber == (await night.conversation.get_subscriber(ANN)).number


async def test_a_chat_erased_during_quiet_hours_gets_no_summary(
    night: QuietNight,
) -> None:
    await night.set_up()
    await night.publish("Storm over Kherson")
    asked = await night.conversation.send("/forget")
    await night.conversation.press(asked.reply.buttons[0][0].data or "")
    assert await night.advance_to(MORNING) == []


async def test_quiet_that_begins_again_before_its_summary_loses_no_news(
    sqlite_night: QuietNight,
) -> None:
    await sqlite_night.set_up()
    await sqlite_night.publish("Storm over Kherson")
    sqlite_night.conversation.now = MORNING
    await make_digester(sqlite_night.conversation.database, lambda: MORNING).mark_due(MORNING)
    await sqlite_night.conversation.send("/pause 1h")
    assert await sqlite_night.advance_to(MORNING + timedelta(minutes=1)) == []
    await sqlite_night.publish("Ferry to Kherson")
    assert "2 reports" in only_html(await sqlite_night.advance_to(MORNING + timedelta(hours=1)))


async def test_news_at_the_end_of_quiet_hours_is_deferred_or_pushed_and_never_lost(
    night: QuietNight,
) -> None:
    """Ingest bulletins and end quiet hours at the same moment, repeatedly."""
    await night.set_up()
    number = (await night.conversation.get_subscriber()).number
    night.conversation.now = MORNING
    maker = make_digester(night.conversation.database, lambda: MORNING)

    async def bring() -> None:
        for turn in range(8):
            await night.publish(f"Storm number {turn} over Kherson")

    await asyncio.gather(bring(), maker.tick())
    await maker.tick()
    async with night.conversation.database.read() as transaction:
        deferred = await quiet_queue.list_since(transaction, 0, [number])
        due = await deliveries.list_due(transaction, Lane.DIGEST, MORNING, limit=99)
    text = "".join(delivery.content.html for delivery in due if delivery.content)
    assert text.count("Storm number") == len(deferred)
    assert len(deferred) + len(await night.broadcast_lanes()) == 8


async def test_many_subscribers_begin_and_end_quiet_hours_in_batches(
    night: QuietNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.digests.digester.QUIET_BATCH", 2)
    for user in range(101, 106):
        for command in ("/timezone UTC", "/subscribe Kherson", "/quiet 22:00-07:00"):
            await night.conversation.send(command, user=user)
    await night.advance_to(EVENING.replace(hour=22))
    assert len((await night.mutes()).muted_news) == 5
    await night.publish("Storm over Kherson")
    assert len(await night.advance_to(MORNING)) == 5
    assert len((await night.mutes()).muted_news) == 0
