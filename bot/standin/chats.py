"""Chats and users as the stand-in keeps them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.standin.bell import Bell
from bot.standin.messages import Change, Message

Kind = Literal["private", "group", "supergroup", "channel"]
Standing = Literal[
    "creator", "administrator", "member", "restricted", "left", "kicked"
]  # Telegram's ChatMember.status


@dataclass(slots=True)
class User:
    """A person or the bot."""

    id: int
    name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    deactivated: bool = False  # the account was deleted


@dataclass(slots=True)
class Topic:
    """A topic of a forum."""

    title: str
    closed: bool = False


class Chat:
    """One chat: who is in it and what is visible there now.

    history: how many messages and changes are remembered; None is all.
    """

    __slots__ = (
        "_bell",
        "_history",
        "_messages",
        "forum",
        "id",
        "kind",
        "last_id",
        "members",
        "migrated_to",
        "started",
        "timeline",
        "title",
        "topics",
        "username",
    )

    def __init__(
        self,
        chat_id: int,
        kind: Kind,
        title: str,
        *,
        forum: bool = False,
        username: str | None = None,
        history: int | None = None,
    ) -> None:
        self.id = chat_id
        self.kind: Kind = kind
        self.title = title
        self.forum = forum
        self.username = username
        self.members: dict[int, Standing] = {}  # by user id, the bot's too
        self.started = kind != "private"  # a bot may not write first to a person
        self.migrated_to: int | None = None
        self.topics: dict[int, Topic] = {}  # by message_thread_id
        self.last_id = 0  # of its own messages; private chats and groups share another count
        self.timeline: deque[Change] = deque(maxlen=history)  # every change, oldest first
        self._history = history
        self._messages: dict[int, Message] = {}
        self._bell: Bell | None = None

    @property
    def messages(self) -> list[Message]:
        """What is visible now, oldest first: edits applied, deleted ones gone."""
        return list(self._messages.values())

    @property
    def texts(self) -> list[str]:
        """The texts of the visible messages, oldest first."""
        return [message.text for message in self._messages.values()]

    @property
    def keyboard(self) -> Message | None:
        """The message whose reply keyboard is shown below the chat now."""
        for message in reversed(self._messages.values()):
            markup = message.markup or {}
            if "remove_keyboard" in markup:
                return None
            if "keyboard" in markup:
                return message
        return None

    def get(self, message_id: int) -> Message | None:
        """A visible message by its id."""
        return self._messages.get(message_id)

    def record(self, change: Change) -> None:
        """Make the change visible."""
        self.timeline.append(change)
        if change.kind == "deleted":
            self._messages.pop(change.message.id, None)
            return
        self._messages[change.message.id] = change.message
        if self._history is not None and len(self._messages) > self._history:
            del self._messages[next(iter(self._messages))]

    async def ring(self) -> None:
        """Wake who waits for this chat."""
        if self._bell is not None:
            await self._bell.ring()

    async def wait(
        self,
        holds: Callable[[list[Message]], bool],
        timeout: float = 180.0,  # noqa: ASYNC109 - the convenience is the point
    ) -> list[Message]:
        """Return the visible messages once `holds(messages)`; raises TimeoutError."""
        if self._bell is None:
            self._bell = Bell()
        await self._bell.until(lambda: holds(self.messages), timeout)
        return self.messages
