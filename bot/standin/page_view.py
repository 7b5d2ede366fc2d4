"""JSON views for the chat page."""

from typing import Any

from bot.standin.chats import Chat
from bot.standin.messages import Button, Message
from bot.standin.person import Person
from bot.standin.profile import commands_for
from bot.standin.world import Scope, World

SHOWN = 200  # the newest messages of a chat
QUOTED = 120  # characters shown of the message that is replied to

Json = dict[str, Any]


def chats_view(world: World, visitor: Person) -> list[Json]:
    """Return the visitor's chats, the one with the bot first."""
    theirs = [chat for chat in world.chats.values() if is_theirs(chat, visitor)]
    theirs.sort(key=lambda chat: chat is not visitor.chat)
    return [
        {
            **chat_view(world, chat),
            "messages": [message_view(world, each, visitor) for each in chat.messages[-SHOWN:]],
        }
        for chat in theirs
    ]


def is_theirs(chat: Chat, visitor: Person) -> bool:
    """Return whether the visitor sees the chat."""
    inside = chat.members.get(visitor.id, "left") not in {"left", "kicked"}
    return inside and chat.migrated_to is None


def chat_view(world: World, chat: Chat) -> Json:
    """Return a chat without its messages."""
    keyboard = chat.keyboard
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": bot_name(world) if chat.kind == "private" else chat.title,
        "topics": [
            {"id": thread, "title": topic.title, "closed": topic.closed}
            for thread, topic in chat.topics.items()
        ],
        "keyboard": _rows(keyboard.buttons) if keyboard else [],
    }


def message_view(world: World, message: Message, visitor: Person) -> Json:
    """Return a message."""
    chat = world.chats[message.chat_id]
    inline = "inline_keyboard" in (message.markup or {})
    original = chat.get(message.reply_to) if message.reply_to is not None else None
    return {
        "id": message.id,
        "date": message.date,
        "sender": _sender(world, message, chat),
        "mine": message.sender == visitor.id,
        "text": message.text,
        "entities": list(message.entities),
        "buttons": _rows(message.buttons) if inline else [],
        "photo": f"/page/photo/{message.photo.file_id}" if message.photo else None,
        "location": message.location,
        "reply": _quote(world, original, chat) if original else None,
        "topic": chat.topics[message.thread].title if message.thread in chat.topics else None,
        "silent": message.silent,
        "edited": message.edited is not None,
        "service": _service(message),
    }


def menu_view(world: World, chat: Chat, visitor: Person) -> list[dict[str, str]]:
    """Return the visitor's command menu in the chat, in Telegram's order of scopes.

    Source: core.telegram.org/bots/api#determining-list-of-commands.
    """
    language = visitor.user.language_code or ""
    scopes: list[Scope]
    if chat.kind == "private":
        scopes = [("chat", chat.id, None, ""), ("all_private_chats", None, None, "")]
    else:
        scopes = [("chat_member", chat.id, visitor.id, "")]
        if chat.members.get(visitor.id) in {"creator", "administrator"}:
            scopes.append(("chat_administrators", chat.id, None, ""))
            scopes.append(("all_chat_administrators", None, None, ""))
        scopes += [("chat", chat.id, None, ""), ("all_group_chats", None, None, "")]
    return commands_for(world, language, *scopes, ("default", None, None, ""))


def bot_name(world: World) -> str:
    """Return the bot's display name."""
    return world.profile.names.get("", world.bot.name)


def _rows(rows: list[list[Button]]) -> list[list[Json]]:
    return [
        [
            {
                "text": button.text,
                "data": button.data,
                "url": button.url,
                "location": button.location,
            }
            for button in row
        ]
        for row in rows
    ]


def _sender(world: World, message: Message, chat: Chat) -> str:
    if message.sender is None:
        return chat.title
    if message.sender == world.bot.id:
        return bot_name(world)
    return world.users[message.sender].name


def _quote(world: World, original: Message, chat: Chat) -> Json:
    text = original.text or _service(original) or ("Photo" if original.photo else "Location")
    return {"id": original.id, "sender": _sender(world, original, chat), "text": text[:QUOTED]}


def _service(message: Message) -> str | None:
    if message.service is None:
        return None
    created = message.service.get("forum_topic_created")
    if created:
        return f"Topic “{created['name']}” was opened"
    if "forum_topic_closed" in message.service:
        return "The topic was closed"
    return "The group became a supergroup"
