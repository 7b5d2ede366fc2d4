"""Greetings after the bot is added to a group or becomes an administrator of a channel."""

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    ConversationDriver,
    Payload,
    button_data,
    group_message,
)

from storage.engine.database import Database
from storage.subscribers.subscribers import ChatKind

CHANNEL = -1_001_234_567_890


def channel(title: str = "Alerts of our street", username: str | None = "Our_Street") -> Payload:
    chat = {"id": CHANNEL, "type": "channel", "title": title}
    return chat | {"username": username} if username else chat


def group() -> Payload:
    chat: Payload = group_message("")["chat"]
    return chat


@pytest.mark.parametrize("status", ["member", "administrator"])
async def test_a_group_is_greeted_with_one_short_message(database: Database, status: str) -> None:
    driver = ConversationDriver(database)
    response = await driver.change_membership(group(), status)
    assert response.html.startswith("Hello! I ring here for what this group asks for.")
    assert len(response.html) < 200
    assert (await driver.get_subscriber(GROUP)).kind is ChatKind.SUPERGROUP


@pytest.mark.parametrize(
    ("before", "status"),
    [("member", "administrator"), ("administrator", "member"), ("member", "member")],
)
async def test_a_promotion_in_a_group_is_not_greeted(
    sqlite: Database, before: str, status: str
) -> None:
    response = await ConversationDriver(sqlite).change_membership(group(), status, before=before)
    assert response.replies == ()


async def test_a_group_takes_the_telegram_language_of_the_person_who_adds_the_bot(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.change_membership(group(), "member", language="uk")
    assert response.html.startswith("Вітаю!")
    assert (await driver.get_subscriber(GROUP)).language == "uk"


async def test_the_language_chosen_by_that_person_takes_precedence(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/language it")
    assert (await driver.change_membership(group(), "member", language="en")).html.startswith(
        "Ciao!"
    )


async def test_a_group_that_adds_the_bot_again_keeps_its_settings_and_subscriptions(
    database: Database,
) -> None:
    async def only_ann(_chat: int) -> frozenset[int]:
        return frozenset({ANN})

    driver = ConversationDriver(database, only_ann)
    await driver.send_in_group("/language ru")
    await driver.send_in_group("/subscribe Kyiv")
    await driver.change_membership(group(), "kicked", before="member")
    assert (await driver.get_subscriber(GROUP)).suspended
    response = await driver.change_membership(group(), "member", before="kicked", language="en")
    assert response.html.startswith("Здравствуйте!")
    assert not (await driver.get_subscriber(GROUP)).suspended
    assert len(await driver.get_subscriptions(GROUP)) == 1


async def test_a_person_who_unblocks_the_bot_gets_no_message(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    chat = {"id": ANN, "type": "private", "first_name": "Ann"}
    assert (await driver.change_membership(chat, "member", before="kicked")).replies == ()


async def test_a_new_channels_administrator_is_told_how_to_set_it_up(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/start")
    response = await driver.change_membership(channel("Alerts <b>"), "administrator")
    assert response.html.startswith("I can post in <b>Alerts &lt;b&gt;</b> now.")
    assert "<code>/channel @our_street /subscribe Kyiv</code>" in response.html
    assert button_data(response.reply, "Settings").endswith("|t:main")


async def test_a_private_channel_is_referenced_by_its_number(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/start")
    response = await driver.change_membership(channel(username=None), "administrator")
    assert f"/channel {CHANNEL} /subscribe" in response.html


async def test_neither_the_channel_nor_a_stranger_gets_a_message(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    assert (await driver.change_membership(channel(), "administrator")).replies == ()
    assert (await driver.get_subscriber(CHANNEL)).kind is ChatKind.CHANNEL
    assert await driver.find_subscriber(ANN) is None


async def test_new_rights_in_a_channel_send_no_message(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/start", user=BEN)
    response = await driver.change_membership(
        channel(), "administrator", before="administrator", user=BEN
    )
    assert response.replies == ()
