"""Air alerts in Ukraine from ukrainealarm.com, the official service, or a proxy of it.

As its OpenAPI description and the notes of its users have it: the key goes raw into the header
Authorization; `/alerts/status` tells by a number whether anything has changed; about three requests
a minute are answered, more get a 401 with no body, as a wrong key does.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr

from bot.sources import placing
from bot.sources.fetching import Fetcher, Page
from bot.sources.loose import Record, line, moment, read_json, record, records
from bot.sources.oddities import Oddities
from bot.sources.settings import PolledSettings, WebAddress
from bot.sources.source import Batch, Clock, Refused, Unusable
from bot.sources.states import Alert, Seen, joined
from bot.sources.ukraine import AIR, FIRST_LEVEL, TEST_REGION, region_number
from bot.sources.watching_states import batch, may_skip, unchanged
from storage.durations import Duration, between
from storage.sources import Cursor

LARGEST = 16 * 1024 * 1024  # bytes
_LARGEST_STATUS = 64 * 1024

_SURELY = timedelta(minutes=5)  # so often the whole is read although nothing is said to be new
_BUSY = timedelta(minutes=1)  # its window for counting requests
_BAD_KEY = 15  # 401 in a row: by then it is the key

_HAZARDS = {
    "air": AIR,
    "artillery": "artillery_shelling",
    "urban_fights": "urban_fights",
    "chemical": "chemical",
    "nuclear": "nuclear",
}
_NO_THREAT = "info"


class UkraineAlarmSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "ukrainealarm"`."""

    kind: Literal["ukrainealarm"]
    url: WebAddress = "https://api.ukrainealarm.com/api/v3/alerts"
    token: SecretStr = Field(min_length=1)
    every: Annotated[Duration, between("10s", "1d")] = timedelta(seconds=20)

    def source(self, fetcher: Fetcher, clock: Clock) -> "UkraineAlarm":
        return UkraineAlarm(self, self.url, self.token.get_secret_value(), fetcher, clock)


class UkraineAlarm:
    """The source of `kind = "ukrainealarm"`, and of proxies of that service.

    Its cursor: `place`, as in `placing`; `validators`, as in `fetching`; `index`, what the status
    was; `read_at`, when the whole was read last (ISO 8601); the rest as in `watching_states`.
    """

    def __init__(
        self, settings: PolledSettings, url: str, token: str, fetcher: Fetcher, clock: Clock
    ) -> None:
        self.name = settings.name
        self.every = settings.every
        self._url = url
        self._headers = {"Authorization": token} if token else {}
        self._fetcher = fetcher
        self._clock = clock
        self._place = placing.mark(type(settings).__name__, url)
        self._oddities = Oddities(settings.name)
        self._refusals = 0  # 401 in a row

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """What changed since the last look. Raises SourceError."""
        try:
            got = await self._look(placing.own(cursor, self._place))
        except Refused as refused:
            raise self._judged(refused) from None
        self._refusals = 0
        return got

    async def _look(self, cursor: Cursor | None) -> Batch:
        now = self._clock()
        index = await self._index()
        skips = cursor is not None and may_skip(cursor) and not _is_old(cursor, now)
        if cursor is not None and skips and cursor["index"] == index:
            return unchanged(self.name, cursor)
        page = await self._get(self._url, LARGEST, cursor)
        if page is None:
            assert cursor is not None  # noqa: S101 - it was asked with what stands there
            read = {**cursor, "index": index, "read_at": now.isoformat()}
            return unchanged(self.name, read)
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
        validators = cursor["validators"] if cursor and may_skip(cursor) else None
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


def read_alerts(body: bytes, oddities: Oddities) -> Seen:
    """The answer of /api/v3/alerts. Raises Unusable when it is not what it should be."""
    regions = read_json(body)
    if not isinstance(regions, list):
        raise Unusable("lists no alerts")
    names = {
        region_number(line(one.get("regionId"))): line(one.get("regionName"))
        for one in records(regions)
    }
    found = [alert for one in regions for alert in _alerts(record(one), names, oddities)]
    alerts = [alert for alert in found if alert is not None]
    if found and not alerts:
        raise Unusable("has no alert that can be read")
    on = (one for one in alerts if one.uid != TEST_REGION and one.hazard != _NO_THREAT)
    return Seen(joined(on), whole=len(alerts) == len(found))


def _alerts(one: Record, names: dict[str, str], oddities: Oddities) -> Iterator[Alert | None]:
    """The alerts of a listed region; None for each part that cannot be read."""
    listed = one.get("activeAlerts")
    if listed is None and line(one.get("regionId")):
        return
    if not isinstance(listed, list):
        oddities.note("region", one)
        yield None
        return
    for alert in map(record, listed):
        yield _alert(alert, line(one.get("regionId")), names, oddities)


def _alert(one: Record, outer: str, names: dict[str, str], oddities: Oddities) -> Alert | None:
    # A raion lists its oblast's alerts too: each belongs to the region it names itself.
    uid = region_number(line(one.get("regionId")) or outer)
    kind = line(one.get("type")).lower()
    if not uid or not kind:
        oddities.note("activeAlerts", one)
        return None
    if kind not in _HAZARDS and kind != _NO_THREAT:
        oddities.note("type", kind)
    levels = records(one.get("activeAlertLevels"))
    return Alert(
        uid=uid,
        region=FIRST_LEVEL.get(uid) or names.get(uid) or f"uid:{uid}",
        hazard=_HAZARDS.get(kind, kind),
        level=_level(kind, levels, oddities),
        threats=tuple(dict.fromkeys(filter(None, (line(each.get("reason")) for each in levels)))),
        since=moment(one.get("lastUpdate")),
        changed_at=max(
            filter(None, (moment(each.get("createdAt")) for each in levels)), default=None
        ),
    )


def _level(kind: str, levels: Sequence[Record], oddities: Oddities) -> str | None:
    """The gravest; an air alert without any is red, as its users report."""
    said = [level for each in levels if (level := line(each.get("alertLevel")).lower())]
    for level in said:
        if level not in {"red", "yellow"}:
            oddities.note("alertLevel", level)
    if not said:
        return "red" if _HAZARDS.get(kind) == AIR else None
    return "red" if "red" in said else said[0]


def _is_old(cursor: Cursor, now: datetime) -> bool:
    return now - datetime.fromisoformat(cursor["read_at"]) >= _SURELY


def _status_of(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/status"))
