"""The bot is added to a group, or becomes an administrator of a channel."""

import pytest
from support.conversation_driver import ANN, BEN, GROUP, Payload, Talk, in_group, labelled

from storage.engine.database import Database
from storage.subscribers.subscribers import ChatKind

CHANNEL = -1_001_234_567_890


def channel(title: str = "Alerts of our street", username: str | None = "Our_Street") -> Payload:
    chat = {"id": CHANNEL, "type": "channel", "title": title}
    return chat | {"username": username} if username else chat


def group() -> Payload:
    chat: Payload = in_group("")["chat"]
    return chat


@pytest.mark.parametrize("status", ["member", "administrator"])
async def test_a_group_is_greeted_with_one_short_message_where_it_is(
    database: Database, status: str
) -> None:
    talk = Talk(database)
    heard = await talk.membership(group(), status)
    assert heard.html.startswith("Hello! I ring here for what this group asks for.")
    assert len(heard.html) < 200
    assert (await talk.known(GROUP)).kind is ChatKind.SUPERGROUP


@pytest.mark.parametrize(
    ("before", "status"),
    [("member", "administrator"), ("administrator", "member"), ("member", "member")],
)
async def test_a_promotion_is_no_arrival(sqlite: Database, before: str, status: str) -> None:
    heard = await Talk(sqlite).membership(group(), status, before=before)
    assert heard.replies == ()


async def test_a_group_speaks_as_the_telegram_of_whoever_added_the_bot(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.membership(group(), "member", language="uk")
    assert heard.html.startswith("Вітаю!")
    assert (await talk.known(GROUP)).language == "uk"


async def test_what_that_person_chose_goes_before_their_telegram(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/language it")
    assert (await talk.membership(group(), "member", language="en")).html.startswith("Ciao!")


async def test_a_group_that_takes_the_bot_back_goes_on_as_before(database: Database) -> None:
    async def ann(_chat: int) -> frozenset[int]:
        return frozenset({ANN})

    talk = Talk(database, ann)
    await talk.say_in_group("/language ru")
    await talk.say_in_group("/subscribe Kyiv")
    await talk.membership(group(), "kicked", before="member")
    assert (await talk.known(GROUP)).suspended
    heard = await talk.membership(group(), "member", before="kicked", language="en")
    assert heard.html.startswith("Здравствуйте!")
    assert not (await talk.known(GROUP)).suspended
    assert len(await talk.followed(GROUP)) == 1


async def test_who_unblocks_the_bot_is_not_written_to(sqlite: Database) -> None:
    talk = Talk(sqlite)
    chat = {"id": ANN, "type": "private", "first_name": "Ann"}
    assert (await talk.membership(chat, "member", before="kicked")).replies == ()


async def test_who_makes_the_bot_an_administrator_of_a_channel_is_told_how_to_set_it_up(
    database: Database,
) -> None:
    talk = Talk(database)
    await talk.say("/start")
    heard = await talk.membership(channel("Alerts <b>"), "administrator")
    assert heard.html.startswith("I can post in <b>Alerts &lt;b&gt;</b> now.")
    assert "<code>/channel @our_street /subscribe Kyiv</code>" in heard.html
    assert labelled(heard.reply, "Settings").endswith("|t:main")


async def test_a_private_channel_is_called_by_its_number(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/start")
    heard = await talk.membership(channel(username=None), "administrator")
    assert f"/channel {CHANNEL} /subscribe" in heard.html


async def test_nothing_is_said_in_the_channel_nor_to_who_never_started_the_bot(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    assert (await talk.membership(channel(), "administrator")).replies == ()
    assert (await talk.known(CHANNEL)).kind is ChatKind.CHANNEL
    assert await talk.subscriber(ANN) is None


async def test_new_rights_in_a_channel_are_told_nobody(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/start", user=BEN)
    heard = await talk.membership(channel(), "administrator", before="administrator", user=BEN)
    assert heard.replies == ()
