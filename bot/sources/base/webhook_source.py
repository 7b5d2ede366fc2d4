"""What all sources do alike that are told by `POST /hook/NAME`."""

import asyncio
from abc import ABC, abstractmethod
from datetime import datetime

import structlog
from aiohttp import web

from bot.sources.core.source import Clock

LARGEST = 256 * 1024  # bytes, after decompression
PER_MINUTE = 600  # requests
_PATIENCE = 30.0  # seconds for a whole body

log = structlog.get_logger(__name__)


class Refusal(Exception):  # noqa: N818 - an answer
    """What is answered instead of taking anything."""

    def __init__(self, status: int, reason: str, *, retry_after: int = 0, **more: str) -> None:
        super().__init__(reason)
        self.status = status
        self.answer = {"error": reason, **more}
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"


class Flow:
    """Lets so many through in a minute, all at once or one by one (a token bucket)."""

    def __init__(self, per_minute: int, now: datetime) -> None:
        self._per_minute = per_minute
        self._left = float(per_minute)
        self._at = now

    def wait(self, now: datetime) -> float:
        """Takes one and returns 0, or returns the seconds until there is one."""
        passed = max((now - self._at).total_seconds(), 0.0)
        self._at = now
        self._left = min(self._left + passed * self._per_minute / 60, self._per_minute)
        if self._left < 1:
            return (1 - self._left) * 60 / self._per_minute
        self._left -= 1
        return 0.0


class Hook(ABC):
    """A source that is told."""

    def __init__(self, name: str, clock: Clock, per_minute: int = PER_MINUTE) -> None:
        self.name = name
        self._now = clock
        self._flow = Flow(per_minute, clock())

    async def receive(self, request: web.Request) -> web.Response:
        """Takes what was sent, or says why not.

        400 names the field; 401, 408, 413, 415 and 429 as usual, all with a reason as JSON.
        """
        try:
            return await self._receive(request)
        except Refusal as refusal:
            log.warning("webhook_refused", source=self.name, status=refusal.status)
            return web.json_response(refusal.answer, status=refusal.status, headers=refusal.headers)

    async def _receive(self, request: web.Request) -> web.Response:
        self.admit(request)
        # Only those who may are counted: a stranger cannot use up what is another's.
        if wait := self._flow.wait(self._now()):
            raise Refusal(429, "expected fewer requests", retry_after=int(wait) + 1)
        if not _is_json(request.content_type):
            raise Refusal(415, "expected Content-Type: application/json")
        return await self.take(request, await _body(request))

    @abstractmethod
    def admit(self, request: web.Request) -> None:
        """Raises Refusal for whom we do not know."""

    @abstractmethod
    async def take(self, request: web.Request, body: bytes) -> web.Response:
        """Answers once all is stored. Raises Refusal."""


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _whole(request)
    except TimeoutError:
        raise Refusal(408, f"expected a whole body within {_PATIENCE:.0f} seconds") from None
    except web.RequestPayloadError:
        raise Refusal(400, "expected a whole body, packed as its headers say") from None


async def _whole(request: web.Request) -> bytes:
    too_large = Refusal(413, f"expected at most {LARGEST // 1024} KB")
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
