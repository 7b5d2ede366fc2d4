"""In a group only its administrators change anything, and each topic is a place of its own."""

import pytest
from support.conversation_driver import ANN, BEN, GROUP, Talk, in_group, labelled

from storage.engine.database import Database
from storage.subscribers.subscribers import ChatKind

FORUM_TOPIC = 4


async def only_ann(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


async def test_an_administrator_subscribes_the_group(database: Database) -> None:
    talk = Talk(database, only_ann)
    heard = await talk.say_in_group("/subscribe@tocsin_bot Kyiv")
    assert "You will hear at once" in heard.html
    assert len(await talk.followed(GROUP)) == 1
    assert await talk.followed(ANN) == []


async def test_somebody_else_is_told_kindly_and_nothing_changes(database: Database) -> None:
    """failures 65"""
    talk = Talk(database, only_ann)
    for command in ("/subscribe Kyiv", "/unsubscribe", "/language uk", "/timezone UTC"):
        heard = await talk.say_in_group(command, user=BEN)
        assert heard.html.startswith("Only administrators of this group")
    assert await talk.followed(GROUP) == []
    assert (await talk.known(GROUP)).language == "en"


async def test_somebody_else_may_look(sqlite: Database) -> None:
    talk = Talk(sqlite, only_ann)
    await talk.publish("Shelling in Kherson")
    assert "Shelling" in (await talk.say_in_group("/latest Kherson", user=BEN)).html
    assert "/subscribe" in (await talk.say_in_group("/help", user=BEN)).html


async def test_an_anonymous_administrator_may_change(sqlite: Database) -> None:
    """failures 65"""
    talk = Talk(sqlite, only_ann)
    await talk.say_in_group("/subscribe Kyiv", anonymous=True)
    assert len(await talk.followed(GROUP)) == 1


@pytest.mark.parametrize("prefix", ["sx", "sh", "sr", "c"])
async def test_a_button_obeys_administrators_only(sqlite: Database, prefix: str) -> None:
    """failures 65"""
    talk = Talk(sqlite, only_ann)
    await talk.say_in_group("/subscribe Mykolaiv")
    before = await talk.followed(GROUP)
    data = f"{prefix}:{before[0].id}:0:-"
    heard = await talk.press(data, user=BEN, under=in_group(""))
    assert heard.answer == "Only administrators of this group can change this."
    assert await talk.followed(GROUP) == before


async def test_anybody_may_leaf_through_the_list(sqlite: Database) -> None:
    talk = Talk(sqlite, only_ann)
    await talk.say_in_group("/subscribe Kyiv")
    heard = await talk.press("sp:0", user=BEN, under=in_group(""))
    assert "<b>Kyiv</b>" in heard.edit.html


async def test_a_forum_topic_is_its_own_target(database: Database) -> None:
    talk = Talk(database, only_ann)
    await talk.say_in_group("/subscribe Kyiv", thread=FORUM_TOPIC)
    assert len(await talk.followed(GROUP, FORUM_TOPIC)) == 1
    assert await talk.followed(GROUP) == []
    listed = await talk.say_in_group("/subscriptions", thread=FORUM_TOPIC)
    pressed = await talk.press(
        labelled(listed.reply, "✕ 1"), under=in_group("list", thread=FORUM_TOPIC)
    )
    assert pressed.answer == "Removed."


async def test_a_reply_outside_of_a_forum_is_no_topic(sqlite: Database) -> None:
    talk = Talk(sqlite, only_ann)
    message = in_group("/subscribe Kyiv") | {"message_thread_id": 9}
    await talk.update(message=message)
    assert len(await talk.followed(GROUP)) == 1


async def test_the_quota_is_of_the_chat_with_all_its_topics(sqlite: Database) -> None:
    """failures 62"""
    talk = Talk(sqlite, only_ann, quota=1)
    await talk.say_in_group("/subscribe Kyiv", thread=FORUM_TOPIC)
    heard = await talk.say_in_group("/subscribe Lviv", thread=FORUM_TOPIC + 1)
    assert "more is not possible" in heard.html


@pytest.mark.parametrize("text", ["Kyiv", "hello all", "/nothing_such", "/help@other_bot", "/"])
async def test_what_people_say_among_themselves_is_none_of_its_business(
    sqlite: Database, text: str
) -> None:
    talk = Talk(sqlite, only_ann)
    heard = await talk.say_in_group(text)
    assert (heard.replies, heard.direct) == ((), ())
    assert await talk.open_updates() == []
    assert await talk.subscriber(GROUP) is None


async def test_a_group_that_becomes_a_supergroup_keeps_what_it_follows(
    database: Database,
) -> None:
    """failures 7"""
    talk = Talk(database, only_ann)
    old = in_group("/subscribe Kyiv", anonymous=True)
    old["chat"] = old["sender_chat"] = {"id": -5, "type": "group", "title": "Neighbours"}
    await talk.update(message=old)
    await talk.say_in_group("/subscribe Lviv")
    gone = {key: old[key] for key in ("message_id", "date", "chat", "from")}
    await talk.update(message=gone | {"migrate_to_chat_id": GROUP})
    assert [each.written for each in await talk.followed(GROUP)] == ["Kyiv", "Lviv"]
    assert await talk.subscriber(-5) is None
    number = (await talk.known(GROUP)).number
    assert set(talk.numbers("News from Kyiv")) == {number}
    assert (await talk.known(GROUP)).kind is ChatKind.SUPERGROUP


async def test_a_group_that_removed_the_bot_is_left_alone(sqlite: Database) -> None:
    talk = Talk(sqlite, only_ann)
    await talk.say_in_group("/subscribe Kyiv")
    await talk.membership(in_group("")["chat"], "left")
    assert (await talk.known(GROUP)).suspended
