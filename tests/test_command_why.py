"""Somebody asks why a message came, or why one did not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pyroaring import BitMap
from support.conversation_driver import ANN, NOW, Payload, Talk, in_group, labelled, labels, private

from storage.engine.database import Database
from storage.inbound import duplicates, incidents
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.inbound.incidents import Incident, Telling
from storage.outbox import broadcasts, deliveries, digest_queue, incident_messages, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.deliveries import NewDelivery
from storage.outbox.digest_queue import Held
from storage.outbox.incident_messages import Missed
from storage.outbox.receipts import Receipt
from storage.values.lanes import Lane

MESSAGE = 501


def asked_of(text: str) -> Payload:
    """/why in answer to a message."""
    answered = {**private(text), "message_id": MESSAGE, "date": int(NOW.timestamp())}
    return {**private("/why"), "reply_to_message": answered}


async def owe(database: Database, bulletin: StoredBulletin, *, silent: bool = False) -> None:
    async with database.write() as transaction:
        new = NewBroadcast(
            bulletin=bulletin.id,
            lane=Lane.NEWS,
            recipients=BitMap([1]),
            silent=BitMap([1] if silent else []),
        )
        await broadcasts.enqueue(transaction, [new], NOW)


async def receive(database: Database, bulletin: StoredBulletin) -> None:
    async with database.write() as transaction:
        await receipts.put(transaction, [Receipt(bulletin.id, 1, MESSAGE)], NOW)


async def test_a_message_is_told_the_subscription_and_the_words_that_brought_it(
    database: Database,
) -> None:
    talk = Talk(database)
    await talk.say("/subscribe railway Kherson")
    await talk.say("/subscribe Odesa")
    bulletin = await talk.publish("Railways damaged", "Trains to Kherson are late.")
    await owe(database, bulletin)
    await receive(database, bulletin)
    heard = await talk.update(message=asked_of("Railways damaged"))
    assert heard.html == (
        "<b>Railways damaged</b>\n\n"
        "It reached me from blog: 11:30.\nYou have it.\n\n"
        "You follow what it is about:\n"
        "• <b>railway</b> (any form) in <b>Kherson</b> — at once. It says: “Railways”, “Kherson”"
    )


@pytest.mark.parametrize(
    ("followed", "text", "said"),
    [
        ("#air_alert", "Air raid alert in Kyiv. Go to shelters.", "“Air raid alert”"),
        ("#air_alert", "No air raid alert in Lviv. Air raid sirens in Kyiv.", "“Air raid sirens”"),
        ("#air_alert Kyiv", "Повітряна тривога в Києві!", "“Повітряна тривога”, “Києві”"),
        ("#all_clear", "The air raid alert in Lviv is over.", "“air raid alert”, “over”"),
        ("#missile", "Missiles over Kyiv. Two missiles fell.", "“Missiles”"),
    ],
)
async def test_the_words_that_made_the_topic_are_shown(
    sqlite: Database, followed: str, text: str, said: str
) -> None:
    talk = Talk(sqlite)
    await talk.say(f"/subscribe {followed}")
    assert (await talk.say(f"/why {text}")).html.endswith(f"It says: {said}")


async def test_a_topic_that_the_source_gave_needs_no_words(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe #railway")
    await talk.publish("Delays expected in Kherson", topics=("railway",))
    assert (await talk.say("/why Delays expected in Kherson")).html.endswith("— at once")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("/why https://blog.example/7", True),
        ("/why trains to kherson", True),
        ("/why Trains to Kherson are late!", True),
        ("/why trains", False),
        ("/why trains to Lviv", False),
    ],
)
async def test_a_report_is_found_by_its_link_or_by_what_it_says(
    sqlite: Database, asked: str, *, found: bool
) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Odesa")
    await talk.publish("Delays", "Trains to Kherson are late.", url="https://blog.example/7")
    heard = await talk.say(asked)
    assert ("It reached me" in heard.html) is found
    assert ("None of my sources has brought this" in heard.html) is not found


async def test_what_is_missing_is_said_for_each_thing_followed(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe railway Kherson")
    await talk.say("/subscribe #air_alert NOT Kherson")
    heard = await talk.say("/why The road to Kherson is closed")
    assert "It is about nothing you follow now:" in heard.html
    assert (
        "• <b>railway</b> (any form) in <b>Kherson</b>. Missing: <b>railway</b> (any form)"
        in heard.html
    )
    assert heard.html.endswith("Missing: <b>Air alert</b>")
    left_out = (await talk.say("/why Air raid alert in Kherson!")).html
    assert "It speaks of what you leave out: <b>Kherson</b>" in left_out
    assert "Missing: <b>railway</b>" in left_out


async def test_a_place_that_is_missing_is_named_alone(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe railway Kherson")
    await talk.say("/subscribe Odesa OR Lviv")
    said = (await talk.say("/why Railway workers rest")).html
    assert "in <b>Kherson</b>. Missing: <b>Kherson</b>" in said
    assert said.endswith("Missing: <b>Odesa</b> or <b>Lviv</b>")


async def test_what_became_of_it_is_said(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kherson")

    async def said(bulletin: StoredBulletin) -> str:
        return (await talk.say(f"/why {bulletin.title}")).html

    first = await talk.publish("Bridge closed in Kherson")
    assert "It was not sent to you." in await said(first)

    silent = await talk.publish("Market opened in Kherson")
    await owe(sqlite, silent, silent=True)
    assert "It is on its way to you" in await said(silent)
    await receive(sqlite, silent)
    assert "You have it; it came without a sound." in await said(silent)

    kept = await talk.publish("Concert tonight in Kherson")
    again = await talk.publish("The bridge of Kherson closed")
    failed = await talk.publish("Library moved in Kherson")
    tried = await talk.publish("School opened in Kherson")
    async with sqlite.write() as transaction:
        await digest_queue.hold(transaction, [Held(kept.id, BitMap([1]))], NOW)
        await duplicates.fold(transaction, again.id, first.id, "words")
        later = NewDelivery(
            subscriber=1,
            lane=Lane.NEWS,
            bulletin=tried.id,
            due_at=NOW + timedelta(hours=1),
            failure="502",
        )
        given_up, _ = await deliveries.enqueue(
            transaction, [replace(later, bulletin=failed.id), later], NOW
        )
        await deliveries.fail(transaction, given_up.id, NOW, "too long")
    assert "It is kept for your next digest." in await said(kept)
    assert "It could not be delivered: too long." in await said(failed)
    assert "It could not be delivered yet (502) and is tried again." in await said(tried)
    assert "It told the same as another report (blog, 11:30)" in await said(again)


async def miss(database: Database, bulletin: StoredBulletin, region: str, number: int) -> None:
    """A summary for a subscriber lists an alert."""
    async with database.write() as transaction:
        alert = Incident(region=region, hazard="air_raid", opened_at=NOW, bulletin=bulletin.id)
        incident = await incidents.store(transaction, alert)
        new = NewBroadcast(
            bulletin=bulletin.id,
            lane=Lane.NEWS,
            recipients=BitMap([number]),
            silent=BitMap([number]),
            telling=Telling.MISSED,
        )
        (id_,) = await broadcasts.enqueue(transaction, [new], NOW)
        await incident_messages.sum_up(transaction, id_, [Missed(incident, BitMap([number]))])


@pytest.mark.parametrize(
    "head", ["What I could not tell you in time", "Про що не вдалося сказати вчасно"]
)
async def test_of_a_summary_of_what_was_missed_it_is_said_what_decided(
    database: Database, head: str
) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    began = NOW - timedelta(hours=2)
    alert: dict[str, Any] = {"kind": Kind.ALERT, "phase": Phase.ACTIVE, "published_at": began}
    missed = await talk.publish("Air raid alert: Kyiv", regions=("Kyiv",), **alert)
    await miss(database, missed, "UA80000000000093317", 1)
    others = await talk.publish("Air raid alert: Odesa", regions=("Odesa",), **alert)
    await miss(database, others, "UA51000000000030770", 2)
    heard = await talk.update(message=asked_of(f"{head}\n\n🟢 All clear. Air raid alert: Kyiv"))
    assert heard.html == (
        "These alerts reached me so long after they had begun that I did not wake you for them. "
        "One message without a sound listed them all.\n\n"
        "<b>Air raid alert: Kyiv</b>\n"
        "Raised: 09:30. Reached me: 11:30. Source: blog.\n\n"
        "You follow what it is about:\n• everything about <b>Kyiv</b> — at once. It says: “Kyiv”"
    )


async def test_of_a_summary_that_is_forgotten_nothing_is_made_up(sqlite: Database) -> None:
    heard = await Talk(sqlite).update(message=asked_of("What I could not tell you in time"))
    assert "Answer one of my messages with /why" in heard.html


async def test_a_stranger_is_told_how_to_ask_and_that_nothing_is_followed(sqlite: Database) -> None:
    talk = Talk(sqlite)
    assert "Answer one of my messages with /why" in (await talk.say("/why")).html
    assert "You follow nothing yet" in (await talk.say("/why Kherson is quiet")).html


async def test_a_report_opened_whole_in_private_is_a_press_away_from_why(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kherson")
    bulletin = await talk.publish("Bridge closed", "In Kherson. " * 400)
    first = await talk.press(f"m:{bulletin.id}:0")
    assert labels(first.reply) == ["Read the rest", "Why?"]
    last = await talk.press(labelled(first.reply, "Read the rest"))
    assert labels(last.reply) == ["Why?"]
    told = await talk.press(labelled(last.reply, "Why?"))
    assert "You follow what it is about:\n• everything about <b>Kherson</b>" in told.html
    in_a_group = await talk.press(f"m:{bulletin.id}:0", under=in_group("what the bot said"))
    assert labels(in_a_group.reply) == ["Read the rest"]


async def test_a_forged_button_is_answered(sqlite: Database) -> None:
    talk = Talk(sqlite)
    for data in ("y:", "y:0", "y:99", "y:x", "y:99999999999999999999"):
        assert (await talk.press(data)).answer == "This report is no longer kept."


async def test_a_message_of_another_chat_says_nothing_of_it(sqlite: Database) -> None:
    """Message ids are unique within a chat only."""
    talk = Talk(sqlite)
    await talk.say("/subscribe Kherson")
    bulletin = await talk.publish("Bridge closed in Kherson")
    await receive(sqlite, bulletin)
    heard = await talk.update(
        message={**asked_of("Hello"), "chat": {"id": ANN + 1, "type": "private"}}
    )
    assert "Bridge" not in heard.html
