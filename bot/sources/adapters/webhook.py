"""Bulletins that a sender brings: `POST /hook/NAME`."""

import hmac
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field, SecretStr

from bot.sources.base.bulletin_json import ItemError, read_json
from bot.sources.base.source_settings import SourceSettings
from bot.sources.base.webhook_source import PER_MINUTE, Hook, Refusal
from bot.sources.core.source import Batch, Clock, Take


class WebhookSettings(SourceSettings, frozen=True):
    """`[[source]] kind = "webhook"`."""

    kind: Literal["webhook"]
    secret: SecretStr = Field(min_length=1)  # senders show it as Authorization: Bearer …
    per_minute: Annotated[int, Field(ge=1, le=100_000)] = PER_MINUTE  # requests


class Webhook(Hook):
    """The source of `kind = "webhook"`."""

    def __init__(self, settings: WebhookSettings, take: Take, clock: Clock) -> None:
        super().__init__(settings.name, clock, settings.per_minute)
        self._secret = settings.secret.get_secret_value().encode()
        self._take = take
        self._clock = clock

    def admit(self, request: web.Request) -> None:
        """By the secret."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        # The header's bytes, also those that are no text: what is compared must not raise.
        same = hmac.compare_digest(shown.strip().encode("utf-8", "surrogateescape"), self._secret)
        if not same or scheme.lower() != "bearer":
            raise Refusal(401, "expected Authorization: Bearer and the secret of this source")

    async def take(self, request: web.Request, body: bytes) -> web.Response:
        """One bulletin or a list, all or nothing: 202 with how many were new, how many known."""
        try:
            bulletins = read_json(body, self.name, self._clock())
        except ItemError as error:
            raise Refusal(400, str(error), field=error.field) from None
        taken = await self._take(Batch(self.name, bulletins, {}, baseline=False))
        repeated = sum(one.repeated for one in taken)
        return web.json_response(
            {"accepted": len(taken) - repeated, "repeated": repeated}, status=202
        )
