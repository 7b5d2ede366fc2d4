"""Command /start: greeting, deep links, and the return of a person who blocked the bot."""

import base64

import pytest
from support.conversation_driver import ANN, ConversationDriver, button_data

from storage.engine.database import Database


def encode_payload(query: str) -> str:
    return base64.urlsafe_b64encode(query.encode()).decode().rstrip("=")


async def test_a_deep_link_asks_for_confirmation_and_subscribes_once(database: Database) -> None:
    driver = ConversationDriver(database)
    response = await driver.send(f"/start {encode_payload('Київ дрон')}")
    assert "<b>дрон</b> (any form) in <b>Kyiv</b>" in response.html
    assert await driver.get_subscriptions() == []
    data = button_data(response.reply, "Subscribe")
    assert (await driver.press(data)).html.startswith("You will hear at once")
    assert "already" in (await driver.press(data)).html
    assert len(await driver.get_subscriptions()) == 1


@pytest.mark.parametrize("payload", ["%%%", "0J", "_", "=", "S3lpdg==x", "дата", "AAAA"])
async def test_a_forged_or_truncated_deep_link_is_answered(sqlite: Database, payload: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/start {payload}")
    assert "link is broken" in response.html or "what you want to hear of" in response.html
    assert await driver.get_subscriptions() == []


async def test_start_greets_a_new_chat_and_later_counts_the_subscriptions(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert "Press a place, write its name" in (await driver.send("/start")).html
    await driver.send("/subscribe Kyiv")
    assert "You follow one thing" in (await driver.send("/start")).html


async def test_a_person_who_blocked_the_bot_is_suspended_until_the_next_message(
    database: Database,
) -> None:
    """The suspension ends with a message, not when the person unblocks the bot."""
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    chat = {"id": ANN, "type": "private", "first_name": "Somebody"}
    await driver.change_membership(chat, "kicked")
    assert (await driver.get_subscriber()).suspended
    await driver.change_membership(chat, "member")
    assert (await driver.get_subscriber()).suspended
    response = await driver.send("/start")
    assert "You follow one thing" in response.html
    assert (await driver.get_subscriber()).suspended is None
