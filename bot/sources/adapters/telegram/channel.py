"""Telegram channels where the bot is an administrator: posts and edits, as Telegram brings them.

A post that is edited to say something else is told as another bulletin of the same post; whoever
follows both hears the second only where it says more than the first. An edit that changes no word
is nothing, and so is one of a post of long ago: people mend old posts.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator

from bot.sources.adapters.telegram.posts import post_bulletin
from bot.sources.base.source_settings import SourceSettings
from bot.sources.core import dedup_keys
from bot.sources.parsing.lenient_json import Record, from_seconds, record
from bot.sources.parsing.sanitize import clean_text
from storage.engine.database import Database
from storage.inbound import ingest_queue, sources, update_inbox
from storage.inbound.bulletins import Bulletin
from storage.inbound.update_inbox import Incoming

EDITS = timedelta(hours=1)
"""So long after a post its edits are news."""

_CHANNEL = re.compile(r"@[a-z]\w{3,31}|-\d{1,20}", re.ASCII | re.IGNORECASE)
_SUPERGROUP = "-100"  # before the number of a channel (core.telegram.org/bots/api#chat)


def _channel(written: object) -> object:
    name = str(written) if isinstance(written, int | str) else ""
    if not _CHANNEL.fullmatch(name):
        raise ValueError('a channel as "@name", or its number, such as -1001234567890')
    return name.lower()


class TelegramChannelSettings(SourceSettings, frozen=True):
    """`[[source]] kind = "telegram_channel"`."""

    kind: Literal["telegram_channel"]
    channel: Annotated[str, BeforeValidator(_channel)]  # "@name" in small letters, or the number


class Channels:
    """Takes what is posted in the channels that are watched, each post exactly once.

    The bulletin is stored among the arrivals in the transaction that completes the update: a
    process that ends before or after it neither loses nor repeats one.
    """

    def __init__(
        self,
        settings: Iterable[TelegramChannelSettings],
        database: Database,
        clock: Callable[[], datetime],
    ) -> None:
        self._sources = {one.channel: one.name for one in settings}
        self._database = database
        self._clock = clock

    async def take(self, incoming: Incoming) -> bool:
        """Whether the update was a post there. A command in such a channel is for the bot."""
        edited = record(incoming.payload.get("edited_channel_post"))
        post = record(incoming.payload.get("channel_post")) or edited
        source = self._source(record(post.get("chat")))
        if source is None or _text(post).startswith("/"):
            return False
        now = self._clock()
        told = read_post(post, source, now)
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, incoming.update_id, now):
                return True
            await sources.succeed(transaction, source, {}, now)
            if told is not None and not (edited and _is_old(told, now)):
                await ingest_queue.put(transaction, [told], now)
        return True

    def _source(self, chat: Record) -> str | None:
        name = chat.get("username")
        return self._sources.get(str(chat.get("id"))) or self._sources.get(f"@{name}".lower())


def read_post(post: Record, source: str, now: datetime) -> Bulletin | None:
    """A message of a channel (core.telegram.org/bots/api#message); None: it has no words."""
    text, number = _text(post), post.get("message_id")
    if not text or not isinstance(number, int):
        return None
    at = from_seconds(post.get("date"))
    return post_bulletin(
        source, dedup_keys.wording_key(str(number), text), text, _url(post), at, now
    )


def _text(post: Record) -> str:
    written = post.get("text") or post.get("caption")
    return clean_text(written) if isinstance(written, str) else ""


def _url(post: Record) -> str | None:
    """A forward leads to its original: who told it first is known by that."""
    origin = record(post.get("forward_origin"))
    return _address(origin) or _address(post)


def _address(post: Record) -> str | None:
    chat, number = record(post.get("chat")), post.get("message_id")
    name, inner = chat.get("username"), str(chat.get("id", ""))
    if not isinstance(number, int):
        return None
    if isinstance(name, str) and name:
        return f"https://t.me/{name}/{number}"
    if inner.startswith(_SUPERGROUP):
        return f"https://t.me/c/{inner.removeprefix(_SUPERGROUP)}/{number}"
    return None


def _is_old(told: Bulletin, now: datetime) -> bool:
    return told.published_at is not None and now - told.published_at > EDITS
