"""Events: Telegram updates as typed values, and the request that a handler gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from matching.query.personal_places import PersonalPlaces, SavedPlace
from storage.subscribers.channels import Channel, ChannelName
from storage.subscribers.saved_places import StoredPlace
from storage.subscribers.shared_locations import Coordinates
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
    location: Coordinates | None = None  # shared, in degrees
    message_id: int | None = None  # set for a location only
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


@dataclass(frozen=True)
class LocationMoved:
    """Move of a live location that a person shares in private."""

    target: Target
    message_id: int  # of the message that shares it
    location: Coordinates  # degrees


Event = Message | InlineQuery | BotAdded | BotRemoved | ChatMigrated | LocationMoved
"""Parsed update that the bot handles."""


class ChatPlaces(NamedTuple):
    """Places that only this chat can name in a query."""

    saved: tuple[StoredPlace, ...]  # oldest first
    here: Coordinates | None  # shared within a day

    def to_personal(self) -> PersonalPlaces:
        """Return the places as the query parser takes them."""
        saved = {
            place.name_key: SavedPlace(place.id, place.latitude, place.longitude, place.radius_km)
            for place in self.saved
        }
        return PersonalPlaces(saved, self.here)


_NO_PLACES = ChatPlaces((), None)


@dataclass(frozen=True)
class Request:
    """Request to a handler: a message and its subscriber."""

    message: Message
    subscriber: Subscriber
    now: datetime  # aware
    channels: tuple[Channel, ...] = ()  # the requested channels that the person administers
    places: ChatPlaces = _NO_PLACES  # of the subscriber

    @cached_property
    def personal(self) -> PersonalPlaces:
        """Return the places of the subscriber, as the query parser takes them."""
        return self.places.to_personal()

    @property
    def place_names(self) -> Mapping[int, str]:
        """Return the names of the saved places, by their id."""
        return {place.id: place.name for place in self.places.saved}

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
    def location(self) -> Coordinates:
        """Return the shared location; raises ValueError if there is none."""
        if self.message.location is None:
            raise ValueError("the request has no location")
        return self.message.location

    @property
    def callback_payload(self) -> str:
        """Return the callback data after the prefix, which has selected the handler."""
        return self.callback_query.data.partition(":")[2]
