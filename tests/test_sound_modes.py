"""Mode of a chat: it silences digests and announcements, too, and moves with a group."""

from datetime import timedelta

import pytest
from pyroaring import BitMap
from support.conversation_driver import ANN, BEN, ConversationDriver, make_digester

from storage.engine.database import Database
from storage.outbox import deliveries, digest_queue
from storage.outbox.digest_queue import DigestEntry
from storage.subscribers import sound_modes
from storage.subscribers.merge import merge
from storage.subscribers.sound_modes import SoundMode
from storage.values.lanes import Lane


async def set_mode(driver: ConversationDriver, mode: SoundMode, chat: int = ANN) -> int:
    """Store the mode of a chat; return its number."""
    number = (await driver.get_subscriber(chat)).number
    async with driver.database.write() as transaction:
        await sound_modes.set_mode(transaction, number, mode)
    return number


@pytest.mark.parametrize(
    ("option", "mode", "is_silent"),
    [
        ("hourly", SoundMode.EVERYTHING, False),
        ("hourly", SoundMode.ALERTS, True),
        ("hourly", SoundMode.NOTHING, True),
        ("hourly, silently", SoundMode.EVERYTHING, True),
        ("hourly, sound>=red", SoundMode.EVERYTHING, True),
    ],
)
async def test_a_digest_has_sound_if_the_chat_and_a_subscription_have(
    database: Database, option: str, mode: SoundMode, *, is_silent: bool
) -> None:
    driver = ConversationDriver(database)
    await driver.send(f"/subscribe Kyiv | {option}")
    number = await set_mode(driver, mode)
    bulletin = await driver.publish("Bridge closed in Kyiv")
    async with database.write() as transaction:
        entry = DigestEntry(bulletin.id, BitMap([number]))
        await digest_queue.enqueue(transaction, [entry], driver.now)
    driver.now += timedelta(hours=1)
    await make_digester(database, lambda: driver.now).tick()
    async with database.read() as transaction:
        due = await deliveries.list_due(transaction, Lane.DIGEST, driver.now, limit=10)
    assert [delivery.silent for delivery in due] == [is_silent]


@pytest.mark.parametrize(
    ("old", "existing", "expected"),
    [
        (SoundMode.NOTHING, SoundMode.EVERYTHING, SoundMode.NOTHING),
        (SoundMode.EVERYTHING, SoundMode.ALERTS, SoundMode.ALERTS),
        (SoundMode.NOTHING, SoundMode.ALERTS, SoundMode.ALERTS),
    ],
)
async def test_a_merged_chat_keeps_a_chosen_mode(
    database: Database, old: SoundMode, existing: SoundMode, expected: SoundMode
) -> None:
    driver = ConversationDriver(database)
    for user in (ANN, BEN):
        await driver.send("/subscribe Kyiv", user=user)
    number, into = await set_mode(driver, old), await set_mode(driver, existing, BEN)
    async with database.write() as transaction:
        await merge(transaction, number, into)
        assert await sound_modes.get(transaction, into) is expected
