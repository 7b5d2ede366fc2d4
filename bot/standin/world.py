"""Everybody and everything the stand-in knows."""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.standin.callbacks import Callbacks
from bot.standin.chats import Chat, User
from bot.standin.inline import InlineQueries
from bot.standin.limits import Limits, Pacer
from bot.standin.messages import Change, ChangeKind, Message, Photo
from bot.standin.updates import Updates
from bot.standin.webhook import Webhook

Listener = Callable[[Chat, Change], None]
Scope = tuple[str, int | None, int | None, str]
"""Scope of commands: its type, chat, user and language."""


@dataclass(slots=True)
class Profile:
    """What a bot tells of itself, by language ("" is any)."""

    commands: dict[Scope, list[dict[str, str]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)


class World:
    """The state behind the Bot API.

    clock: monotonic seconds. wall: unix seconds. history: messages kept a chat, None is all.
    """

    def __init__(
        self,
        token: str,
        name: str,
        *,
        clock: Callable[[], float],
        wall: Callable[[], float],
        limits: Limits | None,
        history: int | None,
    ) -> None:
        self.clock = clock
        self.history = history
        self.bot = User(int(token.partition(":")[0]), name, "standin_bot", is_bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.chats: dict[int, Chat] = {}
        self.updates = Updates(clock)
        self.webhook = Webhook(self.updates, wall)
        self.pacer = Pacer(limits, clock)
        self.callbacks = Callbacks(clock)
        self.inline = InlineQueries(clock)
        self.profile = Profile()
        self.photos: dict[str, Photo] = {}  # by file_id
        self.actions: deque[tuple[int, str]] = deque(maxlen=1000)  # (chat id, action)
        self.reactions: dict[tuple[int, int], list[dict[str, Any]]] = {}  # the bot's own
        self.listeners: list[Listener] = []
        self._wall = wall
        self._shared_ids = itertools.count(1)

    def now(self) -> int:
        """The time for a message: unix seconds."""
        return int(self._wall())

    def message_id(self, chat: Chat) -> int:
        """The id of the next message in the chat.

        Private chats and basic groups share one count, supergroups and channels have their own,
        as in Telegram: an id alone names no message.
        """
        if chat.kind in {"private", "group"}:
            return next(self._shared_ids)
        chat.last_id += 1
        return chat.last_id

    def chat_named(self, name: str) -> Chat | None:
        """The public chat with this @username."""
        wanted = name.removeprefix("@").casefold()
        for chat in self.chats.values():
            if chat.username and chat.kind != "private" and chat.username.casefold() == wanted:
                return chat
        return None

    async def change(self, kind: ChangeKind, message: Message) -> None:
        """Let everyone who looks see what happened to a message."""
        chat = self.chats[message.chat_id]
        change = Change(self.clock(), kind, message)
        chat.record(change)
        for listener in self.listeners:
            listener(chat, change)
        await chat.ring()

    async def close(self) -> None:
        """Let pollers go and stop the webhook."""
        await self.webhook.close()
        await self.updates.close()
