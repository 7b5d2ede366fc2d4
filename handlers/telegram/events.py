"""What an update says, in values of our own."""

from dataclasses import dataclass
from datetime import datetime

from storage.subscribers.channels import Channel, Name
from storage.subscribers.subscribers import ChatKind, Subscriber, Target


@dataclass(frozen=True)
class Press:
    """A button was pressed."""

    id: str  # Telegram's, to be answered once
    data: str  # what the button carries; may be forged
    message_id: int  # the message the button is under
    quoted: str  # the first text set as code in that message, or empty


@dataclass(frozen=True)
class Replied:
    """The message that somebody answers."""

    message_id: int
    sent_at: datetime  # aware
    text: str  # may be empty


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Somebody said something, or pressed a button."""

    target: Target
    kind: ChatKind
    user_id: int | None  # None: the chat itself speaks
    language_code: str | None  # IETF tag of the person's Telegram
    anonymous: bool  # speaks in the name of the chat, which only its administrators can
    command: str | None = None  # without the slash, lower case; None: free text, or a press
    text: str = ""  # what follows the command, or the free text
    lines: str = ""  # the same, in the lines it was written in
    replied: Replied | None = None  # the message this one answers
    file: str | None = None  # name of the file that came with it, or with what it answers
    press: Press | None = None
    location: tuple[float, float] | None = None  # latitude and longitude in degrees, shared
    channel: Name | None = None  # what the channel is called where this was said in one


@dataclass(frozen=True)
class Asked:
    """Somebody types after our name in some chat."""

    id: str  # Telegram's, to be answered once
    user_id: int
    language_code: str | None  # IETF tag of the person's Telegram
    text: str
    at: datetime  # aware


@dataclass(frozen=True, kw_only=True)
class Added:
    """The bot was added to a group, or became an administrator of a channel."""

    chat_id: int
    kind: ChatKind
    name: Name
    user_id: int  # whoever did that
    language_code: str | None  # IETF tag of that person's Telegram


@dataclass(frozen=True)
class Left:
    """The bot was blocked by a person or removed from a chat."""

    chat_id: int


@dataclass(frozen=True)
class Migrated:
    """A group became a supergroup."""

    chat_id: int
    new_chat_id: int


Occurrence = Heard | Asked | Added | Left | Migrated
"""Whatever an update can say that is anything for us."""


@dataclass(frozen=True)
class Request:
    """What a handler answers."""

    heard: Heard
    subscriber: Subscriber
    now: datetime  # aware
    channels: tuple[Channel, ...] = ()  # those meant that the person may set up

    @property
    def text(self) -> str:
        return self.heard.text

    @property
    def is_private(self) -> bool:
        return self.heard.kind is ChatKind.PRIVATE

    @property
    def press(self) -> Press:
        """The press this is; ValueError where nothing was pressed."""
        if self.heard.press is None:
            raise ValueError("no button was pressed")
        return self.heard.press

    @property
    def location(self) -> tuple[float, float]:
        """Where this is about; ValueError where no location was shared."""
        if self.heard.location is None:
            raise ValueError("no location was shared")
        return self.heard.location

    @property
    def pressed(self) -> str:
        """What the button carries, after the prefix that found its handler."""
        return self.press.data.partition(":")[2]
