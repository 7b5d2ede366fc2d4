"""Telegram channel source: posts and edits in channels where the bot is an administrator.

An edit that changes the words becomes a second bulletin of the same post; the deduplication in
`bot.ingest` decides if it says more than the first. An edit without a change of words has the dedup
key of the first bulletin. Edits of old posts are ignored.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator

from bot.sources.adapters.telegram.posts import post_bulletin
from bot.sources.base.source_settings import SourceSettings
from bot.sources.core import dedup_keys
from bot.sources.parsing.lenient_json import JsonObject, as_object, as_text, from_unix_seconds
from storage.engine.database import Database
from storage.inbound import ingest_queue, sources, update_inbox
from storage.inbound.bulletins import Bulletin
from storage.inbound.update_inbox import PendingUpdate

EDIT_WINDOW = timedelta(hours=1)
"""Time after a post in which its edits are published."""

_CHANNEL = re.compile(r"@[a-z]\w{3,31}|-\d{1,20}", re.ASCII | re.IGNORECASE)
_SUPERGROUP = "-100"  # before the number of a channel (core.telegram.org/bots/api#chat)


def _validate_channel(value: object) -> object:
    name = str(value) if isinstance(value, int | str) else ""
    if not _CHANNEL.fullmatch(name):
        raise ValueError('a channel as "@name", or its number, such as -1001234567890')
    return name.lower()


class TelegramChannelSettings(SourceSettings, frozen=True):
    """`[[source]] kind = "telegram_channel"`."""

    kind: Literal["telegram_channel"]
    channel: Annotated[str, BeforeValidator(_validate_channel)]  # "@name" or number


class ChannelPostReceiver:
    """Receiver of posts in the configured channels, exactly once.

    One transaction stores the bulletin in the ingest queue and completes the update, so a crash
    neither loses nor repeats a post.
    """

    def __init__(
        self,
        settings: Iterable[TelegramChannelSettings],
        database: Database,
        clock: Callable[[], datetime],
    ) -> None:
        self._sources = {channel.channel: channel.name for channel in settings}
        self._database = database
        self._clock = clock

    def is_watched(self, incoming: PendingUpdate) -> bool:
        """Return whether the update is a post in one of the channels, new or edited.

        A command in such a channel is not a post.
        """
        return self._watched_source(_post(incoming)[0]) is not None

    async def receive(self, incoming: PendingUpdate) -> bool:
        """Store the post in an update; return False if it is none."""
        post, edited = _post(incoming)
        source = self._watched_source(post)
        if source is None:
            return False
        now = self._clock()
        bulletin = parse_post(post, source, now)
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, incoming.update_id, now):
                return True
            await sources.record_success(transaction, source, {}, now)
            if bulletin is not None and not (edited and _is_old(bulletin, now)):
                await ingest_queue.enqueue(transaction, [bulletin], now)
        return True

    def _watched_source(self, post: JsonObject) -> str | None:
        if _text(post).startswith("/"):
            return None
        chat = as_object(post.get("chat"))
        name = chat.get("username")
        return self._sources.get(str(chat.get("id"))) or self._sources.get(f"@{name}".lower())


def _post(incoming: PendingUpdate) -> tuple[JsonObject, bool]:
    """Return the post of an update, empty if it has none, and whether it is an edit."""
    new = as_object(incoming.payload.get("channel_post"))
    return new or as_object(incoming.payload.get("edited_channel_post")), not new


def parse_post(post: JsonObject, source: str, now: datetime) -> Bulletin | None:
    """Return the bulletin of a message (core.telegram.org/bots/api#message), None without text."""
    text, number = _text(post), post.get("message_id")
    if not text or not isinstance(number, int):
        return None
    posted_at = from_unix_seconds(post.get("date"))
    return post_bulletin(
        source, dedup_keys.revision_key(str(number), text), text, _url(post), posted_at, now
    )


def _text(post: JsonObject) -> str:
    return as_text(post.get("text") or post.get("caption"))


def _url(post: JsonObject) -> str | None:
    """Return the address of the post, of a forward that of its original."""
    origin = as_object(post.get("forward_origin"))
    return _address(origin) or _address(post)


def _address(post: JsonObject) -> str | None:
    chat, number = as_object(post.get("chat")), post.get("message_id")
    name, chat_id = chat.get("username"), str(chat.get("id", ""))
    if not isinstance(number, int):
        return None
    if isinstance(name, str) and name:
        return f"https://t.me/{name}/{number}"
    if chat_id.startswith(_SUPERGROUP):
        return f"https://t.me/c/{chat_id.removeprefix(_SUPERGROUP)}/{number}"
    return None


def _is_old(bulletin: Bulletin, now: datetime) -> bool:
    return bulletin.published_at is not None and now - bulletin.published_at > EDIT_WINDOW
