"""Table of the Bot API methods that the stand-in implements."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.standin import answer_methods, chat_methods, editing, profile, sending, update_methods
from bot.standin.params import Params
from bot.standin.world import World

Method = Callable[[World, Params], Awaitable[Any]]

METHODS: dict[str, Method] = {
    "getMe": chat_methods.get_me,
    "getUpdates": update_methods.get_updates,
    "setWebhook": update_methods.set_webhook,
    "deleteWebhook": update_methods.delete_webhook,
    "getWebhookInfo": update_methods.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "setMessageReaction": editing.set_message_reaction,
    "answerCallbackQuery": answer_methods.answer_callback_query,
    "answerInlineQuery": answer_methods.answer_inline_query,
    "getChat": chat_methods.get_chat,
    "getChatMember": chat_methods.get_chat_member,
    "getChatAdministrators": chat_methods.get_chat_administrators,
    "leaveChat": chat_methods.leave_chat,
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
