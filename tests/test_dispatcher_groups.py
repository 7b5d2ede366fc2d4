"""Groups: only administrators change settings, and each forum topic subscribes for itself."""

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    ConversationDriver,
    button_data,
    group_message,
)

from storage.engine.database import Database
from storage.subscribers.subscribers import ChatKind

FORUM_TOPIC = 4


async def only_ann(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


async def test_an_administrator_subscribes_the_group(database: Database) -> None:
    driver = ConversationDriver(database, only_ann)
    response = await driver.send_in_group("/subscribe@tocsin_bot Kyiv")
    assert "You will hear at once" in response.html
    assert len(await driver.get_subscriptions(GROUP)) == 1
    assert await driver.get_subscriptions(ANN) == []


async def test_a_member_who_is_no_administrator_changes_nothing(database: Database) -> None:
    driver = ConversationDriver(database, only_ann)
    for command in ("/subscribe Kyiv", "/unsubscribe", "/language uk", "/timezone UTC"):
        response = await driver.send_in_group(command, user=BEN)
        assert response.html.startswith("Only administrators of this group")
    assert await driver.get_subscriptions(GROUP) == []
    assert (await driver.get_subscriber(GROUP)).language == "en"


async def test_every_member_may_read(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, only_ann)
    await driver.publish("Shelling in Kherson")
    assert "Shelling" in (await driver.send_in_group("/latest Kherson", user=BEN)).html
    assert "/subscribe" in (await driver.send_in_group("/help", user=BEN)).html


async def test_an_anonymous_administrator_may_change(sqlite: Database) -> None:
    """Telegram names the group as the sender of an anonymous administrator's message."""
    driver = ConversationDriver(sqlite, only_ann)
    await driver.send_in_group("/subscribe Kyiv", anonymous=True)
    assert len(await driver.get_subscriptions(GROUP)) == 1


@pytest.mark.parametrize("prefix", ["sx", "sh", "sr", "c"])
async def test_write_buttons_work_for_administrators_only(sqlite: Database, prefix: str) -> None:
    """Every member of a group can press the buttons under a message."""
    driver = ConversationDriver(sqlite, only_ann)
    await driver.send_in_group("/subscribe Mykolaiv")
    before = await driver.get_subscriptions(GROUP)
    data = f"{prefix}:{before[0].id}:0:-"
    response = await driver.press(data, user=BEN, under=group_message(""))
    assert response.answer == "Only administrators of this group can change this."
    assert await driver.get_subscriptions(GROUP) == before


async def test_every_member_may_turn_the_pages_of_a_list(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, only_ann)
    await driver.send_in_group("/subscribe Kyiv")
    response = await driver.press("sp:0", user=BEN, under=group_message(""))
    assert "<b>Kyiv</b>" in response.edit.html


async def test_a_forum_topic_has_its_own_subscriptions(database: Database) -> None:
    driver = ConversationDriver(database, only_ann)
    await driver.send_in_group("/subscribe Kyiv", thread=FORUM_TOPIC)
    assert len(await driver.get_subscriptions(GROUP, FORUM_TOPIC)) == 1
    assert await driver.get_subscriptions(GROUP) == []
    listed = await driver.send_in_group("/subscriptions", thread=FORUM_TOPIC)
    pressed = await driver.press(
        button_data(listed.reply, "✕ 1"), under=group_message("list", thread=FORUM_TOPIC)
    )
    assert pressed.answer == "Removed."


async def test_a_reply_outside_a_forum_belongs_to_the_group(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, only_ann)
    message = group_message("/subscribe Kyiv") | {"message_thread_id": 9}
    await driver.receive(message=message)
    assert len(await driver.get_subscriptions(GROUP)) == 1


async def test_the_quota_counts_all_forum_topics_of_a_chat(sqlite: Database) -> None:
    """A chat must not multiply its quota by opening forum topics."""
    driver = ConversationDriver(sqlite, only_ann, quota=1)
    await driver.send_in_group("/subscribe Kyiv", thread=FORUM_TOPIC)
    response = await driver.send_in_group("/subscribe Lviv", thread=FORUM_TOPIC + 1)
    assert "more is not possible" in response.html


@pytest.mark.parametrize("text", ["Kyiv", "hello all", "/nothing_such", "/help@other_bot", "/"])
async def test_messages_between_members_are_ignored(sqlite: Database, text: str) -> None:
    driver = ConversationDriver(sqlite, only_ann)
    response = await driver.send_in_group(text)
    assert (response.replies, response.immediate_calls) == ((), ())
    assert await driver.waiting_updates() == []
    assert await driver.find_subscriber(GROUP) is None


async def test_a_group_that_becomes_a_supergroup_keeps_its_subscriptions(
    database: Database,
) -> None:
    """Telegram gives the supergroup a new chat id."""
    driver = ConversationDriver(database, only_ann)
    small_group_message = group_message("/subscribe Kyiv", anonymous=True)
    small_group_message["chat"] = small_group_message["sender_chat"] = {
        "id": -5,
        "type": "group",
        "title": "Neighbours",
    }
    await driver.receive(message=small_group_message)
    await driver.send_in_group("/subscribe Lviv")
    migration = {key: small_group_message[key] for key in ("message_id", "date", "chat", "from")}
    await driver.receive(message=migration | {"migrate_to_chat_id": GROUP})
    assert [subscription.query_text for subscription in await driver.get_subscriptions(GROUP)] == [
        "Kyiv",
        "Lviv",
    ]
    assert await driver.find_subscriber(-5) is None
    number = (await driver.get_subscriber(GROUP)).number
    assert set(driver.match_audible("News from Kyiv")) == {number}
    assert (await driver.get_subscriber(GROUP)).kind is ChatKind.SUPERGROUP


async def test_a_group_that_removes_the_bot_is_suspended(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, only_ann)
    await driver.send_in_group("/subscribe Kyiv")
    await driver.change_membership(group_message("")["chat"], "left")
    assert (await driver.get_subscriber(GROUP)).suspended
