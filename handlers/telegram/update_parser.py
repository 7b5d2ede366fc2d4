"""Update parser: the only reader of Telegram's updates (core.telegram.org/bots/api#update)."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import telegram
from telegram.constants import ChatMemberStatus

from handlers.telegram.events import (
    BotAdded,
    BotRemoved,
    CallbackQuery,
    ChatMigrated,
    Event,
    InlineQuery,
    Message,
    RepliedMessage,
)
from storage.subscribers.channels import ChannelName
from storage.subscribers.subscribers import ChatKind, Target

_REMOVED = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_ADMINISTRATOR = ChatMemberStatus.ADMINISTRATOR
_BLANK = re.compile(r"\s")


def parse(payload: dict[str, Any], username: str | None, now: datetime) -> Event | None:
    """Parse an update; None if the bot does not handle it.

    `now` is aware. `username` is the bot's own, without the @: a command for another bot is not
    handled. A payload that is no update raises the errors of python-telegram-bot: TypeError,
    KeyError and others.
    """
    update = telegram.Update.de_json(payload, None)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    if update.callback_query:
        return _callback_query(update.callback_query)
    if update.inline_query:
        return _inline_query(update.inline_query, now)
    message = update.message or update.channel_post
    return _message(message, username) if message else None


def _inline_query(query: telegram.InlineQuery, now: datetime) -> InlineQuery:
    user = query.from_user
    return InlineQuery(query.id, user.id, user.language_code, query.query, now)


def _membership(change: telegram.ChatMemberUpdated) -> BotAdded | BotRemoved | None:
    """Parse a membership change; None for a mere promotion, and for a person who unblocks the bot.

    That person writes to the bot next.
    """
    chat, kind = change.chat, ChatKind(change.chat.type)
    old_status, new_status = change.old_chat_member.status, change.new_chat_member.status
    if new_status in _REMOVED:
        return BotRemoved(chat.id)
    is_added = old_status in _REMOVED
    if kind is ChatKind.CHANNEL:  # a mere member of a channel cannot post
        is_added = new_status == _ADMINISTRATOR != old_status
    if kind is ChatKind.PRIVATE or not is_added:
        return None
    return BotAdded(
        chat_id=chat.id,
        kind=kind,
        name=_name(chat),
        user_id=change.from_user.id,
        language_code=change.from_user.language_code,
    )


def _name(chat: telegram.Chat) -> ChannelName:
    return ChannelName(chat.title or "", chat.username.lower() if chat.username else None)


def _message(message: telegram.Message, username: str | None) -> Message | ChatMigrated | None:
    if message.migrate_to_chat_id:
        return ChatMigrated(message.chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id:
        return ChatMigrated(message.migrate_from_chat_id, message.chat.id)
    parsed = _base_message(message.chat, message.from_user, message)
    if message.location and message.chat.type == ChatKind.PRIVATE:
        return replace(parsed, location=(message.location.latitude, message.location.longitude))
    if not (message.text or message.caption or message.document):
        return None
    command, text = None, message.text or message.caption or ""
    multiline_text = text
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
            is_anonymous=_is_anonymous(message),
            command=command,
            text=text.strip(),
            multiline_text=multiline_text.strip(),
        ),
        message,
    )


def _is_anonymous(message: telegram.Message) -> bool:
    return message.sender_chat is not None and message.sender_chat.id == message.chat.id


def _with_context(parsed: Message, message: telegram.Message) -> Message:
    """Add the attached file and, for a command, the message that it replies to."""
    replied = message.reply_to_message if parsed.command is not None else None
    document = message.document or (replied.document if replied else None)
    return replace(
        parsed,
        reply_to=_replied_message(replied) if replied else None,
        file_name=(document.file_name or "") if document else None,
    )


def _replied_message(message: telegram.Message) -> RepliedMessage:
    return RepliedMessage(message.message_id, message.date, message.text or message.caption or "")


def _callback_query(query: telegram.CallbackQuery) -> Message | None:
    """Parse a callback query; None under a message sent in inline mode: the bot's have no buttons.

    Telegram may leave out the content of an old message.
    """
    parent = query.message
    if parent is None:
        return None
    message = parent if isinstance(parent, telegram.Message) else None
    return replace(
        _base_message(parent.chat, query.from_user, message),
        callback_query=CallbackQuery(
            query.id, query.data or "", parent.message_id, _first_code_text(message)
        ),
    )


def _base_message(
    chat: telegram.Chat, user: telegram.User | None, message: telegram.Message | None
) -> Message:
    """Build a message that has its chat and its sender, and no content."""
    is_in_topic = message is not None and bool(message.is_topic_message)
    thread = message.message_thread_id if message and is_in_topic else None
    return Message(
        target=Target(chat.id, thread or 0),
        kind=ChatKind(chat.type),
        user_id=user.id if user else None,
        language_code=user.language_code if user else None,
        is_anonymous=False,
        channel_name=_name(chat) if chat.type == ChatKind.CHANNEL else None,
    )


def _first_code_text(message: telegram.Message | None) -> str:
    if message is None or not message.text:
        return ""
    entities = message.parse_entities([telegram.MessageEntity.CODE])
    return next(iter(entities.values()), "")
