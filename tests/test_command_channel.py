"""A channel is set up from the private chat of its administrators, and of nobody else."""

from dataclasses import dataclass, field

import pytest
from support.conversation_driver import ANN, BEN, Talk, labelled, labels
from test_conversation_joining import CHANNEL, channel

from handlers.framework.replies import Edit
from handlers.telegram.callback_data import MOST_BYTES
from storage import schema
from storage.engine.database import Database

OTHER = -1_009_999_999_999


@dataclass
class Telegram:
    """Who administers which channel now."""

    people: dict[int, set[int]] = field(default_factory=lambda: {CHANNEL: {ANN}, OTHER: {BEN}})

    async def administrators(self, chat: int) -> frozenset[int]:
        return frozenset(self.people.get(chat, ()))


async def ready(database: Database, telegram: Telegram | None = None) -> Talk:
    """Ann has made the bot an administrator of her channel."""
    talk = Talk(database, (telegram or Telegram()).administrators)
    await talk.say("/start")
    await talk.membership(channel(), "administrator")
    return talk


@pytest.mark.parametrize(
    "name", ["@our_street", "@Our_Street", str(CHANNEL), "Alerts of our street", ""]
)
async def test_a_command_behind_a_channel_is_done_for_it_and_answered_in_private(
    database: Database, name: str
) -> None:
    talk = await ready(database)
    heard = await talk.say(f"/channel {name} /subscribe Kyiv | daily 09:00")
    assert heard.html.startswith("📣 Alerts of our street\n\n")
    (followed,) = await talk.followed(CHANNEL)
    assert str(followed.schedule) == "daily 09:00"
    assert await talk.followed(ANN) == []


async def test_the_channels_one_administers_are_listed_with_buttons(database: Database) -> None:
    talk = await ready(database)
    heard = await talk.say("/channel")
    assert "Alerts of our street · @our_street" in heard.html
    pressed = await talk.press(labelled(heard.reply, "Alerts of our street"))
    assert pressed.edit.html.startswith("📣 Alerts of our street\n\n<b>Settings</b>")
    assert "One post serves all readers of this channel" in pressed.edit.html
    (edit,) = [each for each in pressed.direct if isinstance(each, Edit)]
    assert edit.chat_id == ANN


async def test_buttons_work_in_private_for_the_channel(database: Database) -> None:
    talk = await ready(database)
    heard = await talk.say("/channel @our_street")
    pages = await talk.press(labelled(heard.reply, "Language"))
    chosen = await talk.press(labelled(pages.edit, "Italiano"))
    assert (await talk.known(CHANNEL)).language == "it"
    assert (await talk.known(ANN)).language == "en"
    assert "Lingua" in chosen.edit.html
    listed = await talk.say("/channel @our_street /subscribe Kiev")
    listed = await talk.say("/channel @our_street /subscriptions")
    removed = await talk.press(labelled(listed.reply, "✕ 1"))
    assert removed.answer
    assert await talk.followed(CHANNEL) == []


async def test_every_button_fits_telegram_and_the_longest_are_left_out(sqlite: Database) -> None:
    talk = await ready(sqlite)
    query = "word:" + "q" * (MOST_BYTES - 7)
    private = await talk.say(f"/latest {query}")
    heard = await talk.say(f"/channel @our_street /latest {query}")
    for content in heard.replies:
        for row in content.buttons:
            assert row
            assert all(len((button.data or "").encode()) <= MOST_BYTES for button in row)
    assert len(labels(heard.reply)) <= len(labels(private.reply))


async def test_who_is_no_administrator_changes_nothing(database: Database) -> None:
    """failures 65"""
    talk = await ready(database)
    number = (await talk.known(CHANNEL)).number
    for name in ("@our_street", str(CHANNEL), "Alerts of our street"):
        heard = await talk.say(f"/channel {name} /subscribe Kyiv", user=BEN)
        assert heard.html.startswith("I post in no channel")
    pressed = await talk.press(f"@{number}|tl:it", user=BEN)
    assert pressed.answer == "Only administrators of this channel can set it up."
    assert (await talk.known(CHANNEL)).language == "en"
    assert await talk.followed(CHANNEL) == []
    assert "in no channel that you administer" in (await talk.say("/channel", user=BEN)).html


async def test_who_is_an_administrator_no_more_is_asked_for_each_time(sqlite: Database) -> None:
    telegram = Telegram()
    talk = await ready(sqlite, telegram)
    listed = await talk.say("/channel")
    telegram.people[CHANNEL] = {BEN}
    pressed = await talk.press(labelled(listed.reply, "Alerts"))
    assert pressed.answer == "Only administrators of this channel can set it up."
    assert "in no channel that you" in (await talk.say("/channel")).html
    heard = await talk.say("/channel @our_street /subscribe Kyiv", user=BEN)
    assert heard.html.startswith("📣")
    assert "@our_street" in (await talk.say("/channel", user=BEN)).html


@pytest.mark.parametrize(
    "data", ["@", "@|", "@x|t:main", "@0|t:main", "@999|t:main", "@1|tl:it", "@1|", "@2|@2|tl:it"]
)
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    """failures 64: the number of a private chat, of nobody, or one inside of another."""
    talk = await ready(sqlite)
    heard = await talk.press(data)
    assert heard.answer
    assert (await talk.known(ANN)).language == "en"
    assert (await talk.known(CHANNEL)).language == "en"


@pytest.mark.parametrize("rest", ["/channel @our_street /language it", "/stats", "/announce x"])
async def test_what_is_for_a_private_chat_is_not_for_a_channel(sqlite: Database, rest: str) -> None:
    talk = Talk(sqlite, Telegram().administrators, operators=[ANN])
    await talk.say("/start")
    await talk.membership(channel(), "administrator")
    heard = await talk.say(f"/channel @our_street {rest}")
    assert "I do not know this command" in heard.html


async def test_a_channel_is_forgotten_from_private_and_listed_no_more(database: Database) -> None:
    talk = await ready(database)
    await talk.say("/channel @our_street /subscribe Kyiv")
    asked = await talk.say("/channel @our_street /forget")
    pressed = await talk.press(labelled(asked.reply, "Erase"))
    assert pressed.answer == "Erased."
    assert await talk.subscriber(CHANNEL) is None
    assert talk.hears("News from Kyiv") == set()
    assert (await talk.known(ANN)).chat_id == ANN
    again = await talk.press(labelled(asked.reply, "Erase"))
    assert again.answer


async def test_a_test_goes_to_the_channel_and_its_answer_to_who_asked(sqlite: Database) -> None:
    talk = await ready(sqlite)
    await talk.say("/channel @our_street /test")
    (rung,) = talk.rung
    assert rung.subscriber == (await talk.known(CHANNEL)).number


async def test_a_channel_the_bot_was_removed_from_is_not_listed(sqlite: Database) -> None:
    talk = await ready(sqlite)
    await talk.membership(channel(), "left", before="administrator")
    assert "in no channel" in (await talk.say("/channel")).html


async def test_a_command_posted_in_the_channel_still_works_and_tells_its_new_name(
    sqlite: Database,
) -> None:
    talk = await ready(sqlite)
    chat = channel("Renamed", "new_name")
    post = {"message_id": 3, "date": 1_676_367_000, "chat": chat, "sender_chat": chat}
    await talk.update(channel_post=post | {"text": "/subscribe Kyiv"})
    assert len(await talk.followed(CHANNEL)) == 1
    assert "Renamed · @new_name" in (await talk.say("/channel")).html


async def test_a_reader_who_presses_a_button_posts_nothing_to_all_the_others(
    sqlite: Database,
) -> None:
    talk = await ready(sqlite)
    stored = await talk.publish("Bridge closed", "Long. " * 2_000)
    under = {"date": 1_676_367_000, "chat": channel(), "text": "a post"}
    heard = await talk.press(f"m:{stored.id}:0", user=BEN, under=under)
    assert heard.replies == ()
    assert heard.answer.startswith("What I post here is for all readers.")
    assert len((await talk.press(f"m:{stored.id}:0", user=ANN, under=under)).replies) == 1


async def test_what_one_sets_up_is_exported_and_forgotten(database: Database) -> None:
    talk = await ready(database)
    exported = await talk.say("/export")
    assert f"&quot;channels&quot;:[{CHANNEL}]" in exported.replies[1].html
    asked = await talk.say("/forget")
    await talk.press(labelled(asked.reply, "Erase"))
    async with database.read() as transaction:
        assert (await transaction.execute(schema.steward.select())).all() == []
    assert (await talk.known(CHANNEL)).chat_id == CHANNEL
