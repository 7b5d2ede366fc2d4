"""Webhook of ukrainealarm.com: messages that the service sends between two polls.

The registered address has a secret part, which authenticates the sender. If the operator configures
the service's public key, the signature is checked too: RSA with SHA-256 over the timestamp, a point
and the body (from its documentation).
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

from aiohttp import web

from bot.sources.base.rsa_signature import PublicKey, is_signed
from bot.sources.base.webhook_source import WebhookError, WebhookSource
from bot.sources.core.errors import Unusable
from bot.sources.core.source import Batch, Clock
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.sources import Cursor

_WINDOW = timedelta(minutes=5)  # allowed difference between its clock and ours


class MessageReader(Protocol):
    """A source that can read messages."""

    @property
    def name(self) -> str:
        """Configured name."""
        ...

    def read_message(self, body: bytes, cursor: Cursor | None) -> Batch:
        """Return the changes by a message. Raise Unusable."""
        ...


IngestMessage = Callable[[Callable[[Cursor | None], Batch]], Awaitable[Sequence[IngestResult]]]
"""Ingests a message: see `Poller.ingest_message`."""


def webhook_key(token: str, name: str) -> str:
    """Return the secret part of the webhook address, derived from the token."""
    return hmac.new(token.encode(), f"tocsin hook {name}".encode(), "sha256").hexdigest()[:32]


class UkraineAlarmWebhook(WebhookSource):
    """Webhook source at `POST /hook/NAME?key=…`."""

    def __init__(
        self,
        source: MessageReader,
        ingest_message: IngestMessage,
        clock: Clock,
        *,
        key: str,
        public_key: PublicKey | None,
    ) -> None:
        super().__init__(source.name, clock)
        self._source = source
        self._ingest_message = ingest_message
        self._key = key.encode()
        self._public_key = public_key

    def authenticate(self, request: web.Request) -> None:
        """Check the secret part of the address. Raise WebhookError."""
        key = request.query.get("key", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(key, self._key):
            raise WebhookError(401, "expected the registered address with its key")

    async def ingest(self, request: web.Request, body: bytes) -> web.Response:
        """Check the signature, store the changes and answer 202."""
        if self._public_key and not self._is_authentic(request, body, self._public_key):
            raise WebhookError(401, "expected a valid, recent signature")
        try:
            results = await self._ingest_message(partial(self._source.read_message, body))
        except Unusable as error:
            raise WebhookError(400, str(error)) from None
        return web.json_response({"accepted": len(results)}, status=202)

    def _is_authentic(self, request: web.Request, body: bytes, public_key: PublicKey) -> bool:
        timestamp = request.headers.get("X-Webhook-Timestamp", "")
        try:
            signature = base64.b64decode(request.headers.get("X-Webhook-Signature", ""))
            difference = abs(self._clock().timestamp() - int(timestamp))
        except (ValueError, binascii.Error):
            return False
        signed = timestamp.encode() + b"." + body
        return difference <= _WINDOW.total_seconds() and is_signed(signed, signature, public_key)
