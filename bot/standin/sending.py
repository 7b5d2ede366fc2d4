"""Methods sendMessage, sendPhoto and sendChatAction."""

from dataclasses import replace
from typing import Any

from bot.standin.access import find_original, find_thread, writable_chat
from bot.standin.chats import Chat
from bot.standin.errors import CAPTION_TOO_LONG, TEXT_EMPTY, TEXT_TOO_LONG, BadRequest
from bot.standin.keyboards import check_markup
from bot.standin.messages import Message
from bot.standin.params import Params
from bot.standin.payloads import message_json
from bot.standin.photos import find_photo
from bot.standin.texts import LONGEST_CAPTION, LONGEST_TEXT, format_text, require_text
from bot.standin.world import World

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


async def send_message(world: World, params: Params) -> dict[str, Any]:
    """Send a text to a chat; return Telegram's Message."""
    source = params.text("text")
    if not source:
        raise BadRequest(TEXT_EMPTY)
    text, entities = format_text(
        source,
        params.text("parse_mode"),
        params.get("entities"),
        longest=LONGEST_TEXT,
        too_long=TEXT_TOO_LONG,
    )
    require_text(text)
    chat = writable_chat(world, params)
    preview = params.get("link_preview_options")
    draft = replace(_draft(world, chat, params), text=text, entities=entities, preview=preview)
    return await _send(world, chat, draft, params)


async def send_photo(world: World, params: Params) -> dict[str, Any]:
    """Send a picture to a chat; return Telegram's Message."""
    text, entities = format_text(
        params.text("caption"),
        params.text("parse_mode"),
        params.get("caption_entities"),
        longest=LONGEST_CAPTION,
        too_long=CAPTION_TOO_LONG,
    )
    chat = writable_chat(world, params)
    photo = find_photo(world, params)
    draft = replace(_draft(world, chat, params), text=text, entities=entities, photo=photo)
    return await _send(world, chat, draft, params)


def _draft(world: World, chat: Chat, params: Params) -> Message:
    return Message(
        id=0,
        chat_id=chat.id,
        date=world.now(),
        sender=None if chat.kind == "channel" else world.bot.id,
        from_bot=True,
        markup=check_markup(params.get("reply_markup"), chat),
        reply_to=find_original(chat, params),
        thread=find_thread(chat, params.number("message_thread_id")),
        silent=params.flag("disable_notification"),
    )


async def _send(world: World, chat: Chat, draft: Message, params: Params) -> dict[str, Any]:
    paid = params.flag("allow_paid_broadcast")
    world.pacer.take(chat.id, private=chat.kind == "private", paid=paid)
    message = replace(draft, id=world.message_id(chat))
    await world.change("sent", message)
    return message_json(world, message)


async def send_chat_action(world: World, params: Params) -> bool:
    """Store the bot's chat action."""
    chat = writable_chat(world, params)
    action = params.text("action")
    if action not in _ACTIONS:
        raise BadRequest("wrong parameter action in request")
    world.actions.append((chat.id, action))
    return True
