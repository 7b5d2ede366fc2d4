"""The methods of the Bot API that the stand-in plays."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.standin import editing, looking, profile, queries, receiving, sending
from bot.standin.params import Params
from bot.standin.world import World

Method = Callable[[World, Params], Awaitable[Any]]

METHODS: dict[str, Method] = {
    "getMe": looking.get_me,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "setMessageReaction": editing.set_message_reaction,
    "answerCallbackQuery": queries.answer_callback_query,
    "answerInlineQuery": queries.answer_inline_query,
    "getChat": looking.get_chat,
    "getChatMember": looking.get_chat_member,
    "getChatAdministrators": looking.get_chat_administrators,
    "leaveChat": looking.leave_chat,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": profile.set_my_name,
    "getMyName": profile.get_my_name,
    "setMyDescription": profile.set_my_description,
    "setMyShortDescription": profile.set_my_short_description,
}

SPELLING = {name.casefold(): name for name in METHODS}
"""Telegram takes a method's name in any case of letters."""
