"""Decoding of call parameters from a query string, form, JSON or multipart body."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import BodyPartReader, web

from bot.standin.errors import BadRequest

LARGEST = 50 * 1024 * 1024  # bytes in a request (core.telegram.org/bots/api#sending-files)

_NUMBERS = frozenset(
    {
        "chat_id",
        "message_id",
        "message_thread_id",
        "reply_to_message_id",
        "user_id",
        "offset",
        "limit",
        "timeout",
        "max_connections",
        "cache_time",
    }
)
_FLAGS = frozenset(
    {
        "allow_paid_broadcast",
        "allow_sending_without_reply",
        "disable_notification",
        "disable_web_page_preview",
        "drop_pending_updates",
        "is_big",
        "is_personal",
        "protect_content",
        "show_alert",
    }
)
_OBJECTS = frozenset(
    {
        "allowed_updates",
        "button",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "results",
        "scope",
    }
)


class Params:
    """Decoded parameters: int, bool, dict or list, and str for everything else."""

    def __init__(self, values: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        self.values = values
        self.files = files

    def text(self, name: str) -> str:
        """Return a text; empty if missing."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int | None:
        """Return a whole number; None if missing or not a number."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def flag(self, name: str) -> bool:
        """Return a flag; False if missing."""
        return self.values.get(name) is True

    def get(self, name: str) -> Any:
        """Return a decoded object; None if missing."""
        return self.values.get(name)

    def without(self, names: frozenset[str]) -> "Params":
        """Return a copy without some of the parameters."""
        return Params({k: v for k, v in self.values.items() if k not in names}, self.files)


async def read_params(request: web.BaseRequest) -> Params:
    """Decode the query string and a form, JSON or multipart body; raise BadRequest."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    files: dict[str, bytes] = {}
    kind = request.content_type
    if kind == "application/json":
        values |= _read_json(await request.read())
    elif kind == "application/x-www-form-urlencoded":
        body = (await request.read()).decode("utf-8", "replace")
        values |= dict(parse_qsl(body, keep_blank_values=True))
    elif kind == "multipart/form-data":
        await _read_multipart(request, values, files)
    return Params({name: _decoded(name, value) for name, value in values.items()}, files)


def _read_json(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("can't parse JSON encoded request body") from error
    if not isinstance(values, dict):
        raise BadRequest("request body must be a JSON object")
    return values


async def _read_multipart(
    request: web.BaseRequest, values: dict[str, Any], files: dict[str, bytes]
) -> None:
    total = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        body = bytes(await part.read(decode=True))
        total += len(body)
        if total > LARGEST:
            raise BadRequest("file is too big")
        if part.filename is None:
            values[part.name] = body.decode("utf-8", "replace")
        else:
            files[part.name] = body


def _decoded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _NUMBERS:
        return _number(value)
    if name in _FLAGS:
        return value.casefold() in {"true", "yes", "1"}
    if name in _OBJECTS:
        return _object(value)
    return value


def _number(value: str) -> int | str:
    try:
        return int(value)
    except ValueError:
        return value


def _object(value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
