"""Access rules: the chat that a call names, and the bot's right to write there."""

from bot.standin.chats import Chat
from bot.standin.errors import (
    BLOCKED,
    CHAT_NOT_FOUND,
    DEACTIVATED,
    NEVER_STARTED,
    THREAD_NOT_FOUND,
    TOPIC_CLOSED,
    BadRequest,
    Forbidden,
    Migrated,
)
from bot.standin.messages import Message
from bot.standin.params import Params
from bot.standin.world import World


def find_chat(world: World, params: Params) -> Chat:
    """Return the chat named by chat_id, a number or @username; raise BadRequest if unknown."""
    wanted = params.get("chat_id")
    if wanted is None or wanted == "":
        raise BadRequest("chat_id is empty")
    chat = world.chats.get(wanted) if isinstance(wanted, int) else world.chat_named(str(wanted))
    if chat is None:
        raise BadRequest(CHAT_NOT_FOUND)
    return chat


def writable_chat(world: World, params: Params) -> Chat:
    """Return the chat if the bot may write there; raise BadRequest, Migrated or Forbidden."""
    chat = find_chat(world, params)
    if chat.migrated_to is not None:
        raise Migrated(chat.migrated_to)
    if chat.kind == "private":
        _check_person(world, chat)
    else:
        _check_standing(world, chat)
    return chat


def _check_person(world: World, chat: Chat) -> None:
    if world.users[chat.id].deactivated:
        raise Forbidden(DEACTIVATED)
    if not chat.started:
        raise Forbidden(NEVER_STARTED)
    if chat.members[world.bot.id] == "kicked":
        raise Forbidden(BLOCKED)


def _check_standing(world: World, chat: Chat) -> None:
    standing = chat.members.get(world.bot.id, "left")
    kind = f"{chat.kind} chat"
    if standing == "kicked":
        raise Forbidden(f"bot was kicked from the {kind}")
    if standing == "left":
        raise Forbidden(f"bot is not a member of the {kind}")
    if chat.kind == "channel" and standing != "administrator":
        raise BadRequest("need administrator rights in the channel chat")
    if standing == "restricted":
        raise BadRequest("not enough rights to send text messages to the chat")


def find_thread(chat: Chat, thread: int | None) -> int | None:
    """Return the topic to write in; raise BadRequest if it is missing or closed."""
    if not thread:
        return None
    topic = chat.topics.get(thread)
    if topic is None:
        raise BadRequest(THREAD_NOT_FOUND)
    if topic.closed:
        raise BadRequest(TOPIC_CLOSED)
    return thread


def own_message(world: World, chat: Chat, params: Params) -> Message:
    """Return the bot's message to edit; raise BadRequest if there is none."""
    message_id = params.number("message_id")
    if message_id is None:
        raise BadRequest("message identifier is not specified")
    message = chat.get(message_id)
    if message is None:
        raise BadRequest("message to edit not found")
    if not message.from_bot:
        raise BadRequest("message can't be edited")
    return message


def find_original(chat: Chat, params: Params) -> int | None:
    """Return the message that is replied to, or None.

    Raises BadRequest if it is missing and allow_sending_without_reply is not set.
    """
    reply = params.get("reply_parameters")
    if isinstance(reply, dict):
        wanted = reply.get("message_id")
        excused = reply.get("allow_sending_without_reply") is True
    else:
        wanted = params.number("reply_to_message_id")
        excused = params.flag("allow_sending_without_reply")
    if not wanted:
        return None
    if isinstance(wanted, int) and chat.get(wanted) is not None:
        return wanted
    if excused:
        return None
    raise BadRequest("message to be replied not found")
