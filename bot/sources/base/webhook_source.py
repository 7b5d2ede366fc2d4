"""Webhook source: base class of sources that receive `POST /hook/NAME`."""

import asyncio
from abc import ABC, abstractmethod
from datetime import datetime

import structlog
from aiohttp import web

from bot.sources.core.errors import SourceError, TooLarge
from bot.sources.core.source import Clock
from bot.sources.http.decompression import is_known_encoding, read_decompressed

MAX_BODY_BYTES = 256 * 1024  # after decompression
REQUESTS_PER_MINUTE = 600
_WRONG_SECRETS_PER_MINUTE = 10
_BODY_TIMEOUT = 30.0  # seconds for the complete body

log = structlog.get_logger(__name__)


class WebhookError(Exception):
    """An error response: nothing of the request is stored."""

    def __init__(self, status: int, reason: str, *, retry_after: int = 0, **fields: str) -> None:
        super().__init__(reason)
        self.status = status
        self.answer = {"error": reason, **fields}
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"


class TokenBucket:
    """Rate limit by token bucket: a number of requests a minute, in a burst or spread out."""

    def __init__(self, per_minute: int, now: datetime) -> None:
        self._per_minute = per_minute
        self._tokens = float(per_minute)
        self._refilled_at = now

    def acquire(self, now: datetime) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        elapsed = max((now - self._refilled_at).total_seconds(), 0.0)
        self._refilled_at = now
        self._tokens = min(self._tokens + elapsed * self._per_minute / 60, self._per_minute)
        if self._tokens < 1:
            return (1 - self._tokens) * 60 / self._per_minute
        self._tokens -= 1
        return 0.0


class WebhookSource(ABC):
    """A source that receives bulletins by HTTP."""

    def __init__(self, name: str, clock: Clock, per_minute: int = REQUESTS_PER_MINUTE) -> None:
        self.name = name
        self._clock = clock
        self._bucket = TokenBucket(per_minute, clock())
        self._wrong_secrets = TokenBucket(_WRONG_SECRETS_PER_MINUTE, clock())

    async def receive(self, request: web.Request) -> web.Response:
        """Store the content of a request, or answer with an error and its reason as JSON.

        400 names the field; 401, 408, 413, 415 and 429 have their usual meaning.
        """
        try:
            return await self._receive(request)
        except WebhookError as error:
            log.warning("webhook_request_refused", source=self.name, status=error.status)
            return web.json_response(error.answer, status=error.status, headers=error.headers)

    async def _receive(self, request: web.Request) -> web.Response:
        self._authenticate(request)
        # Only authenticated requests count: strangers cannot use up the rate limit.
        if wait := self._bucket.acquire(self._clock()):
            raise WebhookError(429, "too many requests; try again later", retry_after=int(wait) + 1)
        if not _is_json(request.content_type):
            raise WebhookError(415, "expected Content-Type: application/json")
        return await self.ingest(request, await _body(request))

    def _authenticate(self, request: web.Request) -> None:
        """Check the sender. A correct secret is accepted even after many wrong ones."""
        try:
            self.authenticate(request)
        except WebhookError:
            if wait := self._wrong_secrets.acquire(self._clock()):
                raise WebhookError(
                    429, "too many wrong secrets; try again later", retry_after=int(wait) + 1
                ) from None
            raise

    @abstractmethod
    def authenticate(self, request: web.Request) -> None:
        """Raise WebhookError for an unknown sender."""

    @abstractmethod
    async def ingest(self, request: web.Request, body: bytes) -> web.Response:
        """Store the body's content and return the response. Raise WebhookError."""


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(_BODY_TIMEOUT):
            return await _read_limited(request)
    except TimeoutError:
        raise WebhookError(
            408, f"expected the complete body within {_BODY_TIMEOUT:.0f} seconds"
        ) from None
    except TooLarge:
        raise _too_large() from None
    except (web.RequestPayloadError, ConnectionError, SourceError):
        raise WebhookError(400, "expected a complete body, encoded as its headers state") from None


async def _read_limited(request: web.Request) -> bytes:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise _too_large()
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if not is_known_encoding(encoding):
        raise WebhookError(415, "expected Content-Encoding: gzip or deflate, or none")
    chunks = request.content.iter_any()
    return await read_decompressed(chunks, encoding, MAX_BODY_BYTES, is_exact=True)


def _too_large() -> WebhookError:
    return WebhookError(413, f"expected a body of at most {MAX_BODY_BYTES // 1024} KB")


def _is_json(content_type: str) -> bool:
    return content_type == "application/json" or (
        content_type.startswith("application/") and content_type.endswith("+json")
    )
