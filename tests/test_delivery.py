"""From the outbox to people's chats, through real HTTP and real databases."""

import asyncio
from collections.abc import Callable

import pytest
from support.delivery_driver import Outbox, at_work, connected, people, texts_of

from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.subscribers.subscribers import Suspended
from storage.values.lanes import Lane
from storage.values.message import Button


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
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 3)
        asker = standin.people.person("Asker", started=True)
        await outbox.say("Answer", await outbox.subscriber(asker.id))
        before = sum(len(person.chat.texts) for person in persons)
        await asker.chat.wait(lambda messages: len(messages) == 1)
        assert sum(len(person.chat.texts) for person in persons) < before + 10
        await outbox.settled()
    assert texts_of(persons) == [["News"]] * 60


async def test_a_flood_of_replies_does_not_delay_an_alert_nor_the_alert_a_reply(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 63 of the catalogue of failures: two calls of three are the alert's."""
    outbox = Outbox(sqlite, sender, 30)
    persons, to = await people(standin, outbox, 60)
    for asker in to[20:]:
        await outbox.say("An answer", asker)
    await outbox.broadcast("Alert", to[:20], lane=Lane.ALERT)
    run = asyncio.create_task(outbox.courier.run())
    for person in persons[:20]:
        await person.chat.wait(lambda messages: len(messages) == 1)
    outbox.courier.stop()
    await run
    calls = [call.params["text"] for call in standin.journal.of("sendMessage")]
    last = max(n for n, text in enumerate(calls) if "Alert" in text)
    assert calls[:last].count("An answer") in range(9, 13)


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


async def test_an_answer_that_is_held_and_then_says_429_makes_its_chat_wait_from_then_on(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 4 of the catalogue of failures."""
    async with at_work(sqlite, sender) as outbox:
        persons, to = await people(standin, outbox, 3)
        standin.faults.flood(1, after=1.2, method="sendMessage", chat=persons[0].id)
        await outbox.broadcast("News", to)
        for person in persons[1:]:
            await person.chat.wait(lambda messages: len(messages) == 1)
        await outbox.settled()
    assert texts_of(persons) == [["News"]] * 3
    first, second = standin.journal.of("sendMessage", persons[0].id)
    assert second.at - first.at >= 2.2


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
    assert sum(third < at < third + 1.9 for at in sends) <= 3  # they had begun
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


async def test_an_answer_that_does_not_come_loses_nothing(
    standin: Standin, sqlite: Database
) -> None:
    standin.faults.slow(600, method="sendMessage")
    async with (
        connected(standin.url, standin.token, seconds=2.0) as hasty,
        at_work(sqlite, hasty) as outbox,
    ):
        (person,), to = await people(standin, outbox, 1)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.settled()
    assert person.chat.texts == ["Alert"] * 2


async def test_a_slow_chat_holds_up_nobody(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    outbox = Outbox(sqlite, sender, 30)
    persons, to = await people(standin, outbox, 20)
    standin.faults.slow(600, method="sendMessage", chat=persons[0].id)
    await outbox.broadcast("News", to)
    run = asyncio.create_task(outbox.courier.run())
    for person in persons:
        await person.chat.wait(lambda messages: len(messages) == 1)
    assert to[0].number in await outbox.unanswered()
    await outbox.kill(run)
    assert texts_of(persons) == [["News"]] * 20


async def test_a_restart_in_the_middle_of_a_broadcast_goes_on_where_it_was(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with at_work(database, sender) as outbox:
        persons, to = await people(standin, outbox, 40)
        await outbox.broadcast("News", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 10)
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
    standin.faults.slow(600, method="sendMessage", times=None)
    for crash in range(1, 4):
        outbox = Outbox(sqlite, sender, 30)
        run = asyncio.create_task(outbox.courier.run())
        await standin.journal.wait(lambda j, n=crash: j.total >= n)  # type: ignore[misc]
        await outbox.kill(run)
    async with at_work(sqlite, sender) as outbox:
        await outbox.settled()
    assert standin.journal.total == 3
