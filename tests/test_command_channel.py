"""/channel: only administrators of a channel set it up, from their private chats."""

from dataclasses import dataclass, field

import pytest
from support.conversation_driver import ANN, BEN, ConversationDriver, button_data, button_labels
from test_dispatcher_bot_added import CHANNEL, channel

from handlers.framework.replies import MessageEdit
from handlers.telegram.keyboards import MAX_BYTES
from storage import schema
from storage.engine.database import Database

OTHER = -1_009_999_999_999


@dataclass
class Telegram:
    """Administrators by channel, as Telegram reports them."""

    people: dict[int, set[int]] = field(default_factory=lambda: {CHANNEL: {ANN}, OTHER: {BEN}})

    async def administrators(self, chat: int) -> frozenset[int]:
        return frozenset(self.people.get(chat, ()))


async def ann_with_channel(
    database: Database, telegram: Telegram | None = None
) -> ConversationDriver:
    """Return a driver in which Ann has made the bot an administrator of her channel."""
    driver = ConversationDriver(database, (telegram or Telegram()).administrators)
    await driver.send("/start")
    await driver.change_membership(channel(), "administrator")
    return driver


@pytest.mark.parametrize(
    "name", ["@our_street", "@Our_Street", str(CHANNEL), "Alerts of our street", ""]
)
async def test_a_command_for_a_channel_is_answered_in_private(
    database: Database, name: str
) -> None:
    driver = await ann_with_channel(database)
    response = await driver.send(f"/channel {name} /subscribe Kyiv | daily 09:00")
    assert response.html.startswith("📣 Alerts of our street\n\n")
    (subscription,) = await driver.get_subscriptions(CHANNEL)
    assert str(subscription.schedule) == "daily 09:00"
    assert await driver.get_subscriptions(ANN) == []


async def test_the_channels_of_an_administrator_are_listed_with_buttons(database: Database) -> None:
    driver = await ann_with_channel(database)
    response = await driver.send("/channel")
    assert "Alerts of our street · @our_street" in response.html
    pressed = await driver.press(button_data(response.reply, "Alerts of our street"))
    assert pressed.edit.html.startswith("📣 Alerts of our street\n\n<b>Settings</b>")
    assert "One post serves all readers of this channel" in pressed.edit.html
    (edit,) = [call for call in pressed.immediate_calls if isinstance(call, MessageEdit)]
    assert edit.chat_id == ANN


async def test_buttons_work_in_private_for_the_channel(database: Database) -> None:
    driver = await ann_with_channel(database)
    response = await driver.send("/channel @our_street")
    pages = await driver.press(button_data(response.reply, "Language"))
    chosen = await driver.press(button_data(pages.edit, "Italiano"))
    assert (await driver.get_subscriber(CHANNEL)).language == "it"
    assert (await driver.get_subscriber(ANN)).language == "en"
    assert "Lingua" in chosen.edit.html
    listed = await driver.send("/channel @our_street /subscribe Kiev")
    listed = await driver.send("/channel @our_street /subscriptions")
    removed = await driver.press(button_data(listed.reply, "✕ 1"))
    assert removed.answer
    assert await driver.get_subscriptions(CHANNEL) == []


async def test_buttons_too_long_for_telegram_are_left_out(sqlite: Database) -> None:
    driver = await ann_with_channel(sqlite)
    query = "word:" + "q" * (MAX_BYTES - 7)
    private = await driver.send(f"/latest {query}")
    response = await driver.send(f"/channel @our_street /latest {query}")
    for content in response.replies:
        for row in content.buttons:
            assert row
            assert all(len((button.data or "").encode()) <= MAX_BYTES for button in row)
    assert len(button_labels(response.reply)) <= len(button_labels(private.reply))


async def test_other_people_change_nothing(database: Database) -> None:
    """Only administrators of a channel can configure it."""
    driver = await ann_with_channel(database)
    number = (await driver.get_subscriber(CHANNEL)).number
    for name in ("@our_street", str(CHANNEL), "Alerts of our street"):
        response = await driver.send(f"/channel {name} /subscribe Kyiv", user=BEN)
        assert response.html.startswith("I post in no channel")
    pressed = await driver.press(f"@{number}|tl:it", user=BEN)
    assert pressed.answer == "Only administrators of this channel can set it up."
    assert (await driver.get_subscriber(CHANNEL)).language == "en"
    assert await driver.get_subscriptions(CHANNEL) == []
    assert "in no channel that you administer" in (await driver.send("/channel", user=BEN)).html


async def test_administrators_are_fetched_for_each_request(sqlite: Database) -> None:
    telegram = Telegram()
    driver = await ann_with_channel(sqlite, telegram)
    listed = await driver.send("/channel")
    telegram.people[CHANNEL] = {BEN}
    pressed = await driver.press(button_data(listed.reply, "Alerts"))
    assert pressed.answer == "Only administrators of this channel can set it up."
    assert "in no channel that you" in (await driver.send("/channel")).html
    response = await driver.send("/channel @our_street /subscribe Kyiv", user=BEN)
    assert response.html.startswith("📣")
    assert "@our_street" in (await driver.send("/channel", user=BEN)).html


@pytest.mark.parametrize(
    "data", ["@", "@|", "@x|t:main", "@0|t:main", "@999|t:main", "@1|tl:it", "@1|", "@2|@2|tl:it"]
)
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    """The data names a private chat, names no chat, or nests a prefix in another prefix."""
    driver = await ann_with_channel(sqlite)
    response = await driver.press(data)
    assert response.answer
    assert (await driver.get_subscriber(ANN)).language == "en"
    assert (await driver.get_subscriber(CHANNEL)).language == "en"


@pytest.mark.parametrize("command", ["/channel @our_street /language it", "/stats", "/announce x"])
async def test_commands_for_private_chats_do_not_work_for_a_channel(
    sqlite: Database, command: str
) -> None:
    driver = ConversationDriver(sqlite, Telegram().administrators, operators=[ANN])
    await driver.send("/start")
    await driver.change_membership(channel(), "administrator")
    response = await driver.send(f"/channel @our_street {command}")
    assert "I do not know this command" in response.html


async def test_a_channel_forgotten_from_a_private_chat_is_not_listed(database: Database) -> None:
    driver = await ann_with_channel(database)
    await driver.send("/channel @our_street /subscribe Kyiv")
    asked = await driver.send("/channel @our_street /forget")
    pressed = await driver.press(button_data(asked.reply, "Erase"))
    assert pressed.answer == "Erased."
    assert await driver.find_subscriber(CHANNEL) is None
    assert driver.match_modes("News from Kyiv") == set()
    assert (await driver.get_subscriber(ANN)).chat_id == ANN
    again = await driver.press(button_data(asked.reply, "Erase"))
    assert again.answer


async def test_a_test_alert_goes_to_the_channel(sqlite: Database) -> None:
    driver = await ann_with_channel(sqlite)
    await driver.send("/channel @our_street /test")
    (delivery,) = driver.alert_deliveries
    assert delivery.subscriber == (await driver.get_subscriber(CHANNEL)).number


async def test_a_channel_the_bot_was_removed_from_is_not_listed(sqlite: Database) -> None:
    driver = await ann_with_channel(sqlite)
    await driver.change_membership(channel(), "left", before="administrator")
    assert "in no channel" in (await driver.send("/channel")).html


async def test_a_command_posted_in_the_channel_works_and_updates_its_name(
    sqlite: Database,
) -> None:
    driver = await ann_with_channel(sqlite)
    chat = channel("Renamed", "new_name")
    post = {"message_id": 3, "date": 1_676_367_000, "chat": chat, "sender_chat": chat}
    await driver.receive(channel_post=post | {"text": "/subscribe Kyiv"})
    assert len(await driver.get_subscriptions(CHANNEL)) == 1
    assert "Renamed · @new_name" in (await driver.send("/channel")).html


async def test_a_button_pressed_by_a_reader_posts_nothing_in_the_channel(
    sqlite: Database,
) -> None:
    driver = await ann_with_channel(sqlite)
    stored = await driver.publish("Bridge closed", "Long. " * 2_000)
    under = {"date": 1_676_367_000, "chat": channel(), "text": "a post"}
    response = await driver.press(f"m:{stored.id}:0", user=BEN, under=under)
    assert response.replies == ()
    assert response.answer.startswith("What I post here is for all readers.")
    assert len((await driver.press(f"m:{stored.id}:0", user=ANN, under=under)).replies) == 1


async def test_managed_channels_are_exported_and_forgotten(database: Database) -> None:
    driver = await ann_with_channel(database)
    exported = await driver.send("/export")
    assert f"&quot;channels&quot;:[{CHANNEL}]" in exported.replies[1].html
    asked = await driver.send("/forget")
    await driver.press(button_data(asked.reply, "Erase"))
    async with database.read() as transaction:
        assert (await transaction.execute(schema.channel_manager.select())).all() == []
    assert (await driver.get_subscriber(CHANNEL)).chat_id == CHANNEL
