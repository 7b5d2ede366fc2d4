"""News waits while its reader is quiet, and comes as what is true when the quiet is over."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from pyroaring import BitMap
from support.conversation_driver import ANN, BEN, Talk, digests
from support.shared_resources import gazetteer, reader

from alerts.tracker import Fusion
from bot.ingest.deduplicator import Repeats
from bot.ingest.metrics import BulletinCounts
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.outbox import broadcasts, deliveries, quiet_queue
from storage.outbox.deliveries import Delivery
from storage.subscribers import quiet_hours, quiet_snapshot
from storage.subscribers.quiet_snapshot import Hush
from storage.values.lanes import Lane

EVENING = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


class Night:
    """Ann sleeps from 22:00 to 07:00 and follows Kherson; all by the clocks of Greenwich."""

    def __init__(self, database: Database) -> None:
        self.talk = Talk(database)
        self.talk.now = EVENING
        self.intake = IngestPipeline(
            database,
            reader(),
            self.talk.index,
            Repeats(),
            Fusion(database, self.talk.index, gazetteer(), {}),
            timedelta(minutes=15),
            lambda: None,
            lambda: self.talk.now,
            BulletinCounts(CollectorRegistry()),
        )
        self._key = 0
        self._sent: list[tuple[Lane, bool]] = []

    async def falls(self, *said: str, at: int = 23) -> None:
        """At that hour; `said` are Ann's commands before."""
        for text in ("/timezone UTC", "/subscribe Kherson", "/quiet 22:00-07:00", *said):
            await self.talk.say(text)
        await self.until(EVENING.replace(hour=at))

    async def until(self, at: datetime) -> list[Delivery]:
        """What is owed apart from answers and broadcasts then; it is taken out of the outbox."""
        self.talk.now = at
        await digests(self.talk.database, lambda: self.talk.now).tick()
        async with self.talk.database.write() as transaction:
            due = [
                each
                for lane in Lane
                for each in await deliveries.due(transaction, lane, at, limit=99)
            ]
            await deliveries.done(transaction, [each.id for each in due])
        return due

    async def comes(self, title: str, **fields: object) -> None:
        self._key += 1
        new = Bulletin(
            source=f"blog{self._key}",
            key=str(self._key),
            title=title,
            received_at=self.talk.now,
            **fields,  # type: ignore[arg-type]
        )
        await self.intake.take(Batch(new.source, (new,), None, baseline=False))

    async def rings(self, title: str = "Air alert in Kherson") -> None:
        await self.comes(title, kind=Kind.ALERT, phase=Phase.ACTIVE, regions=("Kherson",))
        await self.pushed()

    async def clears(self, title: str = "All clear in Kherson") -> None:
        await self.comes(title, kind=Kind.ALERT, phase=Phase.CLEAR, regions=("Kherson",))

    async def pushed(self) -> list[tuple[Lane, bool]]:
        """The lane of each broadcast so far, and whether it is silent for everybody. All are sent:
        of an alert that nobody had when it was over, nobody would hear the end.
        """
        async with self.talk.database.write() as transaction:
            new = [
                each
                for lane in (Lane.ALERT, Lane.NEWS)
                for each in await broadcasts.unfinished(transaction, lane, limit=99)
            ]
            await broadcasts.finish(transaction, [each.id for each in new], self.talk.now)
        self._sent += [(each.lane, each.silent == each.recipients) for each in new]
        return self._sent

    async def hush(self) -> Hush:
        async with self.talk.database.read() as transaction:
            return await quiet_snapshot.now(transaction)


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


@pytest.fixture
def night_here(sqlite: Database) -> Night:
    return Night(sqlite)


def html(deliveries: list[Delivery]) -> str:
    (one,) = deliveries
    assert one.content is not None
    return one.content.html


async def test_news_waits_for_the_morning_and_comes_in_one_message(night: Night) -> None:
    await night.falls()
    await night.comes("Storm over Kherson")
    await night.comes("Ferry to Kherson")
    assert await night.pushed() == []
    assert await night.until(MORNING - timedelta(seconds=1)) == []
    said = html(await night.until(MORNING))
    assert said.startswith("<b>While it was quiet:</b> 2 reports")
    assert "Storm" in said
    assert "Ferry" in said
    assert await night.until(MORNING + timedelta(hours=1)) == []
    await night.comes("Bridge to Kherson")
    assert await night.pushed() == [(Lane.NEWS, False)]


async def test_after_a_night_in_which_nothing_came_nothing_comes(night: Night) -> None:
    await night.falls()
    assert await night.until(MORNING) == []


async def test_alerts_ring_at_night_unless_somebody_chose_otherwise(night: Night) -> None:
    await night.falls()
    await night.rings()
    assert await night.pushed() == [(Lane.ALERT, False)]
    assert await night.until(MORNING) == []


async def test_alerts_without_sound_come_at_once_and_are_summed_up(night: Night) -> None:
    await night.falls()
    await night.talk.press("qa:silent")
    for _ in range(3):
        await night.rings()
        night.talk.now += timedelta(minutes=10)
        await night.clears()
        night.talk.now += timedelta(minutes=10)
    assert await night.pushed() == [(Lane.ALERT, True)] * 6
    await night.comes("Ferry to Kherson")
    said = html(await night.until(MORNING))
    assert said.startswith("<b>While it was quiet:</b> 3 alerts, all over; one report")
    assert "Air alert" not in said


async def test_alerts_that_waited_and_are_over_are_only_counted(night: Night) -> None:
    await night.falls()
    await night.talk.press("qa:held")
    await night.rings()
    await night.clears()
    assert await night.pushed() == []
    (told,) = await night.until(MORNING)
    assert told.content is not None
    assert told.content.html == "<b>While it was quiet:</b> one alert, over by now"
    assert told.lane is Lane.DIGEST


async def test_an_alert_that_is_still_on_in_the_morning_comes_first_and_as_one(
    night: Night,
) -> None:
    await night.falls()
    await night.talk.press("qa:held")
    await night.rings()
    await night.comes("Storm over Kherson")
    (told,) = await night.until(MORNING)
    assert told.lane is Lane.ALERT
    assert not told.silent
    said = html([told])
    assert "one alert; no all-clear so far: Kherson; one report" in said
    assert said.index("Air alert in Kherson") < said.index("Storm")


async def test_what_has_expired_by_the_morning_is_left_out(night_here: Night) -> None:
    await night_here.falls()
    await night_here.comes("Storm over Kherson", expires_at=MORNING - timedelta(hours=2))
    assert await night_here.until(MORNING) == []


async def test_what_two_sources_told_at_night_is_told_once(night_here: Night) -> None:
    await night_here.falls()
    for _ in range(2):
        await night_here.comes(
            "Ferry to Kherson sinks in the storm after midnight, seven people are missing",
            url="https://example.org/ferry",
        )
    said = html(await night_here.until(MORNING))
    assert "one report" in said
    assert "blog1, blog2" in said


async def test_what_waits_survives_a_restart(night: Night) -> None:
    """What is held and who is quiet stands in the database, and in no memory."""
    await night.falls()
    await night.comes("Storm over Kherson")
    index = night.talk.index
    again = Night(night.talk.database)
    again.talk.index, again.talk.now = index, night.talk.now
    assert list((await again.hush()).news) == [(await night.talk.known()).number]
    assert "Storm" in html(await again.until(MORNING))


async def test_quiet_that_is_turned_off_brings_what_waited_within_a_tick(night: Night) -> None:
    await night.falls()
    await night.comes("Storm over Kherson")
    heard = await night.talk.say("/quiet off")
    assert "it comes in a moment" in heard.html
    await night.comes("Ferry to Kherson")
    said = html(await night.until(night.talk.now + timedelta(seconds=2)))
    assert "2 reports" in said
    assert list((await night.hush()).news) == []


async def test_hours_that_end_later_hold_longer(night_here: Night) -> None:
    await night_here.falls()
    await night_here.comes("Storm over Kherson")
    await night_here.talk.say("/quiet 22:00-08:00")
    assert await night_here.until(MORNING) == []
    assert "Storm" in html(await night_here.until(MORNING + timedelta(hours=1)))


async def test_hours_that_are_chosen_while_they_are_on_begin_at_once(night_here: Night) -> None:
    await night_here.falls(at=23)
    await night_here.talk.say("/quiet off")
    await night_here.until(night_here.talk.now)
    heard = await night_here.talk.say("/quiet 22:30-06:00")
    assert "It is quiet now, until 2 Mar, 06:00." in heard.html
    await night_here.comes("Storm over Kherson")
    assert await night_here.pushed() == []


async def test_another_zone_moves_the_quiet_with_it(night_here: Night) -> None:
    await night_here.falls()
    await night_here.comes("Storm over Kherson")
    await night_here.talk.say("/timezone America/New_York")
    assert "Storm" in html(await night_here.until(night_here.talk.now))
    chosen = await night_here.talk.known()
    async with night_here.talk.database.read() as transaction:
        now = await quiet_hours.find(transaction, chosen.number)
    assert now.turns_at == datetime(2026, 3, 2, 3, tzinfo=UTC)


async def test_a_pause_holds_and_what_waited_comes_when_it_ends(night: Night) -> None:
    await night.talk.say("/subscribe Kherson")
    heard = await night.talk.say("/pause 2h")
    assert "Paused until" in heard.html
    await night.comes("Storm over Kherson")
    await night.rings()
    assert await night.pushed() == [(Lane.ALERT, False)]
    assert "Storm" in html(await night.until(EVENING + timedelta(hours=2)))
    assert (await night.hush()).news == BitMap()


async def test_a_pause_that_is_ended_brings_what_waited(night_here: Night) -> None:
    await night_here.talk.say("/subscribe Kherson")
    await night_here.talk.say("/pause 1d")
    await night_here.comes("Storm over Kherson")
    assert "The pause is over." in (await night_here.talk.say("/resume")).html
    assert "Storm" in html(await night_here.until(EVENING + timedelta(seconds=2)))


async def test_a_pause_that_ends_in_quiet_hours_goes_on_as_they_do(night_here: Night) -> None:
    await night_here.falls(at=21)
    heard = await night_here.talk.say("/pause 2h")
    assert "Your quiet hours follow: it stays quiet until 2 Mar, 07:00." in heard.html
    await night_here.comes("Storm over Kherson")
    assert await night_here.until(EVENING + timedelta(hours=2)) == []
    assert "Storm" in html(await night_here.until(MORNING))


async def test_a_digest_that_is_due_in_quiet_comes_with_what_was_held(night: Night) -> None:
    await night.falls("/subscribe railway | hourly", at=21)
    await night.comes("Railway strike in Odesa")
    await night.until(EVENING.replace(hour=22))
    await night.comes("Railway bridge is closed")
    await night.comes("Storm over Kherson")
    assert await night.until(MORNING - timedelta(minutes=1)) == []
    said = html(await night.until(MORNING))
    assert "While it was quiet:</b> 3 reports" in said
    assert "Railway bridge" in said
    assert "Storm" in said
    assert await night.until(MORNING + timedelta(minutes=1)) == []


async def test_who_is_quiet_holds_nothing_of_others(night: Night) -> None:
    await night.falls()
    await night.talk.say("/subscribe Kherson", user=BEN)
    await night.comes("Storm over Kherson")
    assert await night.pushed() == [(Lane.NEWS, False)]
    (told,) = await night.until(MORNING)
    assert told.subscriber == (await night.talk.known(ANN)).number


async def test_a_chat_that_is_forgotten_at_night_hears_nothing_in_the_morning(
    night: Night,
) -> None:
    await night.falls()
    await night.comes("Storm over Kherson")
    asked = await night.talk.say("/forget")
    await night.talk.press(asked.reply.buttons[0][0].data or "")
    assert await night.until(MORNING) == []


async def test_quiet_that_begins_again_before_it_is_summed_up_loses_nothing(
    night_here: Night,
) -> None:
    await night_here.falls()
    await night_here.comes("Storm over Kherson")
    night_here.talk.now = MORNING
    await digests(night_here.talk.database, lambda: MORNING).owe(MORNING)
    await night_here.talk.say("/pause 1h")
    assert await night_here.until(MORNING + timedelta(minutes=1)) == []
    await night_here.comes("Ferry to Kherson")
    assert "2 reports" in html(await night_here.until(MORNING + timedelta(hours=1)))


async def test_what_comes_as_the_quiet_ends_is_held_or_pushed_and_never_lost(
    night: Night,
) -> None:
    """Intake and the end of the quiet at the same moment, again and again."""
    await night.falls()
    number = (await night.talk.known()).number
    night.talk.now = MORNING
    maker = digests(night.talk.database, lambda: MORNING)

    async def bring() -> None:
        for turn in range(8):
            await night.comes(f"Storm number {turn} over Kherson")

    await asyncio.gather(bring(), maker.tick())
    await maker.tick()
    async with night.talk.database.read() as transaction:
        waited = await quiet_queue.since(transaction, 0, [number])
        due = await deliveries.due(transaction, Lane.DIGEST, MORNING, limit=99)
    told = "".join(each.content.html for each in due if each.content)
    assert told.count("Storm number") == len(waited)
    assert len(waited) + len(await night.pushed()) == 8


async def test_many_begin_and_end_together_a_batch_at_a_time(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.digests.digester.TURNS", 2)
    for user in range(101, 106):
        for said in ("/timezone UTC", "/subscribe Kherson", "/quiet 22:00-07:00"):
            await night.talk.say(said, user=user)
    await night.until(EVENING.replace(hour=22))
    assert len((await night.hush()).news) == 5
    await night.comes("Storm over Kherson")
    assert len(await night.until(MORNING)) == 5
    assert len((await night.hush()).news) == 0
