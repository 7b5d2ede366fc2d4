"""Posts of channels where the bot is an administrator."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import Config
from bot.sources.adapters.telegram.channel import EDITS, Channels, TelegramChannelSettings
from storage.engine.database import Database
from storage.inbound import ingest_queue, sources, update_inbox
from storage.inbound.bulletins import Bulletin
from storage.inbound.update_inbox import Incoming

NOW = datetime(2026, 3, 5, 8, 0, 30, tzinfo=UTC)
POSTED = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
PUBLIC = {"id": -1001000000001, "type": "channel", "title": "Air Force", "username": "AirForce"}
PRIVATE = {"id": -1001000000002, "type": "channel", "title": "Neighbours"}

Payload = dict[str, Any]


class Watching:
    """The channels that are watched, and what Telegram tells of them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self._ids = itertools.count(1)
        settings = [
            TelegramChannelSettings(kind="telegram_channel", name="force", channel="@airforce"),
            TelegramChannelSettings(
                kind="telegram_channel", name="near", channel=str(PRIVATE["id"])
            ),
        ]
        self.channels = Channels(settings, database, lambda: self.now)

    async def told(self, kind: str = "channel_post", **post: object) -> list[Bulletin]:
        """What waits to be taken after one more update, all of it."""
        payload = {"update_id": next(self._ids), kind: post}
        assert await self.take(payload)
        return await self.waiting()

    async def take(self, payload: Payload) -> bool:
        async with self.database.write() as transaction:
            await update_inbox.put(transaction, [payload], self.now)
        return await self.channels.take(Incoming(payload["update_id"], payload))

    async def waiting(self) -> list[Bulletin]:
        async with self.database.read() as transaction:
            return [one.bulletin for one in await ingest_queue.waiting(transaction, 100)]

    async def open_updates(self) -> int:
        async with self.database.read() as transaction:
            return len(await update_inbox.waiting(transaction, limit=100, without=[]))


@pytest.fixture
def watching(sqlite: Database) -> Watching:
    return Watching(sqlite)


def post(text: str, *, number: int = 17, **more: object) -> Payload:
    at = int(POSTED.timestamp())
    return {"message_id": number, "date": at, "chat": PUBLIC, "text": text, **more}


async def test_a_post_is_a_bulletin_with_its_time_and_its_address(watching: Watching) -> None:
    (told,) = await watching.told(**post("Missiles on their way\nFrom the south, to Odesa."))

    assert (told.source, told.title) == ("force", "Missiles on their way")
    assert told.text == "From the south, to Odesa."
    assert told.url == "https://t.me/AirForce/17"
    assert (told.published_at, told.received_at) == (POSTED, NOW)
    assert await watching.open_updates() == 0


async def test_an_update_that_comes_twice_is_taken_once(database: Database) -> None:
    watching = Watching(database)
    payload = {"update_id": 900, "channel_post": post("Missiles")}
    assert await watching.take(payload)

    assert await watching.channels.take(Incoming(900, payload))

    assert len(await watching.waiting()) == 1


async def test_an_edit_that_says_something_else_is_another_bulletin(watching: Watching) -> None:
    await watching.told(**post("Missiles"))

    told = await watching.told("edited_channel_post", **post("Missiles. All clear.", edit_date=1))

    assert [one.text for one in told] == ["Missiles", "Missiles. All clear."]
    assert len({one.key for one in told}) == 2
    assert told[1].published_at == POSTED


async def test_an_edit_that_changes_no_word_is_known_already(watching: Watching) -> None:
    await watching.told(**post("Missiles  on their way"))

    told = await watching.told("edited_channel_post", **post("Missiles on their way"))

    assert len({one.key for one in told}) == 1


async def test_an_edit_of_long_ago_is_no_news(watching: Watching) -> None:
    watching.now = POSTED + EDITS + timedelta(seconds=1)

    assert await watching.told("edited_channel_post", **post("Mended")) == []
    assert len(await watching.told(**post("Late, but said once"))) == 1


async def test_a_caption_is_what_a_picture_says_and_without_one_it_says_nothing(
    watching: Watching,
) -> None:
    photo = {**post(""), "photo": [{"file_id": "x"}]}
    del photo["text"]

    assert await watching.told(**photo) == []
    assert [one.text for one in await watching.told(**photo, caption="Smoke")] == ["Smoke"]


async def test_a_forward_leads_to_its_original(watching: Watching) -> None:
    origin = {"type": "channel", "chat": {"id": -1003, "username": "first"}, "message_id": 3}

    (told,) = await watching.told(**post("Seen", forward_origin=origin))

    assert told.url == "https://t.me/first/3"


async def test_a_private_channel_is_known_by_its_number(watching: Watching) -> None:
    (told,) = await watching.told(**post("Water is off", chat=PRIVATE))

    assert (told.source, told.url) == ("near", "https://t.me/c/1000000002/17")


@pytest.mark.parametrize(
    "payload",
    [
        {"channel_post": post("/subscribe Kyiv")},
        {"channel_post": post("x", chat={"id": -7, "type": "channel", "username": "other"})},
        {"channel_post": post("x", chat=None)},
        {"message": post("x")},
        {"channel_post": 5},
    ],
)
async def test_all_else_is_left_to_the_conversation(watching: Watching, payload: Payload) -> None:
    assert not await watching.take({"update_id": 1, **payload})

    assert await watching.waiting() == []
    assert await watching.open_updates() == 1


@pytest.mark.parametrize("date", [None, "x", 10**18, -(10**18)])
async def test_a_time_that_is_none_is_left_out(watching: Watching, date: object) -> None:
    """Case 57."""
    (told,) = await watching.told(**post("\u202eSeen\u200b\u2066", date=date))

    assert told.text == "Seen"


async def test_a_channel_that_spoke_was_heard(watching: Watching) -> None:
    await watching.told(**post("Missiles"))

    async with watching.database.read() as transaction:
        assert (await sources.state(transaction, "force")).succeeded_at == NOW


@pytest.mark.parametrize("channel", ["airforce", "@x", "@a b", "", 5, True, None, -1001])
def test_a_channel_is_a_name_or_a_number(channel: object) -> None:
    source = {"kind": "telegram_channel", "name": "a", "channel": channel}
    if channel == -1001:
        assert Config.model_validate({"source": [source]}).source
        return
    with pytest.raises(ValueError, match="a channel as"):
        Config.model_validate({"source": [source]})
