"""World: the state of the stand-in."""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.standin.callbacks import Callbacks
from bot.standin.chats import Chat, User
from bot.standin.inline import InlineQueries
from bot.standin.limits import Limits, SlidingWindowLimiter
from bot.standin.messages import Change, ChangeKind, Message, Photo
from bot.standin.updates import Updates
from bot.standin.webhook import Webhook

Listener = Callable[[Chat, Change], None]
Scope = tuple[str, int | None, int | None, str]
"""Scope of commands: its type, chat, user and language."""


@dataclass(slots=True)
class Profile:
    """Profile texts of the bot, by language ("" for any)."""

    commands: dict[Scope, list[dict[str, str]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)


class World:
    """State behind the Bot API.

    clock: monotonic seconds. wall: unix seconds. history: messages kept per chat; None: all.
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
        self.pacer = SlidingWindowLimiter(limits, clock)
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
        """Return the time for a message, in unix seconds."""
        return int(self._wall())

    def message_id(self, chat: Chat) -> int:
        """Return the id of the next message in the chat.

        As in Telegram, private chats and basic groups share one sequence, while supergroups and
        channels have their own: an id alone does not identify a message.
        """
        if chat.kind in {"private", "group"}:
            return next(self._shared_ids)
        chat.last_id += 1
        return chat.last_id

    def chat_named(self, name: str) -> Chat | None:
        """Return the public chat with this @username, or None."""
        wanted = name.removeprefix("@").casefold()
        for chat in self.chats.values():
            if chat.username and chat.kind != "private" and chat.username.casefold() == wanted:
                return chat
        return None

    async def change(self, kind: ChangeKind, message: Message) -> None:
        """Apply a change of a message and notify every observer."""
        chat = self.chats[message.chat_id]
        change = Change(self.clock(), kind, message)
        chat.record(change)
        for listener in self.listeners:
            listener(chat, change)
        await chat.notify()

    async def close(self) -> None:
        """End all polls and stop the webhook."""
        await self.webhook.close()
        await self.updates.close()
