"""Command /why: explanations of delivered and missing messages."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pyroaring import BitMap
from support.conversation_driver import (
    ANN,
    NOW,
    ConversationDriver,
    Payload,
    button_data,
    button_labels,
    group_message,
    private_message,
)

from storage.engine.database import Database
from storage.inbound import duplicates, incidents
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.inbound.incidents import Incident, NotificationReason
from storage.outbox import broadcasts, deliveries, digest_queue, missed_alerts, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.deliveries import NewDelivery
from storage.outbox.digest_queue import DigestEntry
from storage.outbox.missed_alerts import MissedAlert
from storage.outbox.receipts import Receipt
from storage.values.lanes import Lane

MESSAGE = 501


def why_in_reply_to(text: str) -> Payload:
    """Return the payload of /why in reply to a message with this text."""
    answered = {**private_message(text), "message_id": MESSAGE, "date": int(NOW.timestamp())}
    return {**private_message("/why"), "reply_to_message": answered}


async def enqueue_broadcast(
    database: Database, bulletin: StoredBulletin, *, silent: bool = False
) -> None:
    async with database.write() as transaction:
        new = NewBroadcast(
            bulletin=bulletin.id,
            lane=Lane.NEWS,
            recipients=BitMap([1]),
            silent=BitMap([1] if silent else []),
        )
        await broadcasts.enqueue(transaction, [new], NOW)


async def store_receipt(database: Database, bulletin: StoredBulletin) -> None:
    async with database.write() as transaction:
        await receipts.put(transaction, [Receipt(bulletin.id, 1, MESSAGE)], NOW)


async def test_the_answer_names_the_subscription_and_the_matching_words(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe railway Kherson")
    await driver.send("/subscribe Odesa")
    bulletin = await driver.publish("Railways damaged", "Trains to Kherson are late.")
    await enqueue_broadcast(database, bulletin)
    await store_receipt(database, bulletin)
    response = await driver.receive(message=why_in_reply_to("Railways damaged"))
    assert response.html == (
        "<b>Railways damaged</b>\n\n"
        "It reached me from blog: 11:30.\nYou have it.\n\n"
        "You follow what it is about:\n"
        "• <b>railway</b> (any form) in <b>Kherson</b> — at once. It says: “Railways”, “Kherson”"
    )


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("#air_alert", "Air raid alert in Kyiv. Go to shelters.", "“Air raid alert”"),
        ("#air_alert", "No air raid alert in Lviv. Air raid sirens in Kyiv.", "“Air raid sirens”"),
        ("#air_alert Kyiv", "Повітряна тривога в Києві!", "“Повітряна тривога”, “Києві”"),
        ("#all_clear", "The air raid alert in Lviv is over.", "“air raid alert”, “over”"),
        ("#missile", "Missiles over Kyiv. Two missiles fell.", "“Missiles”"),
    ],
)
async def test_the_cues_of_a_topic_are_shown(
    sqlite: Database, query: str, text: str, expected: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe {query}")
    assert (await driver.send(f"/why {text}")).html.endswith(f"It says: {expected}")


async def test_a_topic_set_by_the_source_needs_no_cue(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe #railway")
    await driver.publish("Delays expected in Kherson", topics=("railway",))
    assert (await driver.send("/why Delays expected in Kherson")).html.endswith("— at once")


@pytest.mark.parametrize(
    ("command", "is_found"),
    [
        ("/why https://blog.example/7", True),
        ("/why trains to kherson", True),
        ("/why Trains to Kherson are late!", True),
        ("/why trains", False),
        ("/why trains to Lviv", False),
    ],
)
async def test_a_bulletin_is_found_by_its_link_or_by_a_phrase(
    sqlite: Database, command: str, *, is_found: bool
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Odesa")
    await driver.publish("Delays", "Trains to Kherson are late.", url="https://blog.example/7")
    response = await driver.send(command)
    assert ("It reached me" in response.html) is is_found
    assert ("None of my sources has brought this" in response.html) is not is_found


async def test_missing_terms_are_listed_for_each_subscription(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe railway Kherson")
    await driver.send("/subscribe #air_alert NOT Kherson")
    response = await driver.send("/why The road to Kherson is closed")
    assert "It is about nothing you follow now:" in response.html
    assert (
        "• <b>railway</b> (any form) in <b>Kherson</b>. Missing: <b>railway</b> (any form)"
        in response.html
    )
    assert response.html.endswith("Missing: <b>Air alert</b>")
    left_out = (await driver.send("/why Air raid alert in Kherson!")).html
    assert "It speaks of what you leave out: <b>Kherson</b>" in left_out
    assert "Missing: <b>railway</b>" in left_out


async def test_a_missing_place_is_named_alone(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe railway Kherson")
    await driver.send("/subscribe Odesa OR Lviv")
    explanation = (await driver.send("/why Railway workers rest")).html
    assert "in <b>Kherson</b>. Missing: <b>Kherson</b>" in explanation
    assert explanation.endswith("Missing: <b>Odesa</b> or <b>Lviv</b>")


async def test_the_delivery_state_is_explained(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kherson")

    async def explain(bulletin: StoredBulletin) -> str:
        return (await driver.send(f"/why {bulletin.title}")).html

    first = await driver.publish("Bridge closed in Kherson")
    assert "It was not sent to you." in await explain(first)

    silent = await driver.publish("Market opened in Kherson")
    await enqueue_broadcast(sqlite, silent, silent=True)
    assert "It is on its way to you" in await explain(silent)
    await store_receipt(sqlite, silent)
    assert "You have it; it came without a sound." in await explain(silent)

    queued = await driver.publish("Concert tonight in Kherson")
    duplicate = await driver.publish("The bridge of Kherson closed")
    failed = await driver.publish("Library moved in Kherson")
    retried = await driver.publish("School opened in Kherson")
    async with sqlite.write() as transaction:
        await digest_queue.enqueue(transaction, [DigestEntry(queued.id, BitMap([1]))], NOW)
        await duplicates.mark_duplicate(transaction, duplicate.id, first.id, "words")
        retry = NewDelivery(
            subscriber=1,
            lane=Lane.NEWS,
            bulletin=retried.id,
            due_at=NOW + timedelta(hours=1),
            failure="502",
        )
        given_up, _ = await deliveries.enqueue(
            transaction, [replace(retry, bulletin=failed.id), retry], NOW
        )
        await deliveries.fail(transaction, given_up.id, NOW, "too long")
    assert "It is kept for your next digest." in await explain(queued)
    assert "It could not be delivered: too long." in await explain(failed)
    assert "It could not be delivered yet (502) and is tried again." in await explain(retried)
    assert "It told the same as another report (blog, 11:30)" in await explain(duplicate)


async def summarize_missed_alert(
    database: Database, bulletin: StoredBulletin, region: str, number: int
) -> None:
    """Store a summary of missed alerts for a subscriber."""
    async with database.write() as transaction:
        alert = Incident(region=region, hazard="air_raid", opened_at=NOW, bulletin=bulletin.id)
        incident = await incidents.store(transaction, alert)
        new = NewBroadcast(
            bulletin=bulletin.id,
            lane=Lane.NEWS,
            recipients=BitMap([number]),
            silent=BitMap([number]),
            reason=NotificationReason.MISSED,
        )
        (id_,) = await broadcasts.enqueue(transaction, [new], NOW)
        await missed_alerts.store(transaction, id_, [MissedAlert(incident, BitMap([number]))])


@pytest.mark.parametrize(
    "head", ["What I could not tell you in time", "Про що не вдалося сказати вчасно"]
)
async def test_a_summary_of_missed_alerts_is_explained(database: Database, head: str) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    began = NOW - timedelta(hours=2)
    alert: dict[str, Any] = {"kind": Kind.ALERT, "phase": Phase.ACTIVE, "published_at": began}
    missed = await driver.publish("Air raid alert: Kyiv", regions=("Kyiv",), **alert)
    await summarize_missed_alert(database, missed, "UA80000000000093317", 1)
    other_bulletin = await driver.publish("Air raid alert: Odesa", regions=("Odesa",), **alert)
    await summarize_missed_alert(database, other_bulletin, "UA51000000000030770", 2)
    response = await driver.receive(
        message=why_in_reply_to(f"{head}\n\n🟢 All clear. Air raid alert: Kyiv")
    )
    assert response.html == (
        "These alerts reached me so long after they had begun that I did not wake you for them. "
        "One message without a sound listed them all.\n\n"
        "<b>Air raid alert: Kyiv</b>\n"
        "Raised: 09:30. Reached me: 11:30. Source: blog.\n\n"
        "You follow what it is about:\n• everything about <b>Kyiv</b> — at once. It says: “Kyiv”"
    )


async def test_a_summary_that_is_no_longer_stored_is_answered_with_usage(sqlite: Database) -> None:
    response = await ConversationDriver(sqlite).receive(
        message=why_in_reply_to("What I could not tell you in time")
    )
    assert "Answer one of my messages with /why" in response.html


async def test_a_chat_without_subscriptions_gets_usage_and_a_hint(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert "Answer one of my messages with /why" in (await driver.send("/why")).html
    assert "You follow nothing yet" in (await driver.send("/why Kherson is quiet")).html


async def test_a_bulletin_opened_in_private_has_a_why_button(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kherson")
    bulletin = await driver.publish("Bridge closed", "In Kherson. " * 400)
    first = await driver.press(f"m:{bulletin.id}:0")
    assert button_labels(first.reply) == ["Read the rest", "Why?"]
    last = await driver.press(button_data(first.reply, "Read the rest"))
    assert button_labels(last.reply) == ["Why?"]
    explanation = await driver.press(button_data(last.reply, "Why?"))
    assert "You follow what it is about:\n• everything about <b>Kherson</b>" in explanation.html
    group_page = await driver.press(
        f"m:{bulletin.id}:0", under=group_message("a message of the bot")
    )
    assert button_labels(group_page.reply) == ["Read the rest"]


async def test_a_forged_button_is_answered(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for data in ("y:", "y:0", "y:99", "y:x", "y:99999999999999999999"):
        assert (await driver.press(data)).answer == "This report is no longer kept."


async def test_a_message_id_of_another_chat_finds_no_bulletin(sqlite: Database) -> None:
    """Telegram's message ids are unique within a chat only."""
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kherson")
    bulletin = await driver.publish("Bridge closed in Kherson")
    await store_receipt(sqlite, bulletin)
    response = await driver.receive(
        message={**why_in_reply_to("Hello"), "chat": {"id": ANN + 1, "type": "private"}}
    )
    assert "Bridge" not in response.html


@pytest.mark.parametrize(
    ("followed", "region"),
    [
        ("Bucha raion", "Vyshhorod raion"),
        ("#air_alert Kyiv Oblast", "Chernihiv Oblast"),
        ("Izmail raion", "Bolhrad raion"),
    ],
)
async def test_an_alert_next_door_is_explained_by_the_switch_for_neighbours(
    sqlite: Database, followed: str, region: str
) -> None:
    """The subscription that brought it was listed as one that it does not match."""
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe {followed} | neighbours")
    bulletin = await driver.publish(
        f"Air alert: {region}", kind=Kind.ALERT, phase=Phase.ACTIVE, hazard="air_raid"
    )
    await store_receipt(sqlite, bulletin)

    response = await driver.press(f"y:{bulletin.id}")

    assert "neighbouring area" in response.html
    assert "Missing" not in response.html


async def test_news_from_next_door_is_not_explained_by_the_switch_for_neighbours(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Bucha raion | neighbours")

    response = await driver.send("/why A bridge was opened in Vyshhorod raion")

    assert "Missing" in response.html
