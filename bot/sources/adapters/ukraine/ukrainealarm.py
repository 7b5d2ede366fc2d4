"""Air alerts in Ukraine from ukrainealarm.com, the official service, or a proxy of it.

As its OpenAPI description and the notes of its users have it: the key goes raw into the header
Authorization; `/alerts/status` tells by a number whether anything has changed; about three requests
a minute are answered, more get a 401 with no body, as a wrong key does.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import AfterValidator, Field, SecretStr

from bot.sources.adapters.ukraine.state_source import batch, changed, may_skip, unchanged
from bot.sources.adapters.ukraine.ukrainealarm_parser import apply, read_alerts
from bot.sources.adapters.ukraine.ukrainealarm_registration import Enrolment
from bot.sources.adapters.ukraine.ukrainealarm_webhook import AlarmHook, Tell, address_key
from bot.sources.base import cursor_scope
from bot.sources.base.anomaly_log import Oddities
from bot.sources.base.rsa_signature import read_key
from bot.sources.base.source_settings import PolledSettings, WebAddress
from bot.sources.base.staleness import Aging
from bot.sources.base.webhook_source import Hook
from bot.sources.core import state_diff
from bot.sources.core.source import Batch, Clock, Refused, Unusable
from bot.sources.http.client import Fetcher, Page
from bot.sources.parsing.lenient_json import read_json, record
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, between

LARGEST = 16 * 1024 * 1024  # bytes
_LARGEST_STATUS = 64 * 1024

_SURELY = timedelta(minutes=5)  # so often the whole is read although nothing is said to be new
_BUSY = timedelta(minutes=1)  # its window for counting requests
_BAD_KEY = 15  # 401 in a row: by then it is the key


def _key(pem: str) -> str:
    read_key(pem.encode())
    return pem


class UkraineAlarmSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "ukrainealarm"`."""

    kind: Literal["ukrainealarm"]
    url: WebAddress = "https://api.ukrainealarm.com/api/v3/alerts"
    token: SecretStr = Field(min_length=1)
    every: Annotated[Duration, between("10s", "1d")] = timedelta(seconds=20)
    webhook_url: WebAddress | None = None  # where the service reaches /hook/NAME
    webhook_public_key: Annotated[str, AfterValidator(_key)] | None = None  # PEM: of the service

    def source(self, fetcher: Fetcher, clock: Clock) -> "UkraineAlarm":
        return UkraineAlarm(
            self, self.url, self.token.get_secret_value(), fetcher, clock, self._enrolment()
        )

    def _enrolment(self) -> Enrolment | None:
        if self.webhook_url is None:
            return None
        token, pem = self.token.get_secret_value(), self.webhook_public_key
        return Enrolment(
            self.url,
            self.webhook_url,
            address_key(token, self.name),
            {"Authorization": token},
            read_key(pem.encode()) if pem else None,
        )


class UkraineAlarm:
    """The source of `kind = "ukrainealarm"`, and of proxies of that service.

    Its cursor: `place`, as in `placing`; `validators`, as in `fetching`; `index`, what the status
    was; `read_at`, when the whole was read last (ISO 8601); the rest as in `watching_states`.
    """

    def __init__(
        self,
        settings: PolledSettings,
        url: str,
        token: str,
        fetcher: Fetcher,
        clock: Clock,
        enrolment: Enrolment | None = None,  # where messages come in between
    ) -> None:
        self.name = settings.name
        self._every = settings.every
        self._enrolment = enrolment
        self._url = url
        self._headers = {"Authorization": token} if token else {}
        self._fetcher = fetcher
        self._clock = clock
        self._place = cursor_scope.mark(type(settings).__name__, url)
        self._oddities = Oddities(settings.name)
        self._aging = Aging()
        self._refusals = 0  # 401 in a row

    @property
    def every(self) -> timedelta:
        """Where messages come, looks only make sure of what they told."""
        return _SURELY if self._enrolment and self._enrolment.done else self._every

    def hook(self, tell: Tell) -> Hook | None:
        """Where its messages come; None: it sends none."""
        if self._enrolment is None:
            return None
        where = self._enrolment
        return AlarmHook(self, tell, self._clock, key=where.key, signer=where.signer)

    def told(self, body: bytes, cursor: Cursor | None) -> Batch:
        """What a message of the webhook changes. Raises Unusable."""
        cursor = cursor_scope.own(cursor, self._place)
        before = state_diff.from_json(cursor["state"]) if cursor else {}
        places = self._enrolment.places if self._enrolment else {}
        after = apply(body, before, places, self._oddities)
        return changed(self.name, cursor, before, after, self._clock())

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """What changed since the last look. Raises SourceError."""
        cursor = cursor_scope.own(cursor, self._place)
        if self._enrolment and cursor:  # messages change what a first look has seen
            await self._enrolment.enrol(self.name, self._fetcher)
        try:
            got = await self._look(cursor)
        except Refused as refused:
            raise self._judged(refused) from None
        self._refusals = 0
        return got

    async def _look(self, cursor: Cursor | None) -> Batch:
        now = self._clock()
        index = await self._index()
        self._aging.check(index, cursor["index"] if cursor else None)
        skips = cursor is not None and may_skip(cursor, now) and not _is_old(cursor, now)
        if cursor is not None and skips and cursor["index"] == index:
            return unchanged(self.name, cursor, now)
        page = await self._get(self._url, LARGEST, cursor)
        if page is None:
            assert cursor is not None  # noqa: S101 - it was asked with what stands there
            read = {**cursor, "index": index, "read_at": now.isoformat()}
            return unchanged(self.name, read, now)
        seen = read_alerts(page.body, self._oddities)
        more = {
            "place": self._place,
            "validators": page.validators,
            "index": index,
            "read_at": now.isoformat(),
        }
        return batch(self.name, cursor, seen, more, self._clock())

    async def _index(self) -> int:
        page = await self._get(_status_of(self._url), _LARGEST_STATUS, None)
        index = record(read_json(page.body if page else b"")).get("lastActionIndex")
        if not isinstance(index, int):
            raise Unusable("says no lastActionIndex")
        return index

    async def _get(self, url: str, limit: int, cursor: Cursor | None) -> Page | None:
        validators = cursor["validators"] if cursor and may_skip(cursor, self._clock()) else None
        return await self._fetcher.get(
            url, limit=limit, validators=validators, headers=self._headers
        )

    def _judged(self, refused: Refused) -> Refused:
        """Of many 401 in a row the key is the reason, of a few the number of requests."""
        self._refusals = self._refusals + 1 if refused.status == 401 else 0
        if refused.status != 401:
            return refused
        if self._refusals < _BAD_KEY:
            return Refused(401, retry_after=refused.retry_after or _BUSY)
        return Refused(401, why="for so long that the token must be wrong")


def _is_old(cursor: Cursor, now: datetime) -> bool:
    return now - datetime.fromisoformat(cursor["read_at"]) >= _SURELY


def _status_of(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/status"))
