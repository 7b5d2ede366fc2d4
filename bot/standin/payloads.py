"""JSON objects of the Bot API, made from the stand-in's values."""

from typing import Any

from bot.standin.chats import Chat, Standing, User
from bot.standin.messages import Message, Photo
from bot.standin.world import World

Json = dict[str, Any]

ANONYMOUS_ADMIN = {  # Telegram's placeholder sender (core.telegram.org/bots/api#message)
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}


def user_json(user: User) -> Json:
    """Return Telegram\'s User."""
    body: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.name}
    if user.username:
        body["username"] = user.username
    if user.language_code:
        body["language_code"] = user.language_code
    return body


def chat_json(chat: Chat) -> Json:
    """Return Telegram\'s Chat."""
    body: Json = {"id": chat.id, "type": chat.kind}
    body["first_name" if chat.kind == "private" else "title"] = chat.title
    if chat.username:
        body["username"] = chat.username
    if chat.forum:
        body["is_forum"] = True
    return body


def message_json(world: World, message: Message, *, replies: bool = True) -> Json:
    """Return Telegram's Message, with the message it replies to unless `replies` is off."""
    chat = world.chats[message.chat_id]
    body: Json = {
        "message_id": message.id,
        "date": message.date,
        "chat": chat_json(chat),
        **_sender(world, message, chat),
        **_content(message),
        **(message.service or {}),
    }
    if message.thread is not None:
        body["message_thread_id"] = message.thread
        body["is_topic_message"] = True
    if message.edited is not None:
        body["edit_date"] = message.edited
    if message.markup and "inline_keyboard" in message.markup:
        body["reply_markup"] = message.markup
    if replies and message.reply_to is not None:
        original = chat.get(message.reply_to)
        if original is not None:
            body["reply_to_message"] = message_json(world, original, replies=False)
    return body


def _sender(world: World, message: Message, chat: Chat) -> Json:
    if message.sender is not None:
        return {"from": user_json(world.users[message.sender])}
    if chat.kind == "channel":
        return {"sender_chat": chat_json(chat)}
    return {"from": ANONYMOUS_ADMIN, "sender_chat": chat_json(chat)}


def _content(message: Message) -> Json:
    body: Json = {}
    if message.photo is not None:
        body["photo"] = [photo_json(message.photo)]
        if message.text:
            body["caption"] = message.text
            body["caption_entities"] = list(message.entities)
    elif message.text:
        body["text"] = message.text
        if message.entities:
            body["entities"] = list(message.entities)
        if message.preview:
            body["link_preview_options"] = message.preview
    if message.location is not None:
        body["location"] = {"latitude": message.location[0], "longitude": message.location[1]}
    return body


def photo_json(photo: Photo) -> Json:
    """Return Telegram\'s PhotoSize."""
    return {
        "file_id": photo.file_id,
        "file_unique_id": f"u{photo.file_id}",
        "file_size": len(photo.body),
        "width": photo.width,
        "height": photo.height,
    }


ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_RESTRICTIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


def member_json(user: User, standing: Standing, chat: Chat) -> Json:
    """Return Telegram\'s ChatMember."""
    body: Json = {"user": user_json(user), "status": standing}
    if standing == "creator":
        body["is_anonymous"] = False
    elif standing == "administrator":
        body |= dict.fromkeys(ADMINISTRATOR_RIGHTS, False) | {"can_manage_chat": True}
        if chat.kind == "channel":
            body |= {"can_post_messages": True, "can_edit_messages": True}
        else:
            body |= {"can_pin_messages": False, "can_manage_topics": False}
    elif standing == "restricted":
        body |= dict.fromkeys(_RESTRICTIONS, False) | {"is_member": True, "until_date": 0}
    elif standing == "kicked":
        body["until_date"] = 0
    return body


def membership_json(world: World, chat: Chat, who: User, old: Standing, by: User) -> Json:
    """Return Telegram's ChatMemberUpdated: `by` has just changed the status of `who` from `old`."""
    return {
        "chat": chat_json(chat),
        "from": user_json(by),
        "date": world.now(),
        "old_chat_member": member_json(who, old, chat),
        "new_chat_member": member_json(who, chat.members[who.id], chat),
    }
