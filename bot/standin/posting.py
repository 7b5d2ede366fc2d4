"""Messages of people, and their visibility to the bot."""

from dataclasses import dataclass
from typing import Any

from bot.standin.autolinks import find_links
from bot.standin.chats import Chat
from bot.standin.messages import Message
from bot.standin.payloads import message_json
from bot.standin.utf16 import utf16_slice
from bot.standin.world import World


@dataclass(frozen=True, slots=True)
class Post:
    """Content that a person posts in a chat."""

    text: str = ""
    location: tuple[float, float] | None = None  # degrees north, degrees east
    reply_to: int | None = None  # message id
    thread: int | None = None  # message_thread_id
    anonymous: bool = False  # as an anonymous administrator
    service: dict[str, Any] | None = None  # Telegram's fields of a service message


async def post(world: World, chat: Chat, user_id: int, content: Post) -> int | None:
    """Show it in the chat; return the update's id, or None if the bot does not see it."""
    hidden = content.anonymous or chat.kind == "channel"
    message = Message(
        id=world.message_id(chat),
        chat_id=chat.id,
        date=world.now(),
        sender=None if hidden else user_id,
        from_bot=False,
        text=content.text,
        entities=tuple(find_links(content.text, [])),
        location=content.location,
        reply_to=content.reply_to,
        thread=content.thread,
        service=content.service,
    )
    await world.change("sent", message)
    if not _bot_sees(world, chat, message):
        return None
    kind = "channel_post" if chat.kind == "channel" else "message"
    return await world.updates.publish(kind, message_json(world, message))


def _bot_sees(world: World, chat: Chat, message: Message) -> bool:
    standing = chat.members.get(world.bot.id, "left")
    if standing in {"left", "kicked"}:
        return False
    if chat.kind == "private" or standing == "administrator" or message.service is not None:
        return True
    return chat.kind != "channel" and _is_meant_for(world, chat, message)


def _is_meant_for(world: World, chat: Chat, message: Message) -> bool:
    """Apply privacy mode: in a group a bot sees commands, mentions and replies to it.

    Source: core.telegram.org/bots/features#privacy-mode.
    """
    original = chat.get(message.reply_to) if message.reply_to else None
    if original is not None and original.from_bot:
        return True
    return any(
        _addresses(utf16_slice(message.text, entity["offset"], entity["length"]), world)
        for entity in message.entities
        if entity["type"] in {"bot_command", "mention"}
    )


def _addresses(words: str, world: World) -> bool:
    _, at, name = words.partition("@")
    return not at or name.casefold() == (world.bot.username or "").casefold()
