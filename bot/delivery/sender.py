"""The one place that calls Telegram, and that maps what it answers to outcomes."""

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
    Doubtful,
    Failed,
    Gone,
    Moved,
    NotSent,
    Outcome,
    Refused,
    Rejected,
    RetryAfter,
    Sent,
)
from handlers.framework.replies import Suggest
from handlers.text.html import Html, shown
from storage.subscribers.subscribers import Suspended, Target
from storage.values.message import Content

# `do_api_request` builds no objects and is twice as fast; for every method that has a Python
# name it warns that there is one.
warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)

_SUGGESTED_SECONDS = 5
"""So long Telegram may give the same answer to the same words: news do not wait longer."""

_NO_ENTITIES = "can't parse entities"
_NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")


class Sender:
    """Says things through `bot`, whose life is its owner's business.

    `paid`: beyond 30 messages a second are paid for (core.telegram.org/bots/api, sendMessage).
    `allowed`: whether this process is the one that sends, asked before every message.
    """

    def __init__(
        self, bot: Bot, *, paid: bool = False, allowed: Callable[[], bool] = lambda: True
    ) -> None:
        self._bot = bot
        self._paid = paid
        self._allowed = allowed

    async def send(self, target: Target, content: Content, *, silent: bool) -> Outcome:
        """One message to one chat; to the group where its topic cannot be written to."""
        if not self._allowed():
            return _not_ours()
        message = {
            "chat_id": target.chat_id,
            "message_thread_id": target.thread_id or None,
            "disable_notification": silent or None,
            "allow_paid_broadcast": self._paid or None,
            "reply_parameters": _reply_parameters(content),
            **_text(content),
        }
        outcome = await self._outcome("sendMessage", message)
        if _says(outcome, _NO_ENTITIES):
            # Better without its bold than not at all.
            message |= _plain(content)
            outcome = await self._outcome("sendMessage", message)
        if target.thread_id and _says(outcome, *_NO_TOPIC):
            outcome = await self._outcome("sendMessage", message | {"message_thread_id": None})
            return replace(outcome, astray=True) if isinstance(outcome, Sent) else outcome
        return outcome

    async def edit(self, chat_id: int, message_id: int, content: Content) -> Outcome:
        """Puts `content` in the place of what a message of ours says."""
        if not self._allowed():
            return _not_ours()
        message = {"chat_id": chat_id, "message_id": message_id, **_text(content)}
        outcome = await self._outcome("editMessageText", message)
        if _says(outcome, "message is not modified"):
            return Sent(message_id)
        return outcome

    async def answer(self, callback_id: str, text: str | None) -> Outcome:
        """Answers the press of a button, with a note of at most 200 characters or without."""
        return await self._outcome(
            "answerCallbackQuery", {"callback_query_id": callback_id, "text": text}
        )

    async def suggest(self, suggest: Suggest) -> Outcome:
        """Answers what somebody types after our name; each person may get another answer."""
        results = [
            {
                "type": "article",
                "id": each.id,
                "title": each.title,
                "description": each.about or None,
                "input_message_content": {
                    "message_text": each.content.html,
                    "parse_mode": "HTML",
                    "link_preview_options": {"is_disabled": True},
                },
            }
            for each in suggest.suggestions
        ]
        answer = {
            "inline_query_id": suggest.query_id,
            "results": results,
            "cache_time": _SUGGESTED_SECONDS,
            "is_personal": True,
        }
        return await self._outcome("answerInlineQuery", answer)

    async def administrators(self, chat_id: int) -> frozenset[int]:
        """Ids of who may change things in a group; nobody while Telegram does not say."""
        try:
            members = await self._bot.do_api_request(
                "getChatAdministrators", api_kwargs={"chat_id": chat_id}
            )
        except TelegramError:
            return frozenset()
        return frozenset(
            filter(None, map(_member_id, members if isinstance(members, list) else ()))
        )

    async def _outcome(self, method: str, parameters: dict[str, Any]) -> Outcome:
        try:
            result = await self._bot.do_api_request(method, api_kwargs=parameters)
        except TelegramError as error:
            return outcome_of(error)
        return _sent(result, parameters.get("message_thread_id"))


def _not_ours() -> NotSent:
    return NotSent("another process may be sending")


def outcome_of(error: TelegramError) -> Outcome:  # noqa: C901, PLR0911 - a table
    """What an error of python-telegram-bot says about the message."""
    match error:
        case responses.FloodWait():
            return RetryAfter(error.seconds)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Gone(Suspended.BLOCKED)
        case BadRequest():  # is a NetworkError to the library, so it is tested first
            if "chat not found" in error.message.lower():
                return Gone(Suspended.NOT_FOUND)
            return Rejected(error.message)
        case InvalidToken():
            return Refused()
        case responses.NotSent():
            return NotSent(error.message)
        case responses.ServerFailed():
            if "sent message was immediately deleted" in error.message:
                return Sent(None)
            return Failed(error.message)
        case responses.Unknown():
            return Doubtful(error.message)
        case NetworkError():  # its message may hold an address, and that the token
            return Doubtful(type(error).__name__)
        case _:
            return Rejected(error.message)


def _sent(result: object, thread_id: int | None) -> Sent:
    """What Telegram says of a message it has, as far as it says it."""
    message = result if isinstance(result, dict) else {}
    message_id = message.get("message_id")
    known = isinstance(message_id, int) and 0 < message_id < responses.LONGEST_ID
    # A topic may be ignored without a word: then the message is in the group.
    astray = bool(thread_id and known and message.get("message_thread_id") != thread_id)
    return Sent(message_id if known else None, astray)


def _says(outcome: Outcome, *words: str) -> bool:
    """Whether Telegram rejects it with any of these words, in small letters."""
    return isinstance(outcome, Rejected) and any(word in outcome.why.lower() for word in words)


def _member_id(member: object) -> int | None:
    """The id in a ChatMember, None in what is none."""
    user = member.get("user") if isinstance(member, dict) else None
    number = user.get("id") if isinstance(user, dict) else None
    return number if isinstance(number, int) else None


def _text(content: Content) -> dict[str, Any]:
    return {
        "text": content.html,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": _keyboard(content),
    }


def _plain(content: Content) -> dict[str, Any]:
    return {"text": shown(Html(content.html)), "parse_mode": None}


def _keyboard(content: Content) -> dict[str, Any] | None:
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


def _reply_parameters(content: Content) -> dict[str, Any] | None:
    if content.reply_to is None:
        return None
    return {"message_id": content.reply_to, "allow_sending_without_reply": True}
