"""Command /announce: an announcement is previewed, broadcast once, and can be stopped."""

from datetime import timedelta

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    ConversationDriver,
    Payload,
    button_data,
    button_labels,
    group_message,
    private_message,
)
from support.delivery_driver import connected_sender, now, running_delivery

from bot.delivery.cycle import InFlight, run_cycle
from bot.delivery.outcome import Sent
from bot.sources.base.source_settings import is_source_name
from bot.standin.server import Standin
from storage import schema
from storage.engine.database import Database
from storage.inbound.bulletins import ANNOUNCEMENT_SOURCE
from storage.outbox import announcements, broadcasts
from storage.subscribers import subscribers
from storage.subscribers.sound_modes import SoundMode
from storage.subscribers.subscribers import ChatKind, SuspensionReason, Target
from storage.values.lanes import Lane

TEXT = "We move to a new machine <tonight>.\nBack in an hour."
EVE = 13
OTHER = 14


async def prepare(database: Database) -> ConversationDriver:
    """Subscribe Ann (operator), Ben and a forum topic; Eve has blocked the bot."""

    async def ann(_chat: int) -> frozenset[int]:
        return frozenset({ANN})

    driver = ConversationDriver(database, ann, operators=[ANN])
    await driver.send("/start")
    await driver.send("/settings", user=BEN, language="uk")
    await driver.send("/start", user=EVE)
    for thread in (4, 5):
        await driver.send_in_group("/subscribe Kyiv", thread=thread)
    async with database.write() as transaction:
        await subscribers.suspend(transaction, EVE, SuspensionReason.BLOCKED)
    return driver


async def unfinished_broadcasts(database: Database) -> list[broadcasts.Broadcast]:
    async with database.read() as transaction:
        return await broadcasts.list_unfinished(transaction, Lane.ANNOUNCEMENT, limit=9)


async def test_a_preview_shows_the_announcement_and_sends_nothing(database: Database) -> None:
    driver = await prepare(database)
    response = await driver.send(f"/announce {TEXT}")
    assert response.html == (
        "<b>So it will look. Nothing is sent yet.</b>\n\n"
        "We move to a new machine &lt;tonight&gt;.\nBack in an hour.\n\n"
        "<i>from those who run this bot · 09:30 UTC</i>"
    )
    assert button_labels(response.reply) == ["Send to 3 chats", "Cancel"]
    assert await unfinished_broadcasts(database) == []


async def test_an_announcement_goes_once_to_every_reachable_chat_in_the_lowest_lane(
    database: Database,
) -> None:
    """The button is pressed twice."""
    driver = await prepare(database)
    preview = await driver.send(f"/announce {TEXT}")
    for _ in range(2):
        pressed = await driver.press(button_data(preview.reply, "Send"))
        assert pressed.edit.html.startswith("<b>On its way: 0 of 3 have it.</b>")
        assert button_labels(pressed.edit) == ["↻ Look again", "■ Stop"]
    (broadcast,) = await unfinished_broadcasts(database)
    numbers = [(await driver.get_subscriber(chat)).number for chat in (ANN, BEN)]
    numbers.append((await driver.get_subscriber(GROUP, 4)).number)
    assert sorted(broadcast.recipients) == sorted(numbers)


async def test_a_muted_subscriber_gets_the_announcement_silently(sqlite: Database) -> None:
    driver = await prepare(sqlite)
    await driver.send("/pause 2h", user=BEN)
    preview = await driver.send(f"/announce {TEXT}")
    await driver.press(button_data(preview.reply, "Send"))
    (broadcast,) = await unfinished_broadcasts(sqlite)
    assert list(broadcast.silent) == [(await driver.get_subscriber(BEN)).number]


@pytest.mark.parametrize(
    ("mode", "is_silent"),
    [(SoundMode.EVERYTHING, False), (SoundMode.ALERTS, True), (SoundMode.NOTHING, True)],
)
async def test_an_announcement_has_the_sound_that_the_chat_has_for_news(
    database: Database, mode: SoundMode, *, is_silent: bool
) -> None:
    driver = await prepare(database)
    await driver.press(f"tm:{mode}", user=BEN)
    preview = await driver.send(f"/announce {TEXT}")
    await driver.press(button_data(preview.reply, "Send"))

    (broadcast,) = await unfinished_broadcasts(database)
    number = (await driver.get_subscriber(BEN)).number

    assert number in broadcast.recipients
    assert set(broadcast.silent) == ({number} if is_silent else set())


async def test_a_cancelled_draft_cannot_be_sent(database: Database) -> None:
    driver = await prepare(database)
    preview = await driver.send(f"/announce {TEXT}")
    cancelled = await driver.press(button_data(preview.reply, "Cancel"))
    assert cancelled.edit.html == "Nothing was sent."
    assert (await driver.press(button_data(preview.reply, "Send"))).answer.startswith("This button")
    assert await unfinished_broadcasts(database) == []


async def test_a_sent_announcement_cannot_be_cancelled(sqlite: Database) -> None:
    driver = await prepare(sqlite)
    preview = await driver.send(f"/announce {TEXT}")
    await driver.press(button_data(preview.reply, "Send"))
    assert (await driver.press(button_data(preview.reply, "Cancel"))).answer.startswith(
        "This button"
    )
    assert len(await unfinished_broadcasts(sqlite)) == 1


async def test_an_expired_preview_sends_nothing(sqlite: Database) -> None:
    driver = await prepare(sqlite)
    preview = await driver.send(f"/announce {TEXT}")
    driver.now += timedelta(days=30)
    assert (await driver.press(button_data(preview.reply, "Send"))).answer.startswith("This button")
    assert await unfinished_broadcasts(sqlite) == []


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "long " * 700])
async def test_an_empty_or_too_long_text_stores_nothing(sqlite: Database, typed: str) -> None:
    driver = await prepare(sqlite)
    response = await driver.send(f"/announce {typed}")
    assert button_labels(response.reply) == []
    async with sqlite.read() as transaction:
        assert (await transaction.execute(schema.bulletin.select())).all() == []


async def test_only_operators_can_announce_or_press_the_buttons(sqlite: Database) -> None:
    """Anyone can forge callback data, so each button checks the sender and the chat."""
    driver = await prepare(sqlite)
    assert "I do not know this command" in (await driver.send("/announce x", user=OTHER)).html
    assert (await driver.send_in_group("/announce x")).replies == ()
    preview = await driver.send(f"/announce {TEXT}")
    send = button_data(preview.reply, "Send")
    number = send.partition(":")[2]
    under: Payload = group_message("")
    for data in (send, f"ac:{number}", f"ar:{number}:3", f"ax:{number}:3"):
        assert (await driver.press(data, user=OTHER)).answer.startswith("This button")
        assert (await driver.press(data, under=under)).answer.startswith("This button")
    opened = await driver.press(f"m:{number}:0", user=BEN)
    assert opened.replies == ()
    assert await unfinished_broadcasts(sqlite) == []


@pytest.mark.parametrize("data", ["as:", "as:x", "as:1:2", "ax:", "ar:0:", "ac:-1", "as:٣"])
async def test_a_forged_announcement_id_sends_nothing(sqlite: Database, data: str) -> None:
    driver = await prepare(sqlite)
    await driver.publish("A report and no announcement")
    assert (await driver.press(data)).answer.startswith("This button")
    assert await unfinished_broadcasts(sqlite) == []


async def test_an_announcement_is_in_no_list_of_news(database: Database) -> None:
    driver = await prepare(database)
    preview = await driver.send("/announce A strike on Kyiv of all words")
    await driver.press(button_data(preview.reply, "Send"))
    await driver.publish("Something else in Kyiv")
    for command in ("/latest", "/latest Kyiv", "Kyiv"):
        html = (await driver.send(command)).html
        assert "Something else" in html
        assert "of all words" not in html
    inline_query = {"id": "1", "query": "Kyiv", "offset": "", "from": private_message("")["from"]}
    shared = await driver.receive(inline_query=inline_query)
    assert "of all words" not in str(shared.immediate_calls)


async def test_the_why_button_explains_an_announcement(sqlite: Database) -> None:
    driver = await prepare(sqlite)
    preview = await driver.send(f"/announce {TEXT}")
    number = button_data(preview.reply, "Send").partition(":")[2]
    assert "sent this to everybody" in (await driver.press(f"y:{number}")).html


def test_no_source_can_be_named_like_the_announcements() -> None:
    assert not is_source_name(ANNOUNCEMENT_SOURCE)


async def test_stopping_cancels_all_deliveries_not_yet_attempted(database: Database) -> None:
    """The delivery worker holds the broadcast in memory."""
    driver = ConversationDriver(database, operators=[ANN])
    for user in range(ANN, ANN + 10):
        await driver.send("/settings", user=user)
    preview = await driver.send(f"/announce {TEXT}")
    sent = await driver.press(button_data(preview.reply, "Send"))
    in_flight = InFlight()
    first = await run_cycle(database, in_flight, 3, lambda _: 0.0, driver.now)
    assert len(first.claims.attempts) == 3
    stopped = await driver.press(button_data(sent.edit, "Stop"))
    assert stopped.answer == "Stopped. Nobody else gets it."
    second = await run_cycle(database, in_flight, 10, lambda _: 0.0, driver.now)
    assert second.claims.attempts == []
    for message_id, attempt in enumerate(first.claims.attempts, start=1):
        attempt.outcome = Sent(message_id)
        in_flight.attempts.discard(attempt)
        in_flight.finished.append(attempt)
    third = await run_cycle(database, in_flight, 10, lambda _: 0.0, driver.now)
    assert third.claims.attempts == []
    refreshed = await driver.press(button_data(stopped.edit, "Look"))
    assert refreshed.edit.html.startswith("<b>Stopped: 3 of 10 have it.</b>")
    again = await driver.press(button_data(sent.edit, "Stop"))
    assert again.answer == "There was nothing left to stop."
    async with database.read() as transaction:
        assert (await transaction.execute(schema.progress.select())).all() == []


async def test_an_announcement_is_delivered_until_it_is_stopped(database: Database) -> None:
    """The stand-in receives at a rate that leaves most deliveries to be stopped."""
    async with (
        Standin(limits=None) as standin,
        connected_sender(standin.url, standin.token) as sender,
    ):
        persons = [standin.people.person(f"P{n}", started=True) for n in range(60)]
        async with database.write() as transaction:
            for person in persons:
                target = Target(person.id)
                await subscribers.get_or_create(transaction, target, ChatKind.PRIVATE, "en", now())
            stored = await announcements.create_draft(transaction, "Back in an hour.", now())
            assert await announcements.send(transaction, stored.id, now())
            assert not await announcements.send(transaction, stored.id, now())
        async with running_delivery(database, sender, rate=20) as outbox:
            await standin.journal.wait(lambda journal: len(journal) >= 5)
            async with database.write() as transaction:
                assert await announcements.stop(transaction, stored.id, now())
                stopped = await announcements.load_progress(transaction, stored.id)
            assert stopped is not None
            attempted = stopped.recipients
            await standin.journal.wait(lambda journal: len(journal) >= attempted)
            await outbox.wait_until_sent()
        async with database.read() as transaction:
            progress = await announcements.load_progress(transaction, stored.id)
        assert progress == announcements.AnnouncementProgress(
            attempted, delivered=attempted, remaining=0
        )
        assert sum(len(person.chat.texts) for person in persons) == attempted < 60
