"""Digests: entries come at the scheduled time, once."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from pyroaring import BitMap
from support.conversation_driver import make_digester
from support.shared_resources import gazetteer, topics

from handlers.services.reschedule import change_timezone, reschedule
from matching.query.ast import dump
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import deliveries, digest_queue
from storage.outbox.deliveries import Delivery
from storage.outbox.digest_queue import DigestEntry
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.lanes import Lane
from storage.values.schedules import IMMEDIATE, Frequency, Schedule, parse_schedule

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
DAILY = parse_schedule("daily 09:00")


class DigestDriver:
    """Digester with its clock, and helpers to add subscriptions and entries."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NINE - timedelta(hours=3)
        self.digester = make_digester(database, lambda: self.now)

    async def subscriber(self, chat_id: int = 5) -> Subscriber:
        async with self.database.write() as transaction:
            return await subscribers.get_or_create(
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
                query_text=query,
                schedule=schedule,
                next_due_at=schedule.next_due(self.now, ZoneInfo("UTC")),
                now=self.now,
            )

    async def add_entry(self, title: str, *to: Subscriber) -> None:
        async with self.database.write() as transaction:
            new = Bulletin(source="blog", key=title, title=title, received_at=self.now)
            stored = await bulletins.add(transaction, new)
            numbers = BitMap([subscriber.number for subscriber in to])
            await digest_queue.enqueue(transaction, [DigestEntry(stored.id, numbers)], self.now)

    async def tick(self, now: datetime) -> list[Delivery]:
        """Run a tick; return the digests in the outbox after it."""
        self.now = now
        await self.digester.tick()
        async with self.database.read() as transaction:
            return await deliveries.list_due(transaction, Lane.DIGEST, now, limit=99)


@pytest.fixture
def driver(database: Database) -> DigestDriver:
    return DigestDriver(database)


def text_of(delivery: Delivery) -> str:
    assert delivery.content
    return delivery.content.html


async def test_entries_come_as_one_message_at_the_scheduled_time(
    driver: DigestDriver,
) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson")
    await driver.add_entry("Storm over Kherson", ann)
    await driver.add_entry("Ferry to Kherson", ann)
    assert await driver.tick(NINE - timedelta(seconds=1)) == []
    (digest,) = await driver.tick(NINE)
    assert digest.lane is Lane.DIGEST
    assert text_of(digest).index("Ferry") < text_of(digest).index("Storm")


async def test_a_daily_digest_comes_once_a_day_and_only_with_news(driver: DigestDriver) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson")
    await driver.add_entry("Storm over Kherson", ann)
    assert len(await driver.tick(NINE)) == 1
    assert len(await driver.tick(NINE + timedelta(minutes=1))) == 1
    assert len(await driver.tick(NINE + timedelta(days=1))) == 1
    await driver.add_entry("Ferry to Kherson", ann)
    assert len(await driver.tick(NINE + timedelta(days=2))) == 2


async def test_one_digest_catches_up_after_an_outage(driver: DigestDriver) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson")
    for day in range(5):
        await driver.add_entry(f"Storm over Kherson, day {day}", ann)
    (digest,) = await driver.tick(NINE + timedelta(days=5, hours=2))
    assert all(f"day {day}" in text_of(digest) for day in range(5))


async def test_each_subscription_has_its_own_digest_at_its_own_time(driver: DigestDriver) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson")
    await driver.subscribe(ann, "Odesa", parse_schedule("daily 18:00"))
    await driver.add_entry("Storm over Kherson", ann)
    await driver.add_entry("Opera in Odesa", ann)
    (morning,) = await driver.tick(NINE)
    assert "Storm" in text_of(morning)
    assert "Opera" not in text_of(morning)
    _, evening = await driver.tick(NINE.replace(hour=18))
    assert "Opera" in text_of(evening)
    assert "Storm" not in text_of(evening)


async def test_entries_before_the_subscription_are_not_in_its_digest(driver: DigestDriver) -> None:
    ann, bob = await driver.subscriber(5), await driver.subscriber(6)
    await driver.add_entry("Storm over Kherson", ann, bob)
    await driver.subscribe(ann, "Kherson")
    assert await driver.tick(NINE) == []


async def test_digests_beyond_one_batch_are_all_built(
    driver: DigestDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.digests.digester.MARK_DUE_BATCH", 3)
    people = [await driver.subscriber(chat) for chat in range(1, 9)]
    for person in people:
        await driver.subscribe(person, "Kherson")
    await driver.add_entry("Storm over Kherson", *people)
    assert len(await driver.tick(NINE)) == 8


def test_a_schedule_reads_as_it_is_written() -> None:
    for written in ("now", "hourly", "daily 09:05", "weekly sun 23:59"):
        assert str(parse_schedule(written)) == written
    assert parse_schedule("Weekly Friday 8:30") == Schedule(Frequency.WEEKLY, time(8, 30), 4)


@pytest.mark.parametrize("written", ["", "soon", "daily", "daily 25:00", "weekly 09:00", "daily x"])
def test_an_invalid_schedule_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="schedule|time data|unconverted|format"):
        parse_schedule(written)


def test_an_immediate_schedule_is_never_due() -> None:
    assert IMMEDIATE.next_due(NINE, ZoneInfo("UTC")) is None


def test_hourly_is_due_at_the_full_hour() -> None:
    due = Schedule(Frequency.HOURLY).next_due(NINE + timedelta(minutes=59), ZoneInfo("UTC"))
    assert due == NINE + timedelta(hours=1)


def test_weekly_is_due_on_its_day_in_the_zone_of_the_reader() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    due = parse_schedule("weekly mon 00:30").next_due(NINE, kyiv)
    assert due == datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("hour", ["03:30", "00:00", "23:59"])
def test_a_daily_digest_comes_once_a_local_day_over_clock_changes(hour: str) -> None:
    """Clock changes make a local time occur twice or not at all."""
    kyiv = ZoneInfo("Europe/Kyiv")
    due: datetime | None = datetime(2026, 1, 1, tzinfo=UTC)
    days = []
    while due and due.year < 2027:
        due = parse_schedule(f"daily {hour}").next_due(due, kyiv)
        assert due
        days.append(due.astimezone(kyiv).date())
    assert len(days) == len(set(days))
    assert len(days) >= 365


async def test_an_empty_digest_is_sent_to_subscribers_that_want_it(driver: DigestDriver) -> None:
    ann, bob = await driver.subscriber(5), await driver.subscriber(6)
    for person in (ann, bob):
        await driver.subscribe(person, "Kherson")
    async with driver.database.write() as transaction:
        await subscribers.change_settings(transaction, ann.number, wants_empty_digests=True)
    (digest,) = await driver.tick(NINE)
    assert digest.subscriber == ann.number
    assert text_of(digest) == "Nothing new since the last time."


async def test_no_more_digests_are_built_than_the_outbox_can_soon_send(
    driver: DigestDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No digest is lost: it is marked due, and built when there is room."""
    monkeypatch.setattr("bot.digests.digester.OUTBOX_LIMIT", 2)
    monkeypatch.setattr("bot.digests.pending.SUBSCRIBERS_PER_BATCH", 2)
    people = [await driver.subscriber(chat) for chat in range(1, 6)]
    for person in people:
        await driver.subscribe(person, "Kherson")
    await driver.add_entry("Storm over Kherson", *people)
    served: set[int] = set()
    for turn in range(4):
        due = await driver.tick(NINE + timedelta(seconds=turn))
        assert len(due) <= 2
        served |= {digest.subscriber for digest in due}
        async with driver.database.write() as transaction:
            await deliveries.complete(transaction, [digest.id for digest in due])
    assert served == {person.number for person in people}


async def test_a_time_zone_change_neither_skips_nor_duplicates_a_digest(
    driver: DigestDriver,
) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson")
    await driver.add_entry("Storm over Kherson", ann)
    (_,) = await driver.tick(NINE)
    async with driver.database.write() as transaction:
        await change_timezone(
            transaction, ann.number, None, "America/New_York", NINE + timedelta(hours=1)
        )
    await driver.add_entry("Ferry to Kherson", ann)
    assert len(await driver.tick(NINE + timedelta(hours=6))) == 1  # nine o'clock again, in New York
    assert len(await driver.tick(NINE + timedelta(hours=30))) == 2


async def test_entries_of_a_rescheduled_digest_come_at_its_new_time(
    driver: DigestDriver,
) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson")
    await driver.add_entry("Storm over Kherson", ann)
    async with driver.database.write() as transaction:
        (subscription,) = await subscriptions.of(transaction, ann.number)
        await reschedule(transaction, subscription, parse_schedule("daily 08:00"), None, driver.now)
    assert len(await driver.tick(NINE - timedelta(hours=1))) == 1


async def test_a_due_digest_that_was_not_built_merges_with_the_next(
    driver: DigestDriver,
) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson", parse_schedule("hourly"))
    await driver.add_entry("Storm over Kherson", ann)
    await driver.digester.mark_due(NINE)
    await driver.digester.mark_due(NINE + timedelta(hours=1))
    assert len(await driver.tick(NINE + timedelta(hours=1))) == 1
