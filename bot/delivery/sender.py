"""Sender: Bot API adapter that sends messages and maps Telegram's errors to outcomes."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)
from telegram.warnings import PTBUserWarning

from bot.delivery import responses
from bot.delivery.outcome import (
    Failed,
    MaybeSent,
    Moved,
    NotSent,
    Outcome,
    Rejected,
    RetryAfter,
    Sent,
    TokenRejected,
    Unreachable,
)
from handlers.framework.replies import InlineAnswer
from handlers.text.html import Html, visible_text
from storage.subscribers.subscribers import SuspensionReason, Target
from storage.values.message import MessageContent

# `do_api_request` builds no objects and is twice as fast; for every method that has a Python
# name it warns that there is one.
warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)

_INLINE_CACHE_SECONDS = 5
"""Telegram may reuse an inline answer for so long; more would hide news."""

_MARKUP_ERROR = "can't parse entities"
_TOPIC_ERRORS = ("message thread not found", "topic_closed", "topic_deleted")


class Sender:
    """Sends messages through `bot`, which the caller opens and closes.

    `paid_broadcast`: pay for more than 30 messages a second (core.telegram.org/bots/api,
    sendMessage). `may_send` is called before each message: it returns whether this process holds
    the lease of the sender.
    """

    def __init__(
        self, bot: Bot, *, paid_broadcast: bool = False, may_send: Callable[[], bool] = lambda: True
    ) -> None:
        self._bot = bot
        self._paid_broadcast = paid_broadcast
        self._may_send = may_send

    async def send(self, target: Target, content: MessageContent, *, silent: bool) -> Outcome:
        """Send a message to a chat, or to the group if its forum topic cannot be written to."""
        if not self._may_send():
            return _sender_lease_lost()
        message = {
            "chat_id": target.chat_id,
            "message_thread_id": target.thread_id or None,
            "disable_notification": silent or None,
            "allow_paid_broadcast": self._paid_broadcast or None,
            "reply_parameters": _reply_parameters(content),
            **_text_parameters(content),
        }
        outcome = await self._call("sendMessage", message)
        if _is_rejected_for(outcome, _MARKUP_ERROR):
            # Plain text is better than no message.
            message |= _plain_text_parameters(content)
            outcome = await self._call("sendMessage", message)
        if target.thread_id and _is_rejected_for(outcome, *_TOPIC_ERRORS):
            outcome = await self._call("sendMessage", message | {"message_thread_id": None})
            return replace(outcome, is_outside_topic=True) if isinstance(outcome, Sent) else outcome
        return outcome

    async def edit(self, chat_id: int, message_id: int, content: MessageContent) -> Outcome:
        """Replace the content of a sent message."""
        if not self._may_send():
            return _sender_lease_lost()
        message = {"chat_id": chat_id, "message_id": message_id, **_text_parameters(content)}
        outcome = await self._call("editMessageText", message)
        if _is_rejected_for(outcome, "message is not modified"):
            return Sent(message_id)
        return outcome

    async def answer_callback_query(self, callback_id: str, text: str | None) -> Outcome:
        """Answer a callback query, with a notification of at most 200 characters or without."""
        return await self._call(
            "answerCallbackQuery", {"callback_query_id": callback_id, "text": text}
        )

    async def answer_inline_query(self, answer: InlineAnswer) -> Outcome:
        """Answer an inline query. The answer is personal."""
        results = [
            {
                "type": "article",
                "id": result.id,
                "title": result.title,
                "description": result.description or None,
                "input_message_content": {
                    "message_text": result.content.html,
                    "parse_mode": "HTML",
                    "link_preview_options": {"is_disabled": True},
                },
            }
            for result in answer.results
        ]
        parameters = {
            "inline_query_id": answer.query_id,
            "results": results,
            "cache_time": _INLINE_CACHE_SECONDS if answer.is_cacheable else 0,
            "is_personal": True,
        }
        return await self._call("answerInlineQuery", parameters)

    async def administrator_ids(self, chat_id: int) -> frozenset[int]:
        """Return the user ids of a group's administrators; none if Telegram does not answer."""
        try:
            members = await self._bot.do_api_request(
                "getChatAdministrators", api_kwargs={"chat_id": chat_id}
            )
        except TelegramError:
            return frozenset()
        return frozenset(
            filter(None, map(_member_id, members if isinstance(members, list) else ()))
        )

    async def _call(self, method: str, parameters: dict[str, Any]) -> Outcome:
        try:
            result = await self._bot.do_api_request(method, api_kwargs=parameters)
        except TelegramError as error:
            return classify_error(error)
        return _sent(result, parameters.get("message_thread_id"))


def _sender_lease_lost() -> NotSent:
    return NotSent("another process may be sending")


def classify_error(error: TelegramError) -> Outcome:  # noqa: C901, PLR0911 - a table
    """Map an error of python-telegram-bot to an outcome."""
    match error:
        case responses.FloodWait():
            return RetryAfter(error.seconds)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Unreachable(SuspensionReason.BLOCKED)
        case BadRequest():  # is a NetworkError to the library, so it is tested first
            if "chat not found" in error.message.lower():
                return Unreachable(SuspensionReason.NOT_FOUND)
            return Rejected(error.message)
        case InvalidToken():
            return TokenRejected()
        case responses.NotSent():
            return NotSent(error.message)
        case responses.ServerError():
            if "sent message was immediately deleted" in error.message:
                return Sent(None)
            return Failed(error.message)
        case responses.MaybeSent():
            return MaybeSent(error.message)
        case NetworkError():  # its message may hold an address, and that the token
            return MaybeSent(type(error).__name__)
        case _:
            return Rejected(error.message)


def _sent(result: object, thread_id: int | None) -> Sent:
    """Read the message id and the topic from Telegram's response, as far as they are valid."""
    message = result if isinstance(result, dict) else {}
    message_id = message.get("message_id")
    has_id = isinstance(message_id, int) and 0 < message_id < responses.MAX_ID
    # Telegram may ignore the topic without an error: then the message is in the group.
    is_outside_topic = bool(thread_id and has_id and message.get("message_thread_id") != thread_id)
    return Sent(message_id if has_id else None, is_outside_topic)


def _is_rejected_for(outcome: Outcome, *phrases: str) -> bool:
    """Return whether Telegram rejected it with any of these phrases, in lower case."""
    return isinstance(outcome, Rejected) and any(word in outcome.reason.lower() for word in phrases)


def _member_id(member: object) -> int | None:
    """Return the user id of a ChatMember; None if it is not valid."""
    user = member.get("user") if isinstance(member, dict) else None
    number = user.get("id") if isinstance(user, dict) else None
    return number if isinstance(number, int) else None


def _text_parameters(content: MessageContent) -> dict[str, Any]:
    return {
        "text": content.html,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": _keyboard(content),
    }


def _plain_text_parameters(content: MessageContent) -> dict[str, Any]:
    return {"text": visible_text(Html(content.html)), "parse_mode": None}


def _keyboard(content: MessageContent) -> dict[str, Any] | None:
    if not content.buttons:
        return None
    rows = [
        [
            {"text": button.label, "url": button.url}
            if button.url
            else {"text": button.label, "callback_data": button.data}
            for button in row
        ]
        for row in content.buttons
    ]
    return {"inline_keyboard": rows}


def _reply_parameters(content: MessageContent) -> dict[str, Any] | None:
    if content.reply_to is None:
        return None
    return {"message_id": content.reply_to, "allow_sending_without_reply": True}
