"""Events: Telegram updates as typed values, and the request that a handler gets."""

from dataclasses import dataclass
from datetime import datetime

from storage.subscribers.channels import Channel, ChannelName
from storage.subscribers.subscribers import ChatKind, Subscriber, Target


@dataclass(frozen=True)
class CallbackQuery:
    """Press of a button under a message."""

    id: str  # Telegram's; to be answered once
    data: str  # callback data of the button; may be forged
    message_id: int  # of the message with the button
    code_text: str  # first `code` text in that message, or empty


@dataclass(frozen=True)
class RepliedMessage:
    """Message that another message replies to."""

    message_id: int
    sent_at: datetime  # aware
    text: str  # may be empty


@dataclass(frozen=True, kw_only=True)
class Message:
    """Message to the bot, or the press of a button under one of the bot's messages."""

    target: Target
    kind: ChatKind
    user_id: int | None  # None: the sender is the chat itself
    language_code: str | None  # IETF tag of the person's Telegram
    is_anonymous: bool  # sent in the name of the group, which only administrators can do
    command: str | None = None  # without the slash, lower case; None: free text or a button
    text: str = ""  # text after the command, or the free text
    multiline_text: str = ""  # the same with its line breaks
    reply_to: RepliedMessage | None = None  # set for a command only
    file_name: str | None = None  # of the attached file, or of the one in the replied message
    callback_query: CallbackQuery | None = None
    location: tuple[float, float] | None = None  # shared latitude and longitude, in degrees
    channel_name: ChannelName | None = None  # set if the chat is a channel


@dataclass(frozen=True)
class InlineQuery:
    """Text that a person types after the bot's username in any chat."""

    id: str  # Telegram's; to be answered once
    user_id: int
    language_code: str | None  # IETF tag of the person's Telegram
    text: str
    received_at: datetime  # aware


@dataclass(frozen=True, kw_only=True)
class BotAdded:
    """Addition of the bot to a group, or its promotion to an administrator of a channel."""

    chat_id: int
    kind: ChatKind
    name: ChannelName
    user_id: int  # of the person who added it
    language_code: str | None  # IETF tag of that person's Telegram


@dataclass(frozen=True)
class BotRemoved:
    """Removal of the bot from a chat, or a block by a person."""

    chat_id: int


@dataclass(frozen=True)
class ChatMigrated:
    """Upgrade of a group to a supergroup."""

    chat_id: int
    new_chat_id: int


Event = Message | InlineQuery | BotAdded | BotRemoved | ChatMigrated
"""Parsed update that the bot handles."""


@dataclass(frozen=True)
class Request:
    """Request to a handler: a message and its subscriber."""

    message: Message
    subscriber: Subscriber
    now: datetime  # aware
    channels: tuple[Channel, ...] = ()  # the requested channels that the person administers

    @property
    def text(self) -> str:
        """Return the text after the command, or the free text."""
        return self.message.text

    @property
    def is_private(self) -> bool:
        """Return whether the chat is private."""
        return self.message.kind is ChatKind.PRIVATE

    @property
    def callback_query(self) -> CallbackQuery:
        """Return the callback query; raises ValueError if the request is none."""
        if self.message.callback_query is None:
            raise ValueError("the request has no callback query")
        return self.message.callback_query

    @property
    def location(self) -> tuple[float, float]:
        """Return the shared location; raises ValueError if there is none."""
        if self.message.location is None:
            raise ValueError("the request has no location")
        return self.message.location

    @property
    def callback_payload(self) -> str:
        """Return the callback data after the prefix, which has selected the handler."""
        return self.callback_query.data.partition(":")[2]
