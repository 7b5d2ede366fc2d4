"""From the outbox to people's chats, through real HTTP and real databases."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from pyroaring import BitMap
from telegram import Bot

from bot.delivery.courier import Courier
from bot.delivery.pacing import Pacer
from bot.delivery.request import AiohttpRequest
from bot.delivery.sender import Sender
from bot.standin.person import Person
from bot.standin.server import Standin
from storage import agenda, broadcasts, bulletins, deliveries, subscribers
from storage.broadcasts import NewBroadcast
from storage.bulletins import Bulletin, StoredBulletin
from storage.content import Button, Content
from storage.database import Database
from storage.deliveries import NewDelivery
from storage.lanes import Lane
from storage.subscribers import ChatKind, Subscriber, Suspended, Target

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin() as running:
        yield running


@pytest.fixture
async def sender(standin: Standin) -> AsyncIterator[Sender]:
    request = AiohttpRequest(connections=64, seconds=2.0)
    bot = Bot(standin.token, base_url=f"{standin.url}/bot", request=request)
    await request.initialize()
    yield Sender(bot)
    await request.shutdown()


class Outbox:
    """A courier at work, and short ways to owe something."""

    def __init__(self, database: Database, sender: Sender, rate: int) -> None:
        self.database = database
        self.bell = asyncio.Event()
        self.joined: list[int] = []
        self.courier = Courier(
            database,
            sender,
            Pacer(rate, asyncio.get_running_loop().time),
            lambda bulletin, _: Content(f"<b>{bulletin.title}</b>"),
            bell=self.bell,
            joined=self._note_joined,
            clock=now,
        )

    async def _note_joined(self, ids: Sequence[int]) -> None:
        self.joined += ids

    async def subscriber(self, chat_id: int, thread_id: int = 0) -> Subscriber:
        async with self.database.write() as transaction:
            return await subscribers.ensure(
                transaction, Target(chat_id, thread_id), ChatKind.PRIVATE, "en", NOW
            )

    async def bulletin(self, title: str) -> StoredBulletin:
        async with self.database.write() as transaction:
            new = Bulletin(source="blog", key=title, title=title, received_at=NOW)
            return await bulletins.add(transaction, new)

    async def broadcast(
        self, title: str, to: Sequence[Subscriber], *, lane: Lane = Lane.NEWS
    ) -> None:
        bulletin = await self.bulletin(title)
        numbers = BitMap([subscriber.number for subscriber in to])
        async with self.database.write() as transaction:
            new = NewBroadcast(bulletin=bulletin.id, lane=lane, recipients=numbers, silent=BitMap())
            await broadcasts.enqueue(transaction, [new], NOW)
        self.bell.set()

    async def say(
        self, text: str, to: Subscriber, *, lane: Lane = Lane.REPLY, **changes: object
    ) -> None:
        content = Content(text, **changes)  # type: ignore[arg-type]
        new = NewDelivery(subscriber=to.number, lane=lane, content=content, due_at=NOW)
        async with self.database.write() as transaction:
            await deliveries.enqueue(transaction, [new], NOW)
        self.bell.set()

    async def owes(self) -> bool:
        async with self.database.read() as transaction:
            owed = await agenda.look(transaction)
            under_way = await deliveries.in_doubt(transaction)
        return bool(under_way) or any(one.due_at or one.newest for one in owed.values())

    async def settled(self) -> None:
        """Waits until nothing is owed any more."""
        while await self.owes():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.02)

    async def get(self, subscriber: Subscriber) -> Subscriber:
        async with self.database.read() as transaction:
            return (await subscribers.get(transaction, [subscriber.number]))[subscriber.number]


@asynccontextmanager
async def at_work(database: Database, sender: Sender, rate: int = 30) -> AsyncIterator[Outbox]:
    outbox = Outbox(database, sender, rate)
    run = asyncio.create_task(outbox.courier.run())
    try:
        async with asyncio.timeout(20):
            yield outbox
    finally:
        outbox.courier.stop()
        await run


async def people(
    standin: Standin, outbox: Outbox, count: int
) -> tuple[list[Person], list[Subscriber]]:
    persons = [standin.people.person(f"P{n}", started=True) for n in range(count)]
    return persons, [await outbox.subscriber(person.id) for person in persons]


def texts_of(persons: Sequence[Person]) -> list[list[str]]:
    return [person.chat.texts for person in persons]


async def test_a_broadcast_reaches_everybody_once(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with at_work(database, sender) as outbox:
        persons, to = await people(standin, outbox, 8)
        await outbox.broadcast("Bridge closed", to)
        await outbox.settled()
    assert texts_of(persons) == [["Bridge closed"]] * 8


async def test_what_is_said_arrives_whole(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with at_work(sqlite, sender) as outbox:
        (person,), (to,) = await people(standin, outbox, 1)
        buttons = ((Button("Stop", data="u:1"), Button("Read", url="https://example.org/")),)
        await outbox.say("<b>1 &lt; 2</b>", to, buttons=buttons)
        (message,) = await person.chat.wait(lambda messages: len(messages) == 1)
    assert message.text == "1 < 2"
    assert [entity["type"] for entity in message.entities] == ["bold"]
    call = standin.journal.of("sendMessage")[0]
    assert call.params["reply_markup"]["inline_keyboard"][0][1]["url"] == "https://example.org/"


async def test_nothing_goes_faster_than_telegram_allows(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with at_work(sqlite, sender) as outbox:
        _, to = await people(standin, outbox, 40)
        group = standin.people.group("Street")
        for title in ("One", "Two", "Three"):
            await outbox.broadcast(title, [*to[:20], await outbox.subscriber(group.id)])
        for person in to[20:]:
            await outbox.say("An answer", person)
        await outbox.settled()
    assert len(standin.journal.of("sendMessage")) == 83
    assert not [call for call in standin.journal if call.status == 429]


async def test_a_reply_goes_ahead_of_a_broadcast(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with at_work(sqlite, sender) as outbox:
        persons, to = await people(standin, outbox, 60)
        await outbox.broadcast("News", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) == 3)
        asker = standin.people.person("Asker", started=True)
        await outbox.say("Answer", await outbox.subscriber(asker.id))
        await asker.chat.wait(lambda messages: len(messages) == 1)
        assert sum(len(person.chat.texts) for person in persons) < 20
        await outbox.settled()
    assert texts_of(persons) == [["News"]] * 60


async def test_a_flood_of_replies_does_not_delay_an_alert_nor_the_alert_a_reply(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 63 of the catalogue of failures: two calls of three are the alert's."""
    async with at_work(sqlite, sender) as outbox:
        persons, to = await people(standin, outbox, 80)
        alerted, flooding = persons[:20], to[20:]
        for number in flooding:
            await outbox.say("An answer", number)
        await outbox.broadcast("Alert", to[:20], lane=Lane.ALERT)
        begun = standin.journal.total
        for person in alerted:
            await person.chat.wait(lambda messages: len(messages) == 1)
        calls = [call.params["text"] for call in standin.journal.of("sendMessage")][begun:]
        last = max(n for n, text in enumerate(calls) if "Alert" in text)
        assert calls[: last + 1].count("An answer") in range(5, 16)


async def test_one_chat_that_answers_429_waits_and_nobody_else(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Case 1 of the catalogue of failures."""
    async with at_work(database, sender) as outbox:
        persons, to = await people(standin, outbox, 3)
        standin.faults.flood(2, method="sendMessage", chat=persons[0].id)
        await outbox.broadcast("News", to)
        for person in persons[1:]:
            await person.chat.wait(lambda messages: len(messages) == 1)
        assert persons[0].chat.texts == []
        await outbox.settled()
    assert texts_of(persons) == [["News"]] * 3
    assert standin.journal.inside_flood_wait() == []


async def test_three_chats_that_answer_429_make_all_wait(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 2 of the catalogue of failures."""
    async with at_work(sqlite, sender) as outbox:
        persons, to = await people(standin, outbox, 30)
        standin.faults.flood(2, method="sendMessage", times=3)
        await outbox.broadcast("News", to)
        await outbox.settled()
    sends = [call.at for call in standin.journal.of("sendMessage")]
    third = [c for c in standin.journal.of("sendMessage") if c.status == 429][2].at
    assert not [at for at in sends if third + 0.5 < at < third + 1.9]
    assert texts_of(persons) == [["News"]] * 30


async def test_who_blocks_the_bot_is_suspended_and_kept(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Case 5 of the catalogue of failures."""
    async with at_work(database, sender) as outbox:
        (person, other), to = await people(standin, outbox, 2)
        await person.block()
        await outbox.broadcast("One", to)
        await outbox.settled()
        await outbox.broadcast("Two", to)
        await outbox.settled()
        assert (await outbox.get(to[0])).suspended is Suspended.BLOCKED
    assert other.chat.texts == ["One", "Two"]
    assert len(standin.journal.of("sendMessage", person.id)) == 1


async def test_a_chat_not_found_twice_is_suspended(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 6 of the catalogue of failures."""
    async with at_work(sqlite, sender) as outbox:
        nobody = await outbox.subscriber(999)
        await outbox.broadcast("One", [nobody])
        await outbox.settled()
        assert (await outbox.get(nobody)).suspended is Suspended.NOT_FOUND
    assert len(standin.journal.of("sendMessage", 999)) == 2


async def test_a_group_that_has_moved_gets_its_message_once_where_it_lives(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Case 7 of the catalogue of failures."""
    async with at_work(database, sender) as outbox:
        old = await outbox.subscriber(-77)
        street = standin.people.group("Street", supergroup=True)
        standin.faults.migrate(street.id, method="sendMessage", chat=-77)
        await outbox.broadcast("One", [old])
        await street.wait(lambda messages: len(messages) == 1)
        await outbox.settled()
        assert (await outbox.get(old)).chat_id == street.id
        await outbox.broadcast("Two", [old])
        await outbox.settled()
    assert street.texts == ["One", "Two"]


async def test_what_telegram_cannot_parse_comes_as_plain_text(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 10 of the catalogue of failures."""
    async with at_work(sqlite, sender) as outbox:
        (person,), (to,) = await people(standin, outbox, 1)
        await outbox.say("<b>Fish &amp; chips", to)
        (message,) = await person.chat.wait(lambda messages: len(messages) == 1)
    assert message.text == "Fish & chips"


FAULTS: list[tuple[str, Callable[[Standin], object], int]] = [
    ("refused", lambda s: s.faults.break_down(502, method="sendMessage"), 1),
    ("reset before", lambda s: s.faults.disconnect(method="sendMessage"), 1),
    ("reset after", lambda s: s.faults.drop(method="sendMessage"), 2),
    ("cut", lambda s: s.faults.truncate(method="sendMessage"), 2),
    ("half a JSON", lambda s: s.faults.halve(method="sendMessage"), 2),
    ("too slow", lambda s: s.faults.slow(3, method="sendMessage"), 2),
]


@pytest.mark.parametrize(("name", "fault", "copies"), FAULTS, ids=[f[0] for f in FAULTS])
async def test_trouble_on_the_way_loses_nothing(
    standin: Standin,
    sender: Sender,
    sqlite: Database,
    name: str,
    fault: Callable[[Standin], object],
    copies: int,
) -> None:
    async with at_work(sqlite, sender) as outbox:
        (person,), to = await people(standin, outbox, 1)
        fault(standin)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.settled()
    assert person.chat.texts == ["Alert"] * copies, name


async def test_a_slow_chat_holds_up_nobody(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with at_work(sqlite, sender) as outbox:
        persons, to = await people(standin, outbox, 20)
        standin.faults.slow(1.5, method="sendMessage", chat=persons[0].id)
        await outbox.broadcast("News", to)
        for person in persons[1:]:
            await person.chat.wait(lambda messages: len(messages) == 1, timeout=1.4)
        await outbox.settled()
    assert texts_of(persons) == [["News"]] * 20


async def test_a_restart_in_the_middle_of_a_broadcast_goes_on_where_it_was(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with at_work(database, sender) as outbox:
        persons, to = await people(standin, outbox, 40)
        await outbox.broadcast("News", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) == 10)
    reached = sum(len(person.chat.texts) for person in persons)
    assert 10 <= reached < 40
    async with at_work(database, sender) as outbox:
        await outbox.settled()
    assert texts_of(persons) == [["News"]] * 40


async def test_a_message_in_doubt_is_sent_three_times_at_most_however_often_we_crash(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 29 of the catalogue of failures."""
    outbox = Outbox(sqlite, sender, 30)
    _, to = await people(standin, outbox, 1)
    await outbox.broadcast("Alert", to, lane=Lane.ALERT)
    standin.faults.slow(1.9, method="sendMessage", times=None)
    for crash in range(1, 5):
        outbox = Outbox(sqlite, sender, 30)
        run = asyncio.create_task(outbox.courier.run())
        with suppress(TimeoutError):
            await standin.journal.wait(lambda j, n=crash: j.total >= n, timeout=3)  # type: ignore[misc]
        await asyncio.sleep(0.3)
        run.cancel()
        for task in (run, *outbox.courier._tasks):
            task.cancel()
        await asyncio.gather(run, *outbox.courier._tasks, return_exceptions=True)
    assert standin.journal.total == 3
    async with sqlite.read() as transaction:
        assert await deliveries.in_doubt(transaction) == []


async def test_the_rate_is_a_setting(
    sqlite: Database,
) -> None:
    async with Standin(limits=None) as standin:
        request = AiohttpRequest(connections=64, seconds=2.0)
        await request.initialize()
        bot = Bot(standin.token, base_url=f"{standin.url}/bot", request=request)
        async with at_work(sqlite, Sender(bot), rate=200) as outbox:
            persons, to = await people(standin, outbox, 300)
            await outbox.broadcast("News", to)
            await outbox.settled()
        await request.shutdown()
    assert texts_of(persons) == [["News"]] * 300
    assert standin.journal.rates.busiest_second > 60
