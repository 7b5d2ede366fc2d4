"""Classification of Bot API responses: map a response, or its absence, to an error.

errors:  TelegramError (python-telegram-bot's); its BadRequest, ChatMigrated, Forbidden,
         │             InvalidToken and Conflict are raised only for responses of Telegram
         │             itself: a proxy's 403 must not look like a user who blocks the bot
         └── NetworkError
             ├── FloodWait    429: refused for a while
             ├── NotSent      the request did not reach Telegram
             ├── ServerError  5xx, or no response of the Bot API: probably nothing was done
             └── MaybeSent    the request was written and no complete response came back
"""

from dataclasses import dataclass
from typing import Any, TypeGuard

import orjson
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

DEFAULT_FLOOD_WAIT_SECONDS = 5
MAX_FLOOD_WAIT_SECONDS = 24 * 3600
MAX_ID = 2**52
"""Ids are lower (core.telegram.org/bots/api#chat)."""

_MAX_DESCRIPTION = 300


class FloodWait(NetworkError):  # noqa: N818 - named for the state of the call
    """Telegram answered 429: a flood wait.

    The library's own RetryAfter emits a deprecation warning about its next version.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"429, retry after {seconds} s")
        self.seconds = seconds


class NotSent(NetworkError):  # noqa: N818
    """The request did not reach Telegram."""


class ServerError(NetworkError):
    """Telegram answered 5xx, or the response is not of the Bot API."""


class MaybeSent(NetworkError):  # noqa: N818
    """The request was written, but no complete response came back."""


def check_status(status: int, payload: bytes) -> bytes:
    """Return the body of a successful response; raise a TelegramError for any other."""
    if 200 <= status < 300:
        return payload
    raise _error_of(status, _parse_error(payload))


def parse_result(payload: bytes) -> dict[str, Any]:
    """Parse a response that reports success; raise MaybeSent for any other."""
    parsed = _parse_json(payload)
    if parsed is None:
        raise MaybeSent("the response is not JSON")
    if parsed.get("ok") is not True:
        raise MaybeSent("the response is not from the Bot API")
    return {"result": None, **parsed}


@dataclass(frozen=True)
class _ErrorResponse:
    """Telegram's response to a failed call (core.telegram.org/bots/api#making-requests)."""

    description: str  # printable, not long
    moved_to: int | None  # id of the supergroup that the chat has become
    retry_after: int | None  # seconds


def _error_of(status: int, response: _ErrorResponse | None) -> TelegramError:  # noqa: PLR0911 - a table
    if status == 429:
        return FloodWait((response and response.retry_after) or DEFAULT_FLOOD_WAIT_SECONDS)
    if response is None:
        return ServerError(f"HTTP {status}")
    match status:
        case 400 if response.moved_to:
            return ChatMigrated(response.moved_to)
        case 400:
            return BadRequest(response.description)
        case 401 | 404:
            return InvalidToken(response.description)
        case 403:
            return Forbidden(response.description)
        case 409:
            return Conflict(response.description)
        case _:
            return ServerError(f"HTTP {status}: {response.description}")


def _parse_error(payload: bytes) -> _ErrorResponse | None:
    """Parse an error response; None if it is not one of Telegram's."""
    parsed = _parse_json(payload)
    if parsed is None or parsed.get("ok") is not False:
        return None
    description, parameters = parsed.get("description"), parsed.get("parameters")
    if not isinstance(description, str):
        return None
    response_parameters = parameters if isinstance(parameters, dict) else {}
    printable = "".join(c for c in description if c.isprintable())[:_MAX_DESCRIPTION]
    moved_to = response_parameters.get("migrate_to_chat_id")
    retry_after = response_parameters.get("retry_after")
    return _ErrorResponse(
        printable,
        moved_to if _is_number(moved_to) and 0 < abs(moved_to) < MAX_ID else None,
        min(max(retry_after, 1), MAX_FLOOD_WAIT_SECONDS) if _is_number(retry_after) else None,
    )


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _parse_json(payload: bytes) -> dict[str, Any] | None:
    try:
        parsed = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) else None
