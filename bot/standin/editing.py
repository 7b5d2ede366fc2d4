"""Methods editMessageText, editMessageReplyMarkup, deleteMessage and setMessageReaction."""

from dataclasses import replace
from typing import Any

from bot.standin.access import find_chat, own_message, writable_chat
from bot.standin.chats import Chat
from bot.standin.errors import NOT_MODIFIED, TEXT_EMPTY, TEXT_TOO_LONG, BadRequest
from bot.standin.keyboards import check_markup
from bot.standin.messages import Message
from bot.standin.params import Params
from bot.standin.payloads import message_json
from bot.standin.texts import LONGEST_TEXT, format_text, require_text
from bot.standin.world import World

DELETABLE_FOR = 48 * 3600  # seconds (core.telegram.org/bots/api#deletemessage)


async def edit_message_text(world: World, params: Params) -> dict[str, Any]:
    """Change a text and its buttons; return Telegram's Message."""
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
    message = own_message(world, chat, params)
    if message.photo is not None:
        raise BadRequest("there is no text in the message to edit")
    markup = check_markup(params.get("reply_markup"), chat)
    preview = params.get("link_preview_options")
    edited = replace(message, text=text, entities=entities, markup=markup, preview=preview)
    return await _edit(world, message, edited)


async def edit_message_reply_markup(world: World, params: Params) -> dict[str, Any]:
    """Change only the buttons; return Telegram's Message."""
    chat = writable_chat(world, params)
    message = own_message(world, chat, params)
    edited = replace(message, markup=check_markup(params.get("reply_markup"), chat))
    return await _edit(world, message, edited)


async def _edit(world: World, message: Message, edited: Message) -> dict[str, Any]:
    if edited == message:
        raise BadRequest(NOT_MODIFIED)
    edited = replace(edited, edited=world.now())
    await world.change("edited", edited)
    return message_json(world, edited)


async def delete_message(world: World, params: Params) -> bool:
    """Delete a message of the bot, or any message if it has the right."""
    chat = writable_chat(world, params)
    message = chat.get(params.number("message_id") or 0)
    if message is None:
        raise BadRequest("message to delete not found")
    if not _deletable(world, chat, message):
        raise BadRequest("message can't be deleted")
    await world.change("deleted", message)
    return True


def _deletable(world: World, chat: Chat, message: Message) -> bool:
    if chat.kind != "private" and chat.members.get(world.bot.id) == "administrator":
        return True
    recent = world.now() - message.date < DELETABLE_FOR
    return recent and (message.from_bot or chat.kind == "private")


async def set_message_reaction(world: World, params: Params) -> bool:
    """Store the bot's reaction to a message."""
    chat = find_chat(world, params)
    message = chat.get(params.number("message_id") or 0)
    if message is None:
        raise BadRequest("message to react not found")
    reaction = params.get("reaction") or []
    if not isinstance(reaction, list):
        raise BadRequest("can't parse reaction types JSON object")
    world.reactions[chat.id, message.id] = reaction
    return True
