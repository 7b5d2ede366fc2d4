"""Chats and users in the stand-in's memory."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bot.standin.change_event import ChangeEvent
from bot.standin.messages import Change, Message

Kind = Literal["private", "group", "supergroup", "channel"]
Standing = Literal[
    "creator", "administrator", "member", "restricted", "left", "kicked"
]  # Telegram's ChatMember.status


@dataclass(slots=True)
class User:
    """Person or bot."""

    id: int
    name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    deactivated: bool = False  # the account was deleted


@dataclass(slots=True)
class Topic:
    """Topic of a forum."""

    title: str
    closed: bool = False


class Chat:
    """Chat: its members and its visible messages.

    history: number of messages and changes to keep; None keeps all.
    """

    __slots__ = (
        "_changed",
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
        self.members: dict[int, Standing] = {}  # by user id, the bot included
        self.started = kind != "private"  # a bot may not write first to a person
        self.migrated_to: int | None = None
        self.topics: dict[int, Topic] = {}  # by message_thread_id
        self.last_id = 0  # own message ids; private chats and basic groups share one sequence
        self.timeline: deque[Change] = deque(maxlen=history)  # every change, oldest first
        self._history = history
        self._messages: dict[int, Message] = {}
        self._changed: ChangeEvent | None = None

    @property
    def messages(self) -> list[Message]:
        """The visible messages, oldest first: edits applied, deletions removed."""
        return list(self._messages.values())

    @property
    def texts(self) -> list[str]:
        """The texts of the visible messages, oldest first."""
        return [message.text for message in self._messages.values()]

    @property
    def keyboard(self) -> Message | None:
        """The message whose reply keyboard is currently shown."""
        for message in reversed(self._messages.values()):
            markup = message.markup or {}
            if "remove_keyboard" in markup:
                return None
            if "keyboard" in markup:
                return message
        return None

    def get(self, message_id: int) -> Message | None:
        """Return a visible message by its id, or None."""
        return self._messages.get(message_id)

    def record(self, change: Change) -> None:
        """Apply the change."""
        self.timeline.append(change)
        if change.kind == "deleted":
            self._messages.pop(change.message.id, None)
            return
        self._messages[change.message.id] = change.message
        if self._history is not None and len(self._messages) > self._history:
            del self._messages[next(iter(self._messages))]

    async def notify(self) -> None:
        """Wake the tasks that wait for this chat."""
        if self._changed is not None:
            await self._changed.notify()

    async def wait(
        self,
        holds: Callable[[list[Message]], bool],
        timeout: float = 180.0,  # noqa: ASYNC109 - convenient in tests
    ) -> list[Message]:
        """Return the visible messages once `holds(messages)`; raise TimeoutError."""
        if self._changed is None:
            self._changed = ChangeEvent()
        await self._changed.wait_until(lambda: holds(self.messages), timeout)
        return self.messages
