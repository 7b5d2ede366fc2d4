"""ukrainealarm source: air alerts in Ukraine from the official service, or a proxy of it.

From its OpenAPI description and notes of its users: the key is the raw value of the header
Authorization; `/alerts/status` has a number that grows with each change; about three requests a
minute are answered, and more get a 401 without a body, like a wrong key.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, Field, SecretStr

from bot.sources.adapters.ukraine.state_source import (
    can_skip,
    message_batch,
    poll_batch,
    unchanged_batch,
)
from bot.sources.adapters.ukraine.ukrainealarm_parser import apply_message, parse_alerts
from bot.sources.adapters.ukraine.ukrainealarm_registration import WebhookRegistration
from bot.sources.adapters.ukraine.ukrainealarm_webhook import (
    IngestMessage,
    UkraineAlarmWebhook,
    webhook_key,
)
from bot.sources.base import cursor_scope
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.base.rsa_signature import load_public_key
from bot.sources.base.source_settings import PolledSettings
from bot.sources.base.staleness import StalenessCheck
from bot.sources.base.webhook_source import WebhookSource
from bot.sources.core import state_diff
from bot.sources.core.errors import Refused, Unusable
from bot.sources.core.source import Batch, Clock
from bot.sources.http.client import HttpClient, Page
from bot.sources.parsing.lenient_json import as_object, read_json
from bot.web_address import WebAddress
from matching.query.properties import LEVEL
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

MAX_BYTES = 2 * 1024 * 1024  # of a state; all 1,600 regions at once have 1 MB
_MAX_STATUS_BYTES = 64 * 1024

_FULL_READ_INTERVAL = timedelta(minutes=5)  # read all alerts even if the status is unchanged
_RATE_LIMIT_WINDOW = timedelta(minutes=1)
_BAD_KEY_REFUSALS = 15  # 401 in a row: then the key is wrong


def _validate_public_key(pem: str) -> str:
    load_public_key(pem.encode())
    return pem


class UkraineAlarmSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "ukrainealarm"`."""

    is_state_source: ClassVar[bool] = True
    properties: ClassVar[frozenset[str]] = frozenset((LEVEL,))

    kind: Literal["ukrainealarm"]
    url: WebAddress = "https://api.ukrainealarm.com/api/v3/alerts"
    token: SecretStr = Field(min_length=1)
    every: Annotated[Duration, duration_range("10s", "1d")] = timedelta(seconds=20)
    webhook_url: WebAddress | None = None  # public address of /hook/NAME
    webhook_public_key: Annotated[str, AfterValidator(_validate_public_key)] | None = None  # PEM

    def build_source(self, client: HttpClient, clock: Clock) -> "UkraineAlarm":
        """Return the source of ukrainealarm.com."""
        return UkraineAlarm(
            self, self.url, self.token.get_secret_value(), client, clock, self._build_registration()
        )

    def _build_registration(self) -> WebhookRegistration | None:
        if self.webhook_url is None:
            return None
        token, pem = self.token.get_secret_value(), self.webhook_public_key
        return WebhookRegistration(
            self.url,
            self.webhook_url,
            webhook_key(token, self.name),
            {"Authorization": token},
            load_public_key(pem.encode()) if pem else None,
        )


class UkraineAlarm:
    """The source of `kind = "ukrainealarm"`, and of proxies of that service.

    Cursor: `place`, see `cursor_scope`; `validators`, see `http.client`; `index`, the status
    number; `read_at`, time of the last full read (ISO 8601); and the fields of `state_source`.
    """

    def __init__(
        self,
        settings: PolledSettings,
        url: str,
        token: str,
        client: HttpClient,
        clock: Clock,
        registration: WebhookRegistration | None = None,  # None: no messages
    ) -> None:
        self.name = settings.name
        self._every = settings.every
        self._registration = registration
        self._url = url
        self._headers = {"Authorization": token} if token else {}
        self._client = client
        self._clock = clock
        self._scope = cursor_scope.scope_id(type(settings).__name__, url)
        self._anomalies = AnomalyLog(settings.name)
        self._staleness = StalenessCheck()
        self._refusals = 0  # 401 in a row

    @property
    def every(self) -> timedelta:
        """Poll interval; polls are rare while messages arrive, only to verify the state."""
        has_messages = self._registration is not None and self._registration.is_registered
        return _FULL_READ_INTERVAL if has_messages else self._every

    def webhook(self, ingest_message: IngestMessage) -> WebhookSource | None:
        """Return the webhook for the service's messages; None without a webhook address."""
        if self._registration is None:
            return None
        return UkraineAlarmWebhook(
            self,
            ingest_message,
            self._clock,
            key=self._registration.key,
            public_key=self._registration.public_key,
        )

    def read_message(self, body: bytes, cursor: Cursor | None) -> Batch:
        """Return the changes by a message of the webhook. Raise Unusable."""
        cursor = cursor_scope.keep_if_in_scope(cursor, self._scope)
        before = state_diff.from_json(cursor["state"]) if cursor else {}
        regions = self._registration.regions if self._registration else {}
        after = apply_message(body, before, regions, self._anomalies)
        return message_batch(self.name, cursor, before, after, self._clock())

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """Return what changed since the last poll. Raise SourceError."""
        cursor = cursor_scope.keep_if_in_scope(cursor, self._scope)
        if self._registration and cursor:  # messages change the state of a first poll
            await self._registration.register(self.name, self._client)
        try:
            batch = await self._poll(cursor)
        except Refused as refused:
            raise self._explain(refused) from None
        self._refusals = 0
        return batch

    async def _poll(self, cursor: Cursor | None) -> Batch:
        now = self._clock()
        index = await self._index()
        self._staleness.check(index, cursor["index"] if cursor else None, now)
        is_recent = cursor is not None and can_skip(cursor, now) and not _is_old(cursor, now)
        if cursor is not None and is_recent and cursor["index"] == index:
            return unchanged_batch(self.name, cursor, now)
        page = await self._get(self._url, MAX_BYTES, cursor)
        if page is None:
            assert cursor is not None  # noqa: S101 - validators came from it
            fields = {**cursor, "index": index, "read_at": now.isoformat()}
            return unchanged_batch(self.name, fields, now)
        # In a thread, not by the parser pool: other sources' pages never delay an alert.
        snapshot = await asyncio.to_thread(parse_alerts, page.body, self._anomalies)
        fields = {
            "place": self._scope,
            "validators": page.validators,
            "index": index,
            "read_at": now.isoformat(),
        }
        return await asyncio.to_thread(
            poll_batch, self.name, cursor, snapshot, fields, self._clock()
        )

    async def _index(self) -> int:
        page = await self._get(_status_url(self._url), _MAX_STATUS_BYTES, None)
        index = as_object(read_json(page.body if page else b"")).get("lastActionIndex")
        if not isinstance(index, int):
            raise Unusable("has no lastActionIndex")
        return index

    async def _get(self, url: str, limit: int, cursor: Cursor | None) -> Page | None:
        validators = cursor["validators"] if cursor and can_skip(cursor, self._clock()) else None
        return await self._client.get(
            url, max_bytes=limit, validators=validators, headers=self._headers
        )

    def _explain(self, refused: Refused) -> Refused:
        """Blame a few 401 in a row on the rate limit, many on the key."""
        self._refusals = self._refusals + 1 if refused.status == 401 else 0
        if refused.status != 401:
            return refused
        if self._refusals < _BAD_KEY_REFUSALS:
            return Refused(401, retry_after=refused.retry_after or _RATE_LIMIT_WINDOW)
        return Refused(401, reason="many times in a row: check the token")


def _is_old(cursor: Cursor, now: datetime) -> bool:
    return now - datetime.fromisoformat(cursor["read_at"]) >= _FULL_READ_INTERVAL


def _status_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/status"))
