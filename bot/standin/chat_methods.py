"""Methods getMe, getChat, getChatMember, getChatAdministrators and leaveChat."""

from typing import Any

from bot.standin.access import find_chat
from bot.standin.chats import Chat
from bot.standin.errors import BadRequest, Forbidden, Migrated
from bot.standin.params import Params
from bot.standin.payloads import chat_json, member_json, user_json
from bot.standin.world import World

Json = dict[str, Any]


async def get_me(world: World, _params: Params) -> Json:
    """Return Telegram's User with the bot's abilities."""
    name = world.profile.names.get("", world.bot.name)
    return {
        **user_json(world.bot),
        "first_name": name,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_chat(world: World, params: Params) -> Json:
    """Return Telegram's ChatFullInfo."""
    chat = _joined(world, params)
    return {
        **chat_json(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


async def get_chat_member(world: World, params: Params) -> Json:
    """Return Telegram's ChatMember."""
    chat = _joined(world, params)
    user_id = params.number("user_id")
    if user_id is None:
        raise BadRequest("invalid user_id specified")
    user = world.users.get(user_id)
    if user is None:
        raise BadRequest("member not found")
    return member_json(user, chat.members.get(user.id, "left"), chat)


async def get_chat_administrators(world: World, params: Params) -> list[Json]:
    """Return a list of Telegram's ChatMember, without other bots."""
    chat = _joined(world, params)
    if chat.kind == "private":
        raise BadRequest("there are no administrators in the private chat")
    return [
        member_json(world.users[user_id], standing, chat)
        for user_id, standing in chat.members.items()
        if standing in {"creator", "administrator"}
    ]


async def leave_chat(world: World, params: Params) -> bool:
    """Remove the bot from a group or channel."""
    chat = _joined(world, params)
    if chat.kind == "private":
        raise BadRequest("chat member status can't be changed in private chats")
    chat.members[world.bot.id] = "left"
    return True


def _joined(world: World, params: Params) -> Chat:
    chat = find_chat(world, params)
    if chat.migrated_to is not None:
        raise Migrated(chat.migrated_to)
    standing = chat.members.get(world.bot.id, "left")
    if chat.kind != "private" and standing == "kicked":
        raise Forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.kind != "private" and standing == "left":
        raise Forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat
