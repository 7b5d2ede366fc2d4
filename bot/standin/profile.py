"""Profile of the bot: command menus by scope and language, name and descriptions."""

import re
from typing import Any

from bot.standin.errors import CHAT_NOT_FOUND, BadRequest
from bot.standin.params import Params
from bot.standin.world import Scope, World

MOST_COMMANDS = 100
LONGEST_COMMANDS_TEXT = 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)


async def set_my_commands(world: World, params: Params) -> bool:
    """Set the menu of one scope and language."""
    commands = params.get("commands")
    if not isinstance(commands, list):
        raise BadRequest("can't parse commands JSON object")
    if len(commands) > MOST_COMMANDS:
        raise BadRequest("BOT_COMMANDS_TOO_MUCH")
    world.profile.commands[_scope(world, params)] = [_command(each) for each in commands]
    return True


async def get_my_commands(world: World, params: Params) -> list[dict[str, str]]:
    """Return the menu of exactly one scope and language; empty if it was not set."""
    return world.profile.commands.get(_scope(world, params), [])


async def delete_my_commands(world: World, params: Params) -> bool:
    """Remove the menu of one scope and language."""
    world.profile.commands.pop(_scope(world, params), None)
    return True


async def set_my_name(world: World, params: Params) -> bool:
    """Set the bot's name in a language."""
    return _set(world.profile.names, params, "name", 64)


async def get_my_name(world: World, params: Params) -> dict[str, str]:
    """Return Telegram's BotName."""
    names = world.profile.names
    name = names.get(_language(params)) or names.get("") or world.bot.name
    return {"name": name}


async def set_my_description(world: World, params: Params) -> bool:
    """Set the description that an empty chat shows."""
    return _set(world.profile.descriptions, params, "description", 512)


async def set_my_short_description(world: World, params: Params) -> bool:
    """Set the description on the bot's profile."""
    return _set(world.profile.short_descriptions, params, "short_description", 120)


def commands_for(world: World, language: str, *scopes: Scope) -> list[dict[str, str]]:
    """Return the menu a person sees: of the first scope that has one, in their language or any."""
    for kind, chat, user, _ in scopes:
        for spoken in (language, ""):
            commands = world.profile.commands.get((kind, chat, user, spoken))
            if commands:
                return commands
    return []


def _scope(world: World, params: Params) -> Scope:
    scope = params.get("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise BadRequest("can't parse BotCommandScope: unsupported type specified")
    chat, user = scope.get("chat_id"), scope.get("user_id")
    if chat is not None and chat not in world.chats:
        raise BadRequest(CHAT_NOT_FOUND)
    return scope["type"], chat, user, _language(params)


def _language(params: Params) -> str:
    language = params.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise BadRequest("invalid language code specified")
    return language


def _command(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise BadRequest("can't parse BotCommand: expected an Object")
    command = str(raw.get("command", "")).removeprefix("/")
    description = str(raw.get("description", "")).strip()
    if not _COMMAND.fullmatch(command):
        raise BadRequest("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= LONGEST_COMMANDS_TEXT:
        raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def _set(texts: dict[str, str], params: Params, name: str, longest: int) -> bool:
    text = params.text(name)
    if len(text) > longest:
        raise BadRequest(f"{name.replace('_', ' ')} is too long")
    if text:
        texts[_language(params)] = text
    else:
        texts.pop(_language(params), None)
    return True
