"""Delivery from the outbox to chats, through real HTTP and real databases."""

import asyncio
from collections.abc import Callable

import pytest
from support.delivery_driver import Outbox, add_people, connected_sender, running_delivery, texts_of

from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.subscribers.subscribers import SuspensionReason
from storage.values.lanes import Lane
from storage.values.message import Button


async def test_a_broadcast_reaches_each_recipient_once(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with running_delivery(database, sender) as outbox:
        persons, to = await add_people(standin, outbox, 8)
        await outbox.broadcast("Bridge closed", to)
        await outbox.wait_until_sent()
    assert texts_of(persons) == [["Bridge closed"]] * 8


async def test_a_reply_arrives_with_its_formatting_and_buttons(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with running_delivery(sqlite, sender) as outbox:
        (person,), (to,) = await add_people(standin, outbox, 1)
        buttons = ((Button("Stop", data="u:1"), Button("Read", url="https://example.org/")),)
        await outbox.send_text("<b>1 &lt; 2</b>", to, buttons=buttons)
        (message,) = await person.chat.wait(lambda messages: len(messages) == 1)
    assert message.text == "1 < 2"
    assert [entity["type"] for entity in message.entities] == ["bold"]
    call = standin.journal.of("sendMessage")[0]
    assert call.params["reply_markup"]["inline_keyboard"][0][1]["url"] == "https://example.org/"


async def test_delivery_stays_within_telegrams_limits(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with running_delivery(sqlite, sender) as outbox:
        _, to = await add_people(standin, outbox, 40)
        group = standin.people.group("Street")
        for title in ("One", "Two", "Three"):
            await outbox.broadcast(title, [*to[:20], await outbox.subscriber(group.id)])
        for person in to[20:]:
            await outbox.send_text("An answer", person)
        await outbox.wait_until_sent()
    assert len(standin.journal.of("sendMessage")) == 83
    assert not [call for call in standin.journal if call.status == 429]


async def test_a_reply_overtakes_a_broadcast(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with running_delivery(sqlite, sender) as outbox:
        persons, to = await add_people(standin, outbox, 60)
        await outbox.broadcast("News", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 3)
        asker = standin.people.person("Asker", started=True)
        await outbox.send_text("Answer", await outbox.subscriber(asker.id))
        before = sum(len(person.chat.texts) for person in persons)
        await asker.chat.wait(lambda messages: len(messages) == 1)
        assert sum(len(person.chat.texts) for person in persons) < before + 10
        await outbox.wait_until_sent()
    assert texts_of(persons) == [["News"]] * 60


async def test_an_alert_gets_two_thirds_of_the_calls_against_a_flood_of_replies(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Alerts have twice the weight of replies."""
    outbox = Outbox(sqlite, sender, 30)
    persons, to = await add_people(standin, outbox, 60)
    for asker in to[20:]:
        await outbox.send_text("An answer", asker)
    await outbox.broadcast("Alert", to[:20], lane=Lane.ALERT)
    run = asyncio.create_task(outbox.worker.run())
    for person in persons[:20]:
        await person.chat.wait(lambda messages: len(messages) == 1)
    outbox.worker.stop()
    await asyncio.wait_for(run, 120)
    calls = [call.params["text"] for call in standin.journal.of("sendMessage")]
    last = max(n for n, text in enumerate(calls) if "Alert" in text)
    assert calls[:last].count("An answer") in range(9, 13)


async def test_a_flood_wait_delays_only_its_chat(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with running_delivery(database, sender) as outbox:
        persons, to = await add_people(standin, outbox, 3)
        standin.faults.flood(2, method="sendMessage", chat=persons[0].id)
        await outbox.broadcast("News", to)
        for person in persons[1:]:
            await person.chat.wait(lambda messages: len(messages) == 1)
        assert persons[0].chat.texts == []
        await outbox.wait_until_sent()
    assert texts_of(persons) == [["News"]] * 3
    assert standin.journal.inside_flood_wait() == []


async def test_a_late_429_starts_the_flood_wait_when_it_arrives(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """A local Bot API server can hold a call for seconds and then answer 429."""
    async with running_delivery(sqlite, sender) as outbox:
        persons, to = await add_people(standin, outbox, 3)
        standin.faults.flood(1, after=1.2, method="sendMessage", chat=persons[0].id)
        await outbox.broadcast("News", to)
        for person in persons[1:]:
            await person.chat.wait(lambda messages: len(messages) == 1)
        await outbox.wait_until_sent()
    assert texts_of(persons) == [["News"]] * 3
    first, second = standin.journal.of("sendMessage", persons[0].id)
    assert second.arrived_at - first.arrived_at >= 2.2


async def test_a_429_from_three_chats_pauses_all_chats(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Flood waits of several chats at once mean that Telegram limits the token."""
    async with running_delivery(sqlite, sender) as outbox:
        persons, to = await add_people(standin, outbox, 30)
        standin.faults.flood(2, method="sendMessage", times=3)
        await outbox.broadcast("News", to)
        await outbox.wait_until_sent()
    sends = [call.arrived_at for call in standin.journal.of("sendMessage")]
    third = [c for c in standin.journal.of("sendMessage") if c.status == 429][2].arrived_at
    assert sum(third < at < third + 1.9 for at in sends) <= 3  # calls that had begun
    assert texts_of(persons) == [["News"]] * 30


async def test_a_subscriber_that_blocks_the_bot_is_suspended_and_kept(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with running_delivery(database, sender) as outbox:
        (person, other), to = await add_people(standin, outbox, 2)
        await person.block()
        await outbox.broadcast("One", to)
        await outbox.wait_until_sent()
        await outbox.broadcast("Two", to)
        await outbox.wait_until_sent()
        assert (await outbox.reload(to[0])).suspended is SuspensionReason.BLOCKED
    assert other.chat.texts == ["One", "Two"]
    assert len(standin.journal.of("sendMessage", person.id)) == 1


async def test_a_chat_not_found_twice_is_suspended(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with running_delivery(sqlite, sender) as outbox:
        nobody = await outbox.subscriber(999)
        await outbox.broadcast("One", [nobody])
        await outbox.wait_until_sent()
        assert (await outbox.reload(nobody)).suspended is SuspensionReason.NOT_FOUND
    assert len(standin.journal.of("sendMessage", 999)) == 2


async def test_a_migrated_group_gets_its_message_once_in_the_supergroup(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Telegram answers with `migrate_to_chat_id` once a group is a supergroup."""
    async with running_delivery(database, sender) as outbox:
        moved = await outbox.subscriber(-77)
        street = standin.people.group("Street", supergroup=True)
        standin.faults.migrate(street.id, method="sendMessage", chat=-77)
        await outbox.broadcast("One", [moved])
        await street.wait(lambda messages: len(messages) == 1)
        await outbox.wait_until_sent()
        assert (await outbox.reload(moved)).chat_id == street.id
        await outbox.broadcast("Two", [moved])
        await outbox.wait_until_sent()
    assert street.texts == ["One", "Two"]


async def test_markup_that_telegram_cannot_parse_is_sent_as_plain_text(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """A message with broken markup must still arrive, if without formatting."""
    async with running_delivery(sqlite, sender) as outbox:
        (person,), (to,) = await add_people(standin, outbox, 1)
        await outbox.send_text("<b>Fish &amp; chips", to)
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
async def test_a_failed_call_loses_no_message(
    standin: Standin,
    sender: Sender,
    sqlite: Database,
    name: str,
    fault: Callable[[Standin], object],
    copies: int,
) -> None:
    async with running_delivery(sqlite, sender) as outbox:
        (person,), to = await add_people(standin, outbox, 1)
        fault(standin)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
    assert person.chat.texts == ["Alert"] * copies, name


async def test_a_missing_response_loses_no_message(standin: Standin, sqlite: Database) -> None:
    standin.faults.slow(600, method="sendMessage")
    async with (
        connected_sender(standin.url, standin.token, timeout_seconds=2.0) as impatient_sender,
        running_delivery(sqlite, impatient_sender) as outbox,
    ):
        (person,), to = await add_people(standin, outbox, 1)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
    assert person.chat.texts == ["Alert"] * 2


async def test_a_slow_chat_does_not_delay_other_chats(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    outbox = Outbox(sqlite, sender, 30)
    persons, to = await add_people(standin, outbox, 20)
    standin.faults.slow(600, method="sendMessage", chat=persons[0].id)
    await outbox.broadcast("News", to)
    run = asyncio.create_task(outbox.worker.run())
    for person in persons:
        await person.chat.wait(lambda messages: len(messages) == 1)
    assert to[0].number in await outbox.subscribers_in_flight()
    await outbox.kill(run)
    assert texts_of(persons) == [["News"]] * 20


async def test_a_restart_resumes_a_broadcast_where_it_stopped(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with running_delivery(database, sender) as outbox:
        persons, to = await add_people(standin, outbox, 40)
        await outbox.broadcast("News", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 10)
    reached = sum(len(person.chat.texts) for person in persons)
    assert 10 <= reached < 40
    async with running_delivery(database, sender) as outbox:
        await outbox.wait_until_sent()
    assert texts_of(persons) == [["News"]] * 40


async def test_a_message_in_doubt_is_sent_at_most_three_times_over_crashes(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """A crash loop must not repeat a message without limit."""
    outbox = Outbox(sqlite, sender, 30)
    _, to = await add_people(standin, outbox, 1)
    await outbox.broadcast("Alert", to, lane=Lane.ALERT)
    standin.faults.slow(600, method="sendMessage", times=None)
    for crash in range(1, 4):
        outbox = Outbox(sqlite, sender, 30)
        run = asyncio.create_task(outbox.worker.run())
        await standin.journal.wait(lambda j, n=crash: j.total >= n)  # type: ignore[misc]
        await outbox.kill(run)
    async with running_delivery(sqlite, sender) as outbox:
        await outbox.wait_until_sent()
    assert standin.journal.total == 3
