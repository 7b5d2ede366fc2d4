"""Upgrade: what /export of an old version gave is imported completely, and /export gives the same.

The chats of tests/fixtures/upgrade/exports are those of the upgraded database. They are exported
from it, and imported into an empty one.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.conversation_driver import Payload, Response, membership_update, private_message
from support.telegram_html import parse_html
from support.upgrade_fixtures import (
    CHANNEL,
    CHATS,
    GROUP,
    JOHN,
    MARIA,
    OLENA,
    PRIVATE_CHANNEL,
    SERHII,
    UPGRADE,
    UpgradedDriver,
    open_driver,
    write_upgraded_database,
)

from storage.subscribers import quiet_hours
from storage.values.quiet_window import QuietHours

EXPORTS = UPGRADE / "exports"


@dataclass(frozen=True)
class ExportedChat:
    """Chat whose export is a fixture, and how to reach it."""

    user: int  # who asks
    chat: int  # subscriber
    thread: int = 0
    prefix: str = ""  # before each command

    def message(self, text: str) -> Payload:
        """Return a message of `user` for this chat."""
        message = private_message(f"{self.prefix}{text}", user=self.user)
        if self.chat == GROUP:
            message["chat"] = CHATS[GROUP]
            message |= {"message_thread_id": self.thread, "is_topic_message": True}
        return message


EXPORTED = {
    "private_uk": ExportedChat(OLENA, OLENA),
    "private_en": ExportedChat(JOHN, JOHN),
    "private_it": ExportedChat(MARIA, MARIA),
    "private_ru": ExportedChat(SERHII, SERHII),
    "group_topic_uk": ExportedChat(OLENA, GROUP, thread=4),
    "group_topic_en": ExportedChat(OLENA, GROUP, thread=7),
    "channel_uk": ExportedChat(OLENA, CHANNEL, prefix="/channel @kharkiv_test "),
    "channel_it": ExportedChat(MARIA, PRIVATE_CHANNEL, prefix=f"/channel {PRIVATE_CHANNEL} "),
}


@dataclass(frozen=True)
class StoredChat:
    """Everything in the database that an export is about."""

    subscriptions: list[tuple[str, str, str, bool]]  # as typed, query, schedule, sound
    settings: tuple[str, str | None, str, str, bool]
    quiet_hours: tuple[QuietHours | None, str]


def exported_texts(name: str) -> list[str]:
    """Return the texts of an old export, as the chat showed them."""
    files = sorted([*EXPORTS.glob(f"{name}.txt"), *EXPORTS.glob(f"{name}-*.txt")])
    assert files
    return [file.read_text(encoding="utf-8") for file in files]


def exported_messages(name: str) -> list[str]:
    """Return the messages with the texts of an old export, as the chat showed them."""
    messages = json.loads((EXPORTS / f"{name}.messages.json").read_text(encoding="utf-8"))
    texts = [parse_html(html).text for html in messages]
    return [text for text in texts if text.startswith('{"tocsin"')]


def response_texts(response: Response) -> list[str]:
    """Return the texts of an export, as the chat shows them."""
    return [
        text
        for content in response.replies
        for tag, text in parse_html(content.html).entities
        if tag == "pre"
    ]


def merge(texts: list[str]) -> dict[str, Any]:
    """Merge the texts of an export, which repeat all but the subscriptions."""
    documents = [json.loads(text) for text in texts]
    merged: dict[str, Any] = documents[0]
    for document in documents[1:]:
        merged["subscriptions"] += document.pop("subscriptions")
        assert merged.items() >= document.items()
    return merged


def only_old_keys(new: Any, old: Any) -> Any:
    """Return `new` without the keys that `old` lacks: a later version may export more."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: only_old_keys(value, old[key]) for key, value in new.items() if key in old}
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [only_old_keys(*pair) for pair in zip(new, old, strict=True)]
    return new


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    """Drop what depends on the time of the import."""
    for part in (document["chat"], *document["subscriptions"]):
        del part["since"]
    return document


async def read_stored(driver: UpgradedDriver, chat: ExportedChat) -> StoredChat:
    subscriber = await driver.get_subscriber(chat.chat, chat.thread)
    async with driver.database.read() as transaction:
        quiet = await quiet_hours.get(transaction, subscriber.number)
    return StoredChat(
        subscriptions=[
            (
                subscription.query_text,
                subscription.query,
                str(subscription.schedule),
                subscription.has_sound,
            )
            for subscription in await driver.get_subscriptions(chat.chat, chat.thread)
        ],
        settings=(
            subscriber.language,
            subscriber.zone,
            subscriber.detail,
            str(subscriber.schedule),
            subscriber.wants_empty_digests,
        ),
        quiet_hours=(quiet.hours, quiet.alerts),
    )


async def export(driver: UpgradedDriver, chat: ExportedChat) -> list[str]:
    return response_texts(await driver.receive(message=chat.message("/export")))


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The upgraded database, to copy from."""
    path = tmp_path_factory.mktemp("upgrade") / "upgraded.db"
    asyncio.run(write_upgraded_database(path))
    return path


@pytest.fixture
async def old(upgraded: Path, tmp_path: Path) -> AsyncIterator[UpgradedDriver]:
    """A driver on a copy of the upgraded database."""
    path = tmp_path / "old.db"
    shutil.copy(upgraded, path)
    async with open_driver(path) as driver:
        yield driver


@asynccontextmanager
async def empty_driver(template: Path, folder: Path) -> AsyncIterator[UpgradedDriver]:
    """Yield a driver on an empty database, with the bot in the channels and their managers."""
    path = folder / "empty.db"
    shutil.copy(template, path)
    async with open_driver(path) as driver:
        for chat, user in ((CHANNEL, OLENA), (PRIVATE_CHANNEL, MARIA)):
            await driver.send("/start", user=user)  # the bot writes to nobody who never wrote to it
            added = membership_update(CHATS[chat], "administrator", user=user)
            await driver.receive(my_chat_member=added)
            await driver.send(f"/channel {chat}", user=JOHN)
        yield driver


@pytest.fixture
async def empty(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[UpgradedDriver]:
    """A driver on an empty database."""
    async with empty_driver(sqlite_template, tmp_path) as driver:
        yield driver


def test_every_file_of_exports_belongs_to_a_chat() -> None:
    assert {file.stem.partition("-")[0] for file in EXPORTS.glob("*.txt")} == EXPORTED.keys()
    assert {file.name for file in EXPORTS.glob("*.json")} == {
        f"{name}.messages.json" for name in EXPORTED
    }
    for name in EXPORTED:
        assert exported_messages(name) == exported_texts(name)


@pytest.mark.parametrize("name", EXPORTED)
async def test_an_upgraded_chat_is_exported_as_before(old: UpgradedDriver, name: str) -> None:
    expected = merge(exported_texts(name))
    exported = merge(await export(old, EXPORTED[name]))
    assert only_old_keys(exported, expected) == expected


@pytest.mark.parametrize("name", EXPORTED)
async def test_an_old_export_restores_the_chat_in_an_empty_database(
    old: UpgradedDriver, empty: UpgradedDriver, name: str
) -> None:
    chat, texts = EXPORTED[name], exported_texts(name)
    for text in texts:
        await empty.receive(message=chat.message(f"/import {text}"))
    assert await read_stored(empty, chat) == await read_stored(old, chat)
    expected = without_times(merge(texts))
    exported = without_times(merge(await export(empty, chat)))
    assert only_old_keys(exported, expected) == expected


@pytest.mark.parametrize("name", EXPORTED)
async def test_an_old_message_with_an_export_is_imported_by_a_reply(
    old: UpgradedDriver, empty: UpgradedDriver, name: str
) -> None:
    chat = EXPORTED[name]
    for text in exported_messages(name):
        replied = chat.message("") | {"message_id": 4, "text": text}
        await empty.receive(message=chat.message("/import") | {"reply_to_message": replied})
    assert await read_stored(empty, chat) == await read_stored(old, chat)


@pytest.mark.parametrize("name", EXPORTED)
async def test_an_old_export_changes_nothing_in_its_own_chat(
    old: UpgradedDriver, name: str
) -> None:
    chat = EXPORTED[name]
    before = await read_stored(old, chat), await export(old, chat)
    for text in exported_texts(name):
        await old.receive(message=chat.message(f"/import {text}"))
    assert (await read_stored(old, chat), await export(old, chat)) == before


async def test_the_imported_chats_are_not_all_alike(old: UpgradedDriver) -> None:
    """The settings in the exports differ from those of a new chat, so that a lost one shows."""
    stored = [await read_stored(old, chat) for chat in EXPORTED.values()]
    assert {chat.settings[0] for chat in stored} == {"uk", "en", "it", "ru"}
    assert len({chat.settings[1] for chat in stored}) >= 3
    assert {chat.settings[2] for chat in stored} == {"full", "short"}
    assert {chat.settings[3] for chat in stored} >= {"now", "daily 09:00"}
    assert {chat.settings[4] for chat in stored} == {True, False}
    assert {alerts for _, alerts in (chat.quiet_hours for chat in stored)} == {
        "ring",
        "silent",
        "held",
    }
