"""What was held comes at the hour a person chose, once."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pyroaring import BitMap
from support.conversation_driver import digests
from support.shared_resources import gazetteer, topics

from handlers.services.change_timezone import rezone
from handlers.services.reschedule import reschedule
from matching.query.ast import dump
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import deliveries, digest_queue
from storage.outbox.deliveries import Delivery
from storage.outbox.digest_queue import Held
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.lanes import Lane
from storage.values.schedules import AT_ONCE, Every, Schedule, parse_schedule

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAILY = parse_schedule("daily 09:00")


class Office:
    """The maker of digests, its clock, and short ways to prepare and to look."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NINE - timedelta(hours=3)
        self.digests = digests(database, lambda: self.now)

    async def subscriber(self, chat_id: int = 5) -> Subscriber:
        async with self.database.write() as transaction:
            return await subscribers.ensure(
                transaction, Target(chat_id), ChatKind.PRIVATE, "en", self.now
            )

    async def subscribe(
        self, subscriber: Subscriber, query: str, schedule: Schedule = DAILY
    ) -> None:
        async with self.database.write() as transaction:
            await subscriptions.add(
                transaction,
                subscriber.number,
                query=dump(parse(query, gazetteer(), topics()).query),
                written=query,
                schedule=schedule,
                next_due_at=schedule.next_due(self.now, ZoneInfo("UTC")),
                now=self.now,
            )

    async def hold(self, title: str, *to: Subscriber) -> None:
        async with self.database.write() as transaction:
            new = Bulletin(source="blog", key=title, title=title, received_at=self.now)
            stored = await bulletins.add(transaction, new)
            numbers = BitMap([subscriber.number for subscriber in to])
            await digest_queue.hold(transaction, [Held(stored.id, numbers)], self.now)

    async def tick(self, at: datetime) -> list[Delivery]:
        """What is owed after the tick."""
        self.now = at
        await self.digests.tick()
        async with self.database.read() as transaction:
            return await deliveries.due(transaction, Lane.DIGEST, at, limit=99)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def text_of(delivery: Delivery) -> str:
    assert delivery.content
    return delivery.content.html


async def test_what_was_held_is_one_message_at_the_hour_and_not_before(office: Office) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson")
    await office.hold("Storm over Kherson", ann)
    await office.hold("Ferry to Kherson", ann)
    assert await office.tick(NINE - timedelta(seconds=1)) == []
    (digest,) = await office.tick(NINE)
    assert digest.lane is Lane.DIGEST
    assert text_of(digest).index("Ferry") < text_of(digest).index("Storm")


async def test_it_comes_once_a_day_and_without_news_not_at_all(office: Office) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson")
    await office.hold("Storm over Kherson", ann)
    assert len(await office.tick(NINE)) == 1
    assert len(await office.tick(NINE + timedelta(minutes=1))) == 1
    assert len(await office.tick(NINE + timedelta(days=1))) == 1
    await office.hold("Ferry to Kherson", ann)
    assert len(await office.tick(NINE + timedelta(days=2))) == 2


async def test_after_a_long_silence_one_digest_catches_up(office: Office) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson")
    for day in range(5):
        await office.hold(f"Storm over Kherson, day {day}", ann)
    (digest,) = await office.tick(NINE + timedelta(days=5, hours=2))
    assert all(f"day {day}" in text_of(digest) for day in range(5))


async def test_each_subscription_brings_its_own_at_its_own_hour(office: Office) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson")
    await office.subscribe(ann, "Odesa", parse_schedule("daily 18:00"))
    await office.hold("Storm over Kherson", ann)
    await office.hold("Opera in Odesa", ann)
    (morning,) = await office.tick(NINE)
    assert "Storm" in text_of(morning)
    assert "Opera" not in text_of(morning)
    _, evening = await office.tick(NINE.replace(hour=18))
    assert "Opera" in text_of(evening)
    assert "Storm" not in text_of(evening)


async def test_what_was_held_before_somebody_subscribed_is_not_theirs(office: Office) -> None:
    ann, bob = await office.subscriber(5), await office.subscriber(6)
    await office.hold("Storm over Kherson", ann, bob)
    await office.subscribe(ann, "Kherson")
    assert await office.tick(NINE) == []


async def test_more_are_due_than_fit_one_batch_and_all_get_theirs(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.digests.BATCH", 3)
    people = [await office.subscriber(chat) for chat in range(1, 9)]
    for person in people:
        await office.subscribe(person, "Kherson")
    await office.hold("Storm over Kherson", *people)
    assert len(await office.tick(NINE)) == 8


def test_a_schedule_reads_as_it_is_written() -> None:
    for written in ("now", "hourly", "daily 09:05", "weekly sun 23:59"):
        assert str(parse_schedule(written)) == written
    assert parse_schedule("Weekly Friday 8:30") == Schedule(Every.WEEKLY, time(8, 30), 4)


@pytest.mark.parametrize("written", ["", "soon", "daily", "daily 25:00", "weekly 09:00", "daily x"])
def test_what_is_no_schedule_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="schedule|time data|unconverted|format"):
        parse_schedule(written)


def test_what_comes_at_once_is_never_due() -> None:
    assert AT_ONCE.next_due(NINE, ZoneInfo("UTC")) is None


def test_hourly_is_due_at_the_full_hour() -> None:
    due = Schedule(Every.HOURLY).next_due(NINE + timedelta(minutes=59), ZoneInfo("UTC"))
    assert due == NINE + timedelta(hours=1)


def test_weekly_is_due_on_its_day_in_the_zone_of_the_reader() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    due = parse_schedule("weekly mon 00:30").next_due(NINE, kyiv)
    assert due == datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("at", ["03:30", "00:00", "23:59"])
def test_there_is_one_a_local_day_also_when_the_clocks_change(at: str) -> None:
    """Cases 39 and 40 of the catalogue of failures."""
    kyiv = ZoneInfo("Europe/Kyiv")
    due: datetime | None = datetime(2026, 1, 1, tzinfo=UTC)
    days = []
    while due and due.year < 2027:
        due = parse_schedule(f"daily {at}").next_due(due, kyiv)
        assert due
        days.append(due.astimezone(kyiv).date())
    assert len(days) == len(set(days))
    assert len(days) >= 365


async def test_who_wants_it_is_told_that_there_is_nothing_new(office: Office) -> None:
    ann, bob = await office.subscriber(5), await office.subscriber(6)
    for person in (ann, bob):
        await office.subscribe(person, "Kherson")
    async with office.database.write() as transaction:
        await subscribers.choose(transaction, ann.number, told_nothing=True)
    (digest,) = await office.tick(NINE)
    assert digest.subscriber == ann.number
    assert text_of(digest) == "Nothing new since the last time."


async def test_no_more_are_made_than_the_outbox_can_soon_send(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost by that: the hour is noted, and the others are made when there is room."""
    monkeypatch.setattr("bot.digests.ENOUGH", 2)
    monkeypatch.setattr("bot.waiting.PEOPLE", 2)
    people = [await office.subscriber(chat) for chat in range(1, 6)]
    for person in people:
        await office.subscribe(person, "Kherson")
    await office.hold("Storm over Kherson", *people)
    told: set[int] = set()
    for turn in range(4):
        due = await office.tick(NINE + timedelta(seconds=turn))
        assert len(due) <= 2
        told |= {each.subscriber for each in due}
        async with office.database.write() as transaction:
            await deliveries.done(transaction, [each.id for each in due])
    assert told == {person.number for person in people}


async def test_another_zone_neither_skips_a_digest_nor_doubles_one(office: Office) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson")
    await office.hold("Storm over Kherson", ann)
    (_,) = await office.tick(NINE)
    async with office.database.write() as transaction:
        await rezone(transaction, ann.number, None, "America/New_York", NINE + timedelta(hours=1))
    await office.hold("Ferry to Kherson", ann)
    assert len(await office.tick(NINE + timedelta(hours=6))) == 1  # nine o'clock again, in New York
    assert len(await office.tick(NINE + timedelta(hours=30))) == 2


async def test_what_is_held_for_a_digest_that_was_moved_to_another_hour_comes_then(
    office: Office,
) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson")
    await office.hold("Storm over Kherson", ann)
    async with office.database.write() as transaction:
        (one,) = await subscriptions.of(transaction, ann.number)
        await reschedule(transaction, one, parse_schedule("daily 08:00"), None, office.now)
    assert len(await office.tick(NINE - timedelta(hours=1))) == 1


async def test_a_digest_that_is_owed_and_was_not_made_is_one_with_the_next(
    office: Office,
) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson", parse_schedule("hourly"))
    await office.hold("Storm over Kherson", ann)
    await office.digests.owe(NINE)
    await office.digests.owe(NINE + timedelta(hours=1))
    assert len(await office.tick(NINE + timedelta(hours=1))) == 1
