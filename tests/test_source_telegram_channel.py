"""Telegram channel source: posts of channels where the bot is an administrator."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import Config
from bot.sources.adapters.telegram.channel import (
    EDIT_WINDOW,
    ChannelPostReceiver,
    TelegramChannelSettings,
)
from storage.engine.database import Database
from storage.inbound import ingest_queue, sources, update_inbox
from storage.inbound.bulletins import Bulletin
from storage.inbound.update_inbox import PendingUpdate

NOW = datetime(2026, 3, 5, 8, 0, 30, tzinfo=UTC)
POSTED = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
PUBLIC = {"id": -1001000000001, "type": "channel", "title": "Air Force", "username": "AirForce"}
PRIVATE = {"id": -1001000000002, "type": "channel", "title": "Neighbours"}

Payload = dict[str, Any]


class ChannelDriver:
    """Driver of the configured channels and their updates."""

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
        self.channels = ChannelPostReceiver(settings, database, lambda: self.now)

    async def queue_after(self, kind: str = "channel_post", **post: object) -> list[Bulletin]:
        """Receive an update; return all bulletins in the ingest queue."""
        payload = {"update_id": next(self._ids), kind: post}
        assert await self.receive(payload)
        return await self.ingest_queue()

    async def receive(self, payload: Payload) -> bool:
        async with self.database.write() as transaction:
            await update_inbox.enqueue(transaction, [payload], self.now)
        return await self.channels.receive(PendingUpdate(payload["update_id"], payload))

    async def ingest_queue(self) -> list[Bulletin]:
        async with self.database.read() as transaction:
            return [
                arrival.bulletin for arrival in await ingest_queue.next_waiting(transaction, 100)
            ]

    async def count_open_updates(self) -> int:
        async with self.database.read() as transaction:
            return len(await update_inbox.next_waiting(transaction, limit=100, excluded_ids=[]))


@pytest.fixture
def driver(sqlite: Database) -> ChannelDriver:
    return ChannelDriver(sqlite)


def post(text: str, *, number: int = 17, **more: object) -> Payload:
    timestamp = int(POSTED.timestamp())
    return {"message_id": number, "date": timestamp, "chat": PUBLIC, "text": text, **more}


async def test_a_post_becomes_a_bulletin_with_time_and_address(driver: ChannelDriver) -> None:
    (bulletin,) = await driver.queue_after(
        **post("Missiles on their way\nFrom the south, to Odesa.")
    )

    assert (bulletin.source, bulletin.title) == ("force", "Missiles on their way")
    assert bulletin.text == "From the south, to Odesa."
    assert bulletin.url == "https://t.me/AirForce/17"
    assert (bulletin.published_at, bulletin.received_at) == (POSTED, NOW)
    assert await driver.count_open_updates() == 0


async def test_an_update_that_arrives_twice_is_stored_once(database: Database) -> None:
    driver = ChannelDriver(database)
    payload = {"update_id": 900, "channel_post": post("Missiles")}
    assert await driver.receive(payload)

    assert await driver.channels.receive(PendingUpdate(900, payload))

    assert len(await driver.ingest_queue()) == 1


async def test_an_edit_with_another_text_is_another_bulletin(
    driver: ChannelDriver,
) -> None:
    await driver.queue_after(**post("Missiles"))

    bulletins = await driver.queue_after(
        "edited_channel_post", **post("Missiles. All clear.", edit_date=1)
    )

    assert [item.text for item in bulletins] == ["Missiles", "Missiles. All clear."]
    assert len({item.key for item in bulletins}) == 2
    assert bulletins[1].published_at == POSTED


async def test_an_edit_without_a_change_of_words_has_the_same_key(driver: ChannelDriver) -> None:
    await driver.queue_after(**post("Missiles  on their way"))

    bulletins = await driver.queue_after("edited_channel_post", **post("Missiles on their way"))

    assert len({item.key for item in bulletins}) == 1


async def test_an_edit_of_an_old_post_is_ignored(driver: ChannelDriver) -> None:
    driver.now = POSTED + EDIT_WINDOW + timedelta(seconds=1)

    assert await driver.queue_after("edited_channel_post", **post("Mended")) == []
    assert len(await driver.queue_after(**post("Late, but said once"))) == 1


async def test_a_photo_has_its_caption_as_text_and_is_ignored_without(
    driver: ChannelDriver,
) -> None:
    photo = {**post(""), "photo": [{"file_id": "x"}]}
    del photo["text"]

    assert await driver.queue_after(**photo) == []
    assert [item.text for item in await driver.queue_after(**photo, caption="Smoke")] == ["Smoke"]


async def test_a_forward_has_the_address_of_its_original(driver: ChannelDriver) -> None:
    origin = {"type": "channel", "chat": {"id": -1003, "username": "first"}, "message_id": 3}

    (bulletin,) = await driver.queue_after(**post("Seen", forward_origin=origin))

    assert bulletin.url == "https://t.me/first/3"


async def test_a_private_channel_is_configured_by_its_number(driver: ChannelDriver) -> None:
    (bulletin,) = await driver.queue_after(**post("Water is off", chat=PRIVATE))

    assert (bulletin.source, bulletin.url) == ("near", "https://t.me/c/1000000002/17")


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
async def test_other_updates_are_left_to_the_handlers(
    driver: ChannelDriver, payload: Payload
) -> None:
    assert not await driver.receive({"update_id": 1, **payload})

    assert await driver.ingest_queue() == []
    assert await driver.count_open_updates() == 1


@pytest.mark.parametrize("date", [None, "x", 10**18, -(10**18)])
async def test_an_invalid_time_is_left_out(driver: ChannelDriver, date: object) -> None:
    """A post with an invalid date is still published."""
    (bulletin,) = await driver.queue_after(**post("\u202eSeen\u200b\u2066", date=date))

    assert bulletin.text == "Seen"


async def test_a_post_counts_as_a_success_of_the_source(driver: ChannelDriver) -> None:
    await driver.queue_after(**post("Missiles"))

    async with driver.database.read() as transaction:
        assert (await sources.get_state(transaction, "force")).succeeded_at == NOW


@pytest.mark.parametrize("channel", ["airforce", "@x", "@a b", "", 5, True, None, -1001])
def test_a_channel_is_a_name_or_a_number(channel: object) -> None:
    source = {"kind": "telegram_channel", "name": "a", "channel": channel}
    if channel == -1001:
        assert Config.model_validate({"source": [source]}).source
        return
    with pytest.raises(ValueError, match="a channel as"):
        Config.model_validate({"source": [source]})
