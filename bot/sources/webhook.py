"""Bulletins that a sender brings: `POST /hook/NAME`."""

import asyncio
import hmac
from typing import Literal

import structlog
from aiohttp import web
from pydantic import Field, SecretStr

from bot.sources.items import ItemError, read_json
from bot.sources.settings import SourceSettings
from bot.sources.source import Batch, Clock, Take
from storage.bulletins import Bulletin

LARGEST = 256 * 1024  # bytes, after decompression
_PATIENCE = 30.0  # seconds for a whole body

_log = structlog.get_logger()


class WebhookSettings(SourceSettings, frozen=True):
    """`[[source]] kind = "webhook"`."""

    kind: Literal["webhook"]
    secret: SecretStr = Field(min_length=1)  # senders show it as Authorization: Bearer …


class _Refusal(Exception):  # noqa: N818 - an answer
    """What is answered instead of taking anything."""

    def __init__(self, status: int, reason: str, **more: str) -> None:
        super().__init__(reason)
        self.status = status
        self.answer = {"error": reason, **more}


class Webhook:
    """The source of `kind = "webhook"`."""

    def __init__(self, settings: WebhookSettings, take: Take, clock: Clock) -> None:
        self.name = settings.name
        self._secret = settings.secret.get_secret_value().encode()
        self._take = take
        self._clock = clock

    async def receive(self, request: web.Request) -> web.Response:
        """Takes one bulletin or a list, all or nothing: 202 with how many were new, how many known.

        400 names the field; 401, 408, 413 and 415 as usual, all with a reason as JSON.
        """
        try:
            bulletins = await self._read(request)
        except _Refusal as refusal:
            _log.warning("webhook_refused", source=self.name, status=refusal.status)
            return web.json_response(refusal.answer, status=refusal.status)
        taken = await self._take(Batch(self.name, bulletins, {}, baseline=False))
        repeated = sum(one.repeated for one in taken)
        return web.json_response(
            {"accepted": len(taken) - repeated, "repeated": repeated}, status=202
        )

    async def _read(self, request: web.Request) -> tuple[Bulletin, ...]:
        if not self._is_known(request.headers.get("Authorization", "")):
            raise _Refusal(401, "expected Authorization: Bearer and the secret of this source")
        if not _is_json(request.content_type):
            raise _Refusal(415, "expected Content-Type: application/json")
        try:
            async with asyncio.timeout(_PATIENCE):
                body = await _body(request)
        except TimeoutError:
            raise _Refusal(408, f"expected a whole body within {_PATIENCE:.0f} seconds") from None
        except web.RequestPayloadError:
            raise _Refusal(400, "expected a whole body, packed as its headers say") from None
        try:
            return read_json(body, self.name, self._clock())
        except ItemError as error:
            raise _Refusal(400, str(error), field=error.field) from None

    def _is_known(self, authorization: str) -> bool:
        scheme, _, shown = authorization.partition(" ")
        # The header's bytes, also those that are no text: what is compared must not raise.
        same = hmac.compare_digest(shown.strip().encode("utf-8", "surrogateescape"), self._secret)
        return same and scheme.lower() == "bearer"


async def _body(request: web.Request) -> bytes:
    too_large = _Refusal(413, f"expected at most {LARGEST // 1024} KB")
    if (request.content_length or 0) > LARGEST:
        raise too_large
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise too_large
    return bytes(body)


def _is_json(content_type: str) -> bool:
    return content_type == "application/json" or (
        content_type.startswith("application/") and content_type.endswith("+json")
    )
