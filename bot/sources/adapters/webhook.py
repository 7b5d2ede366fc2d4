"""Generic webhook: a sender posts bulletins as JSON to `POST /hook/NAME`."""

import asyncio
from typing import Annotated, Literal

from aiohttp import web
from pydantic import AfterValidator, Field, SecretStr

from bot.bearer_token import has_bearer_token
from bot.sources.base.bulletin_json import BulletinJsonError, parse_bulletins
from bot.sources.base.source_settings import SourceSettings
from bot.sources.base.webhook_source import REQUESTS_PER_MINUTE, WebhookError, WebhookSource
from bot.sources.core.source import Batch, Clock, IngestBatch
from bot.strong_secret import strong_secret


class WebhookSettings(SourceSettings, frozen=True):
    """`[[source]] kind = "webhook"`."""

    kind: Literal["webhook"]
    secret: Annotated[SecretStr, AfterValidator(strong_secret)]  # sent as Authorization: Bearer …
    per_minute: Annotated[int, Field(ge=1, le=100_000)] = REQUESTS_PER_MINUTE
    official: bool = False  # its all-clears end what other official sources show


class Webhook(WebhookSource):
    """The source of `kind = "webhook"`."""

    def __init__(self, settings: WebhookSettings, ingest: IngestBatch, clock: Clock) -> None:
        super().__init__(settings.name, clock, settings.per_minute)
        self._secret = settings.secret
        self._ingest = ingest

    def authenticate(self, request: web.Request) -> None:
        """Check the secret. Raise WebhookError."""
        if not has_bearer_token(request, self._secret):
            raise WebhookError(401, "expected Authorization: Bearer and the secret of this source")

    async def ingest(self, request: web.Request, body: bytes) -> web.Response:
        """Store one bulletin or a list, all or none; answer 202 with the counts.

        Idempotent: a bulletin that was sent before counts as repeated.
        """
        try:
            # In a thread: a thousand bulletins take longer than the event loop may stand still.
            bulletins = await asyncio.to_thread(parse_bulletins, body, self.name, self._clock())
        except BulletinJsonError as error:
            raise WebhookError(400, str(error), field=error.field) from None
        results = await self._ingest(Batch(self.name, bulletins, {}, is_baseline=False))
        repeated = sum(result.is_duplicate for result in results)
        return web.json_response(
            {"accepted": len(results) - repeated, "repeated": repeated}, status=202
        )
