"""Messages that ukrainealarm.com sends by itself, in between two looks at its state.

It sends to whatever address it was given, so the address has a part that nobody can guess; and its
signature is checked where the operator gives its public key: as its documentation has it, RSA with
SHA-256 over the time, a point and the body.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

from aiohttp import web

from bot.sources.base.rsa_signature import PublicKey
from bot.sources.base.webhook_source import Hook, Refusal
from bot.sources.core.source import Batch, Clock, Unusable
from storage.inbound.ingest_queue import Taken
from storage.inbound.sources import Cursor

_WINDOW = timedelta(minutes=5)  # between its clock and ours


class Listener(Protocol):
    """A source that understands messages."""

    @property
    def name(self) -> str: ...

    def told(self, body: bytes, cursor: Cursor | None) -> Batch:
        """What a message changes. Raises Unusable."""
        ...


Tell = Callable[[Callable[[Cursor | None], Batch]], Awaitable[Sequence[Taken]]]
"""Takes what a message changes of what the source has told so far: see `Poller.tell`."""


def address_key(token: str, name: str) -> str:
    """The part of the address that nobody can guess: the same as long as the token is."""
    return hmac.new(token.encode(), f"tocsin hook {name}".encode(), "sha256").hexdigest()[:32]


class AlarmHook(Hook):
    """POST /hook/NAME?key=…"""

    def __init__(
        self, source: Listener, tell: Tell, clock: Clock, *, key: str, signer: PublicKey | None
    ) -> None:
        super().__init__(source.name, clock)
        self._source = source
        self._tell = tell
        self._clock = clock
        self._key = key.encode()
        self._signer = signer

    def admit(self, request: web.Request) -> None:
        """By the address."""
        shown = request.query.get("key", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(shown, self._key):
            raise Refusal(401, "expected the address that was registered")

    async def take(self, request: web.Request, body: bytes) -> web.Response:
        """202 when all is stored."""
        if self._signer and not self._is_signed(self._signer, request, body):
            raise Refusal(401, "expected a signature of these minutes")
        try:
            taken = await self._tell(partial(self._source.told, body))
        except Unusable as error:
            raise Refusal(400, str(error)) from None
        return web.json_response({"accepted": len(taken)}, status=202)

    def _is_signed(self, signer: PublicKey, request: web.Request, body: bytes) -> bool:
        at = request.headers.get("X-Webhook-Timestamp", "")
        try:
            signature = base64.b64decode(request.headers.get("X-Webhook-Signature", ""))
            away = abs(self._clock().timestamp() - int(at))
        except (ValueError, binascii.Error):
            return False
        return away <= _WINDOW.total_seconds() and signer.signed(
            at.encode() + b"." + body, signature
        )
