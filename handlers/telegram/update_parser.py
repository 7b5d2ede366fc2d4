"""Update parser: the only reader of Telegram's updates (core.telegram.org/bots/api#update)."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram.constants import ChatMemberStatus

from handlers.telegram.events import (
    BotAdded,
    BotRemoved,
    CallbackQuery,
    ChatMigrated,
    Event,
    InlineQuery,
    LocationMoved,
    Message,
    RepliedMessage,
)
from handlers.telegram.update_fields import (
    Fields,
    coordinates,
    first_entity,
    id_field,
    object_field,
    objects_field,
    text_field,
    time_field,
)
from storage.subscribers.channels import ChannelName
from storage.subscribers.shared_locations import Coordinates
from storage.subscribers.subscribers import ChatKind, Target

_REMOVED = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_ADMINISTRATOR = ChatMemberStatus.ADMINISTRATOR
_CODE = "code"
_KINDS = frozenset(ChatKind)
_BLANK = re.compile(r"\s")


def parse(payload: dict[str, Any], username: str | None, now: datetime) -> Event | None:
    """Parse an update; None if the bot does not handle it, or if it is malformed.

    `now` is aware. `username` is the bot's own, without the @: a command for another bot is not
    handled. Only the fields that are needed are read.
    """
    if change := object_field(payload, "my_chat_member"):
        return _membership(change)
    if callback_query := object_field(payload, "callback_query"):
        return _callback_query(callback_query)
    if inline_query := object_field(payload, "inline_query"):
        return _inline_query(inline_query, now)
    if edited := object_field(payload, "edited_message"):
        return _moved_location(edited)
    message = object_field(payload, "message") or object_field(payload, "channel_post")
    return _message(message, username) if message else None


def _inline_query(query: Fields, now: datetime) -> InlineQuery | None:
    user = object_field(query, "from")
    user_id, query_id = id_field(user, "id"), text_field(query, "id")
    if user_id is None or not query_id:
        return None
    return InlineQuery(query_id, user_id, _language_code(user), text_field(query, "query"), now)


def _membership(change: Fields) -> BotAdded | BotRemoved | None:
    """Parse a membership change; None for a mere promotion, and for a person who unblocks the bot.

    That person writes to the bot next.
    """
    chat, user = object_field(change, "chat"), object_field(change, "from")
    chat_id, kind = id_field(chat, "id"), _kind(chat)
    old, new = object_field(change, "old_chat_member"), object_field(change, "new_chat_member")
    if chat_id is None or kind is None or not new:
        return None
    if _is_removed(new):
        return BotRemoved(chat_id)
    is_added = _is_removed(old)
    if kind is ChatKind.CHANNEL:  # a mere member of a channel cannot post
        is_added = new.get("status") == _ADMINISTRATOR != old.get("status")
    user_id = id_field(user, "id")
    if kind is ChatKind.PRIVATE or not is_added or user_id is None:
        return None
    return BotAdded(
        chat_id=chat_id,
        kind=kind,
        name=_name(chat),
        user_id=user_id,
        language_code=_language_code(user),
    )


def _is_removed(member: Fields) -> bool:
    is_outside = member.get("status") == ChatMemberStatus.RESTRICTED and (
        member.get("is_member") is False
    )
    return is_outside or member.get("status") in _REMOVED


def _name(chat: Fields) -> ChannelName:
    return ChannelName(text_field(chat, "title"), text_field(chat, "username").lower() or None)


def _kind(chat: Fields) -> ChatKind | None:
    kind = text_field(chat, "type")
    return ChatKind(kind) if kind in _KINDS else None


def _language_code(user: Fields) -> str | None:
    return text_field(user, "language_code") or None


def _message(message: Fields, username: str | None) -> Message | ChatMigrated | None:
    parsed = _base_message(
        object_field(message, "chat"), object_field(message, "from"), _thread(message)
    )
    if parsed is None or message.get("business_connection_id"):  # of a chat between two people
        return None
    if migration := _migration(message, parsed.target.chat_id):
        return migration
    location = coordinates(object_field(message, "location"))
    if location and parsed.kind is ChatKind.PRIVATE:
        message_id = id_field(message, "message_id")
        return replace(parsed, location=Coordinates(*location), message_id=message_id)
    text = text_field(message, "text") or text_field(message, "caption")
    if not (text or object_field(message, "document")):
        return None
    return _with_text(parsed, message, text, username)


def _moved_location(edited: Fields) -> LocationMoved | None:
    """Parse the move of a live location; None for any other edit."""
    location = coordinates(object_field(edited, "location"))
    message_id = id_field(edited, "message_id")
    parsed = _base_message(
        object_field(edited, "chat"), object_field(edited, "from"), _thread(edited)
    )
    is_private = parsed is not None and parsed.kind is ChatKind.PRIVATE
    if not (parsed and is_private and location and message_id):
        return None
    return LocationMoved(parsed.target, message_id, Coordinates(*location))


def _migration(message: Fields, chat_id: int) -> ChatMigrated | None:
    if new_id := id_field(message, "migrate_to_chat_id"):
        return ChatMigrated(chat_id, new_id)
    if old_id := id_field(message, "migrate_from_chat_id"):
        return ChatMigrated(old_id, chat_id)
    return None


def _with_text(parsed: Message, message: Fields, text: str, username: str | None) -> Message | None:
    """Add the command and its text; return None if the command is for another bot."""
    command, multiline_text = None, text
    if text.startswith("/"):
        # Keyboards and copied text bring tabs, no-break and other spaces.
        word, _, text = _BLANK.sub(" ", text[1:]).partition(" ")
        multiline_text = multiline_text[1 + len(word) :]
        command, separator, addressee = word.lower().partition("@")
        if separator and addressee != (username or "").lower():
            return None
    return _with_context(
        replace(
            parsed,
            is_anonymous=_is_anonymous(message, parsed.target.chat_id),
            command=command,
            text=text.strip(),
            multiline_text=multiline_text.strip(),
        ),
        message,
    )


def _is_anonymous(message: Fields, chat_id: int) -> bool:
    return id_field(object_field(message, "sender_chat"), "id") == chat_id


def _with_context(parsed: Message, message: Fields) -> Message:
    """Add the attached file and, for a command, the message that it replies to."""
    replied = object_field(message, "reply_to_message") if parsed.command is not None else {}
    document = object_field(message, "document") or object_field(replied, "document")
    return replace(
        parsed,
        reply_to=_replied_message(replied),
        file_name=text_field(document, "file_name") if document else None,
    )


def _replied_message(message: Fields) -> RepliedMessage | None:
    """Parse the replied message; None if Telegram left out its content, then its date is 0."""
    message_id, sent_at = id_field(message, "message_id"), time_field(message, "date")
    if message_id is None or sent_at is None:
        return None
    text = text_field(message, "text") or text_field(message, "caption")
    return RepliedMessage(message_id, sent_at, text)


def _callback_query(query: Fields) -> Message | None:
    """Parse a callback query; None under a message sent in inline mode: the bot's have no buttons.

    Telegram may leave out the content of an old message.
    """
    parent, query_id = object_field(query, "message"), text_field(query, "id")
    message_id = id_field(parent, "message_id")
    parsed = _base_message(
        object_field(parent, "chat"), object_field(query, "from"), _thread(parent)
    )
    if parsed is None or message_id is None or not query_id:
        return None
    code_text = first_entity(text_field(parent, "text"), objects_field(parent, "entities"), _CODE)
    return replace(
        parsed,
        callback_query=CallbackQuery(query_id, text_field(query, "data"), message_id, code_text),
    )


def _thread(message: Fields) -> int:
    """Return the forum topic of a message, 0 for none. Replies in other chats have threads too."""
    if message.get("is_topic_message") is not True:
        return 0
    return id_field(message, "message_thread_id") or 0


def _base_message(chat: Fields, user: Fields, thread: int) -> Message | None:
    """Build a message that has its chat and its sender, and no content."""
    chat_id, kind = id_field(chat, "id"), _kind(chat)
    if chat_id is None or kind is None:
        return None
    return Message(
        target=Target(chat_id, thread),
        kind=kind,
        user_id=id_field(user, "id"),
        language_code=_language_code(user),
        is_anonymous=False,
        channel_name=_name(chat) if kind is ChatKind.CHANNEL else None,
    )
