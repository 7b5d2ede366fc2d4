"""Whoever runs the bot tells everybody something: looked at first, sent once, and stoppable."""

from datetime import timedelta

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    Payload,
    Talk,
    in_group,
    labelled,
    labels,
    private,
)
from support.delivery_driver import at_work, connected, now

from bot.delivery.cycle import Ledger, play_round
from bot.delivery.outcome import Sent
from bot.sources.base.source_settings import is_source_name
from bot.standin.server import Standin
from storage import schema
from storage.engine.database import Database
from storage.inbound.bulletins import ANNOUNCEMENTS
from storage.outbox import announcements, broadcasts
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Suspended, Target
from storage.values.lanes import Lane

WORDS = "We move to a new machine <tonight>.\nBack in an hour."
EVE = 13
OTHER = 14


async def ready(database: Database) -> Talk:
    """Ann runs the bot, Ben and a forum listen, Eve has blocked it."""

    async def ann(_chat: int) -> frozenset[int]:
        return frozenset({ANN})

    talk = Talk(database, ann, operators=[ANN])
    await talk.say("/start")
    await talk.say("/settings", user=BEN, language="uk")
    await talk.say("/start", user=EVE)
    for thread in (4, 5):
        await talk.say_in_group("/subscribe Kyiv", thread=thread)
    async with database.write() as transaction:
        await subscribers.suspend(transaction, EVE, Suspended.BLOCKED)
    return talk


async def owed(database: Database) -> list[broadcasts.Broadcast]:
    async with database.read() as transaction:
        return await broadcasts.unfinished(transaction, Lane.ANNOUNCEMENT, limit=9)


async def test_it_is_shown_as_it_will_look_and_not_sent(database: Database) -> None:
    talk = await ready(database)
    heard = await talk.say(f"/announce {WORDS}")
    assert heard.html == (
        "<b>So it will look. Nothing is sent yet.</b>\n\n"
        "We move to a new machine &lt;tonight&gt;.\nBack in an hour.\n\n"
        "<i>from those who run this bot · 09:30 UTC</i>"
    )
    assert labels(heard.reply) == ["Send to 3 chats", "Cancel"]
    assert await owed(database) == []


async def test_it_goes_once_to_every_chat_that_is_reached_in_the_lowest_lane(
    database: Database,
) -> None:
    """Two presses, a moment apart."""
    talk = await ready(database)
    preview = await talk.say(f"/announce {WORDS}")
    for _ in range(2):
        pressed = await talk.press(labelled(preview.reply, "Send"))
        assert pressed.edit.html.startswith("<b>On its way: 0 of 3 have it.</b>")
        assert labels(pressed.edit) == ["↻ Look again", "■ Stop"]
    (broadcast,) = await owed(database)
    numbers = [(await talk.known(chat)).number for chat in (ANN, BEN)]
    numbers.append((await talk.known(GROUP, 4)).number)
    assert sorted(broadcast.recipients) == sorted(numbers)


async def test_who_is_quiet_gets_it_without_a_sound(sqlite: Database) -> None:
    talk = await ready(sqlite)
    await talk.say("/pause 2h", user=BEN)
    preview = await talk.say(f"/announce {WORDS}")
    await talk.press(labelled(preview.reply, "Send"))
    (broadcast,) = await owed(sqlite)
    assert list(broadcast.silent) == [(await talk.known(BEN)).number]


async def test_what_is_cancelled_is_gone_and_cannot_be_sent(database: Database) -> None:
    talk = await ready(database)
    preview = await talk.say(f"/announce {WORDS}")
    cancelled = await talk.press(labelled(preview.reply, "Cancel"))
    assert cancelled.edit.html == "Nothing was sent."
    assert (await talk.press(labelled(preview.reply, "Send"))).answer.startswith("This button")
    assert await owed(database) == []


async def test_what_was_sent_cannot_be_cancelled(sqlite: Database) -> None:
    talk = await ready(sqlite)
    preview = await talk.say(f"/announce {WORDS}")
    await talk.press(labelled(preview.reply, "Send"))
    assert (await talk.press(labelled(preview.reply, "Cancel"))).answer.startswith("This button")
    assert len(await owed(sqlite)) == 1


async def test_the_preview_of_last_month_sends_nothing(sqlite: Database) -> None:
    talk = await ready(sqlite)
    preview = await talk.say(f"/announce {WORDS}")
    talk.now += timedelta(days=30)
    assert (await talk.press(labelled(preview.reply, "Send"))).answer.startswith("This button")
    assert await owed(sqlite) == []


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "long " * 700])
async def test_nothing_and_too_much_are_answered_and_kept_nowhere(
    sqlite: Database, typed: str
) -> None:
    talk = await ready(sqlite)
    heard = await talk.say(f"/announce {typed}")
    assert labels(heard.reply) == []
    async with sqlite.read() as transaction:
        assert (await transaction.execute(schema.bulletin.select())).all() == []


async def test_others_can_neither_announce_nor_press_what_they_forge(sqlite: Database) -> None:
    """failures 64 and 65"""
    talk = await ready(sqlite)
    assert "I do not know this command" in (await talk.say("/announce x", user=OTHER)).html
    assert (await talk.say_in_group("/announce x")).replies == ()
    preview = await talk.say(f"/announce {WORDS}")
    send = labelled(preview.reply, "Send")
    number = send.partition(":")[2]
    under: Payload = in_group("")
    for data in (send, f"ac:{number}", f"ar:{number}:3", f"ax:{number}:3"):
        assert (await talk.press(data, user=OTHER)).answer.startswith("This button")
        assert (await talk.press(data, under=under)).answer.startswith("This button")
    opened = await talk.press(f"m:{number}:0", user=BEN)
    assert opened.replies == ()
    assert await owed(sqlite) == []


@pytest.mark.parametrize("data", ["as:", "as:x", "as:1:2", "ax:", "ar:0:", "ac:-1", "as:٣"])
async def test_what_is_no_announcement_cannot_be_sent(sqlite: Database, data: str) -> None:
    """failures 64"""
    talk = await ready(sqlite)
    await talk.publish("A report and no announcement")
    assert (await talk.press(data)).answer.startswith("This button")
    assert await owed(sqlite) == []


async def test_it_stands_in_no_list_of_news(database: Database) -> None:
    talk = await ready(database)
    preview = await talk.say("/announce A strike on Kyiv of all words")
    await talk.press(labelled(preview.reply, "Send"))
    await talk.publish("Something else in Kyiv")
    for said in ("/latest", "/latest Kyiv", "Kyiv"):
        html = (await talk.say(said)).html
        assert "Something else" in html
        assert "of all words" not in html
    asked = {"id": "1", "query": "Kyiv", "offset": "", "from": private("")["from"]}
    shared = await talk.update(inline_query=asked)
    assert "of all words" not in str(shared.direct)


async def test_why_it_came_is_told(sqlite: Database) -> None:
    talk = await ready(sqlite)
    preview = await talk.say(f"/announce {WORDS}")
    number = labelled(preview.reply, "Send").partition(":")[2]
    assert "sent this to everybody" in (await talk.press(f"y:{number}")).html


def test_no_source_can_take_its_name() -> None:
    assert not is_source_name(ANNOUNCEMENTS)


async def test_stopping_takes_it_from_all_who_were_not_attempted(database: Database) -> None:
    """The courier holds it in memory, and attempts nobody else."""
    talk = Talk(database, operators=[ANN])
    for user in range(ANN, ANN + 10):
        await talk.say("/settings", user=user)
    preview = await talk.say(f"/announce {WORDS}")
    sent = await talk.press(labelled(preview.reply, "Send"))
    ledger = Ledger()
    first = await play_round(database, ledger, 3, lambda _: 0.0, talk.now)
    assert len(first.picked.errands) == 3
    stopped = await talk.press(labelled(sent.edit, "Stop"))
    assert stopped.answer == "Stopped. Nobody else gets it."
    second = await play_round(database, ledger, 10, lambda _: 0.0, talk.now)
    assert second.picked.errands == []
    for at, errand in enumerate(first.picked.errands, start=1):
        errand.outcome = Sent(at)
        ledger.under_way.discard(errand)
        ledger.finished.append(errand)
    third = await play_round(database, ledger, 10, lambda _: 0.0, talk.now)
    assert third.picked.errands == []
    refreshed = await talk.press(labelled(stopped.edit, "Look"))
    assert refreshed.edit.html.startswith("<b>Stopped: 3 of 10 have it.</b>")
    again = await talk.press(labelled(sent.edit, "Stop"))
    assert again.answer == "There was nothing left to stop."
    async with database.read() as transaction:
        assert (await transaction.execute(schema.progress.select())).all() == []


async def test_it_arrives_while_its_progress_is_looked_at_and_stops(database: Database) -> None:
    """Against the stand-in, at a pace that leaves most of it to be stopped."""
    async with Standin(limits=None) as standin, connected(standin.url, standin.token) as sender:
        persons = [standin.people.person(f"P{n}", started=True) for n in range(60)]
        async with database.write() as transaction:
            for person in persons:
                target = Target(person.id)
                await subscribers.ensure(transaction, target, ChatKind.PRIVATE, "en", now())
            stored = await announcements.draft(transaction, "Back in an hour.", now())
            assert await announcements.send(transaction, stored.id, now())
            assert not await announcements.send(transaction, stored.id, now())
        async with at_work(database, sender, rate=20) as outbox:
            await standin.journal.wait(lambda journal: len(journal) >= 5)
            async with database.write() as transaction:
                assert await announcements.stop(transaction, stored.id, now())
                stopped = await announcements.progress(transaction, stored.id)
            assert stopped is not None
            attempted = stopped.recipients
            await standin.journal.wait(lambda journal: len(journal) >= attempted)
            await outbox.settled()
        async with database.read() as transaction:
            made = await announcements.progress(transaction, stored.id)
        assert made == announcements.Progress(attempted, arrived=attempted, left=0)
        assert sum(len(person.chat.texts) for person in persons) == attempted < 60
