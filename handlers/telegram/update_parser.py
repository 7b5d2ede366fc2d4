"""The one place that reads Telegram's updates (core.telegram.org/bots/api#update)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineQuery,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus

from handlers.telegram.events import Added, Asked, Heard, Left, Migrated, Occurrence, Press, Replied
from storage.subscribers.channels import Name
from storage.subscribers.subscribers import ChatKind, Target

_GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_IN_CHARGE = ChatMemberStatus.ADMINISTRATOR


def read(payload: dict[str, Any], username: str | None, now: datetime) -> Occurrence | None:
    """What the update says; None when that is nothing for us.

    `now` is aware. `username` is the bot's own, without the @: commands for another bot are nothing
    for us. A payload that is no update raises what python-telegram-bot raises: TypeError, KeyError
    and more.
    """
    update = Update.de_json(payload, None)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    if update.callback_query:
        return _press(update.callback_query)
    if update.inline_query:
        return _asked(update.inline_query, now)
    message = update.message or update.channel_post
    return _message(message, username) if message else None


def _asked(query: InlineQuery, now: datetime) -> Asked:
    user = query.from_user
    return Asked(query.id, user.id, user.language_code, query.query, now)


def _membership(change: ChatMemberUpdated) -> Added | Left | None:
    """None for what changes nothing, such as a promotion, and for who unblocks: they will write."""
    chat, kind = change.chat, ChatKind(change.chat.type)
    old, new = change.old_chat_member.status, change.new_chat_member.status
    if new in _GONE:
        return Left(chat.id)
    # As a mere member of a channel it can post nothing.
    added = new == _IN_CHARGE != old if kind is ChatKind.CHANNEL else old in _GONE
    if kind is ChatKind.PRIVATE or not added:
        return None
    by = change.from_user
    return Added(
        chat_id=chat.id,
        kind=kind,
        name=_name(chat),
        user_id=by.id,
        language_code=by.language_code,
    )


def _name(chat: Chat) -> Name:
    return Name(chat.title or "", chat.username.lower() if chat.username else None)


def _message(message: Message, username: str | None) -> Heard | Migrated | None:
    if message.migrate_to_chat_id:
        return Migrated(message.chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id:
        return Migrated(message.migrate_from_chat_id, message.chat.id)
    if message.location and message.chat.type == ChatKind.PRIVATE:
        here = message.location.latitude, message.location.longitude
        return _heard(message.chat, message.from_user, message, location=here)
    if not (message.text or message.caption or message.document):
        return None
    anonymous = message.sender_chat is not None and message.sender_chat.id == message.chat.id
    command, text = None, message.text or message.caption or ""
    lines = text
    if text.startswith("/"):
        word, _, text = text[1:].replace("\n", " ").partition(" ")
        lines = lines[1 + len(word) :]
        command, at, addressee = word.lower().partition("@")
        if at and addressee != (username or "").lower():
            return None
    user = message.from_user
    heard = _heard(message.chat, user, message, anonymous=anonymous, command=command, text=text)
    return replace(_with_more(heard, message), lines=lines.strip())


def _with_more(heard: Heard, message: Message) -> Heard:
    """The same, with the file that came along and with what a command answers."""
    answered = message.reply_to_message if heard.command is not None else None
    file = message.document or (answered.document if answered else None)
    return replace(
        heard,
        replied=_replied(answered) if answered else None,
        file=(file.file_name or "") if file else None,
    )


def _replied(message: Message) -> Replied:
    return Replied(message.message_id, message.date, message.text or message.caption or "")


def _press(query: CallbackQuery) -> Heard | None:
    """None for a button under a message sent by way of inline mode: ours have none."""
    place = query.message
    if place is None:
        return None
    message = place if isinstance(place, Message) else None
    press = Press(query.id, query.data or "", place.message_id, _first_code(message))
    return _heard(place.chat, query.from_user, message, press=press)


def _heard(  # noqa: PLR0913 - as many as Heard has
    chat: Chat,
    user: User | None,
    message: Message | None,
    *,
    anonymous: bool = False,
    command: str | None = None,
    text: str = "",
    press: Press | None = None,
    location: tuple[float, float] | None = None,
) -> Heard:
    in_topic = message is not None and bool(message.is_topic_message)
    thread = message.message_thread_id if message and in_topic else None
    return Heard(
        target=Target(chat.id, thread or 0),
        kind=ChatKind(chat.type),
        user_id=user.id if user else None,
        language_code=user.language_code if user else None,
        anonymous=anonymous,
        command=command,
        text=text.strip(),
        press=press,
        location=location,
        channel=_name(chat) if chat.type == ChatKind.CHANNEL else None,
    )


def _first_code(message: Message | None) -> str:
    if message is None or not message.text:
        return ""
    return next(iter(message.parse_entities([MessageEntity.CODE]).values()), "")
