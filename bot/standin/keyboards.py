"""Validation of reply_markup by Telegram's rules."""

from typing import Any
from urllib.parse import urlsplit

from bot.standin.chats import Chat
from bot.standin.errors import BadRequest

Json = dict[str, Any]

MOST_BUTTONS = 100
_OTHER_KINDS = (
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def check_markup(markup: Any, chat: Chat) -> Json | None:
    """Return the markup if the chat allows it; raise BadRequest otherwise."""
    if markup is None or markup == "":
        return None
    if not isinstance(markup, dict):
        raise BadRequest("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup, "inline_keyboard")
        for button in _flatten(rows):
            _check_inline(button, chat)
        kept = [row for row in rows if row]
        return {"inline_keyboard": kept} if kept else None
    if "keyboard" in markup:
        for button in _flatten(_rows(markup, "keyboard")):
            _check_reply(button, chat)
    return markup


def _rows(markup: Json, name: str) -> list[list[Any]]:
    rows = markup[name]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise BadRequest(f'field "{name}" must be an Array of Arrays')
    return rows


def _flatten(rows: list[list[Any]]) -> list[Any]:
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise BadRequest("reply markup is too long")
    return buttons


def _check_inline(button: Any, chat: Chat) -> None:
    if not isinstance(button, dict):
        raise BadRequest(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise BadRequest('can\'t parse inline keyboard button: field "text" must be non-empty')
    if "callback_data" in button:
        _check_data(button["callback_data"])
    elif "url" in button:
        _check_url(button["url"])
    elif "web_app" in button and chat.kind != "private":
        raise BadRequest("BUTTON_TYPE_INVALID")
    elif not any(kind in button for kind in _OTHER_KINDS):
        raise BadRequest(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
        raise BadRequest("BUTTON_DATA_INVALID")


def _check_url(url: Any) -> None:
    parts = urlsplit(str(url))
    wellformed = parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    if not wellformed and parts.scheme != "tg":
        raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _check_reply(button: Any, chat: Chat) -> None:
    text = button.get("text") if isinstance(button, dict) else button
    if not isinstance(text, str) or not text.strip():
        raise BadRequest("can't parse keyboard button: text must be non-empty")
    if not isinstance(button, dict) or chat.kind == "private":
        return
    if button.get("request_location"):
        raise BadRequest("location can be requested in private chats only")
    if button.get("web_app"):
        raise BadRequest("web app buttons can be used in private chats only")
