"""Webhook registration: subscribes to ukrainealarm.com's messages and reads its region names."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import structlog

from bot.sources.adapters.ukraine.ukrainealarm_parser import ServiceRegion, parse_regions
from bot.sources.base.rsa_signature import PublicKey
from bot.sources.core.errors import Refused, SourceError
from bot.sources.http.client import HttpClient

_MAX_BYTES = 4 * 1024 * 1024
_FINAL_STATUSES = frozenset((401, 403, 429))  # wrong key or rate limit: PATCH would not help

log = structlog.get_logger(__name__)


class WebhookRegistration:
    """Registration of one webhook address, once in the life of the process.

    Registering the same address again is idempotent.
    """

    def __init__(
        self,
        url: str,  # lists all alerts
        address: str,  # public address of our webhook
        key: str,  # secret part of that address
        headers: Mapping[str, str],
        public_key: PublicKey | None,  # signs the messages; None: they are not checked
    ) -> None:
        self.key = key
        self.public_key = public_key
        service = urlsplit(url)
        api_path = service.path.rstrip("/").rpartition("/")[0]
        self._api = urlunsplit(service._replace(path=api_path, query="", fragment=""))
        webhook = urlsplit(address)
        query = "&".join(filter(None, (webhook.query, urlencode({"key": key}))))
        self._address = urlunsplit(webhook._replace(query=query))
        self._headers = headers
        self.is_registered = False
        self.regions: Mapping[str, ServiceRegion] = {}  # by number; empty until they are read

    async def register(self, name: str, client: HttpClient) -> None:
        """Register unless done. Until it succeeds, the source keeps its short poll interval."""
        if self.is_registered:
            return
        try:
            await self._register(client)
            self.is_registered = True
            page = await client.get(
                f"{self._api}/regions", max_bytes=_MAX_BYTES, headers=self._headers
            )
            self.regions = parse_regions(page.body if page else b"")
        except SourceError as error:
            step = "regions" if self.is_registered else "register"
            log.warning("webhook_registration_failed", source=name, step=step, error=str(error))

    async def _register(self, client: HttpClient) -> None:
        """POST, then PATCH if an address is registered already (from its OpenAPI description)."""
        body = json.dumps({"webHookUrl": self._address}).encode()
        status = 0
        for method in ("POST", "PATCH"):
            status = await client.send_json(method, f"{self._api}/webhook", body, self._headers)
            if status in _FINAL_STATUSES or 200 <= status < 300:
                break
        if not 200 <= status < 300:
            raise Refused(status, reason="when the webhook was registered")
