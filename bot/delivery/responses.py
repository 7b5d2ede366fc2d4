"""What Telegram's answers say of a call, and what the absence of one does.

errors:  TelegramError (python-telegram-bot's), of which BadRequest, ChatMigrated, Forbidden,
         │             InvalidToken and Conflict only for what Telegram itself has said: a proxy
         │             that forbids something must not look like a person who does
         └── NetworkError
             ├── FloodWait     429: refused for a while
             ├── NotSent       Telegram has not got the request
             ├── ServerFailed  5xx, or what is no answer of Telegram's: probably nothing was done
             └── Unknown       the request was written and no whole answer came back
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

DEFAULT_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 24 * 3600
LONGEST_ID = 2**52
"""Ids are shorter (core.telegram.org/bots/api#chat)."""

_LONGEST_DESCRIPTION = 300


class FloodWait(NetworkError):  # noqa: N818 - named for what is known, not for being an error
    """Telegram answered 429. The library's own class for it warns of its next version."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"429, for {seconds} s")
        self.seconds = seconds


class NotSent(NetworkError):  # noqa: N818
    """Telegram has not got the request."""


class ServerFailed(NetworkError):  # noqa: N818
    """Telegram answered 5xx, or something else did."""


class Unknown(NetworkError):  # noqa: N818
    """The request was written and no whole answer came back: nobody knows."""


def checked(status: int, payload: bytes) -> bytes:
    """Passes on what went well, raises for all else."""
    if 200 <= status < 300:
        return payload
    raise _error(status, _refusal(payload))


def read_result(payload: bytes) -> dict[str, Any]:
    """The whole of an answer that says it is well; raises Unknown for any other."""
    parsed = _parsed(payload)
    if parsed is None:
        raise Unknown("the answer is not JSON")
    if parsed.get("ok") is not True:
        raise Unknown("the answer is not one of the Bot API")
    return {"result": None, **parsed}


@dataclass(frozen=True)
class _Refusal:
    """What Telegram says when it refuses (core.telegram.org/bots/api#making-requests)."""

    description: str  # printable, not long
    moved_to: int | None  # id of the supergroup that the chat has become
    seconds: int | None  # to wait


def _error(status: int, refusal: _Refusal | None) -> TelegramError:  # noqa: PLR0911 - a table
    if status == 429:
        return FloodWait((refusal and refusal.seconds) or DEFAULT_WAIT_SECONDS)
    if refusal is None:
        return ServerFailed(f"HTTP {status}")
    match status:
        case 400 if refusal.moved_to:
            return ChatMigrated(refusal.moved_to)
        case 400:
            return BadRequest(refusal.description)
        case 401 | 404:
            return InvalidToken(refusal.description)
        case 403:
            return Forbidden(refusal.description)
        case 409:
            return Conflict(refusal.description)
        case _:
            return ServerFailed(f"HTTP {status}: {refusal.description}")


def _refusal(payload: bytes) -> _Refusal | None:
    """None when Telegram has not said it, whatever it may hold."""
    parsed = _parsed(payload)
    if parsed is None or parsed.get("ok") is not False:
        return None
    description, parameters = parsed.get("description"), parsed.get("parameters")
    if not isinstance(description, str):
        return None
    given = parameters if isinstance(parameters, dict) else {}
    said = "".join(c for c in description if c.isprintable())[:_LONGEST_DESCRIPTION]
    moved_to, seconds = given.get("migrate_to_chat_id"), given.get("retry_after")
    return _Refusal(
        said,
        moved_to if _is_number(moved_to) and 0 < abs(moved_to) < LONGEST_ID else None,
        min(max(seconds, 1), LONGEST_WAIT_SECONDS) if _is_number(seconds) else None,
    )


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _parsed(payload: bytes) -> dict[str, Any] | None:
    try:
        parsed = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) else None
