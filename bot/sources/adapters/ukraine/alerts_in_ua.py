"""Air alerts in Ukraine from alerts.in.ua: everything that is on, at every look.

As https://devs.alerts.in.ua describes it: a token of one's own, at most 12 requests a minute and
address, better 8; `Last-Modified` on every answer.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from bot.sources.adapters.ukraine.service_tables import HAZARDS, TEST_REGION, THREATS, region_number
from bot.sources.adapters.ukraine.state_source import batch, may_skip, unchanged
from bot.sources.base import cursor_scope
from bot.sources.base.anomaly_log import Oddities
from bot.sources.base.source_settings import PolledSettings, WebAddress
from bot.sources.base.staleness import Aging
from bot.sources.core.source import Batch, Clock, Unusable
from bot.sources.core.state_diff import Alert, Seen, joined
from bot.sources.http.client import Fetcher
from bot.sources.parsing.lenient_json import Record, line, moment, read_json, record, records, text
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, between

LARGEST = 16 * 1024 * 1024  # bytes

_HAZARDS = {"artillery": "artillery_shelling"}
_SLASHED = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\S+) ([+-]\d\d)(\d\d)", re.ASCII)
_PARTS = frozenset(("hromada", "city"))


class AlertsInUaSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "alerts_in_ua"`."""

    kind: Literal["alerts_in_ua"]
    url: WebAddress = "https://api.alerts.in.ua/v1/alerts/active.json"
    token: SecretStr = Field(min_length=1)
    every: Annotated[Duration, between("8s", "1d")] = timedelta(seconds=15)

    def source(self, fetcher: Fetcher, clock: Clock) -> "AlertsInUa":
        return AlertsInUa(self, fetcher, clock)


class AlertsInUa:
    """The source of `kind = "alerts_in_ua"`.

    Its cursor: `place`, as in `placing`; `validators`, as in `fetching`; `made`, when the state was
    made (seconds since 1970), or null; the rest as in `watching_states`.
    """

    def __init__(self, settings: AlertsInUaSettings, fetcher: Fetcher, clock: Clock) -> None:
        self.name = settings.name
        self.every = settings.every
        self._settings = settings
        self._fetcher = fetcher
        self._clock = clock
        self._place = cursor_scope.mark(settings.kind, settings.url)
        self._oddities = Oddities(settings.name)
        self._aging = Aging()

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """What changed since the last look. Raises SourceError."""
        cursor = cursor_scope.own(cursor, self._place)
        page = await self._fetcher.get(
            self._settings.url,
            limit=LARGEST,
            validators=cursor["validators"] if cursor and may_skip(cursor, self._clock()) else None,
            headers={"Authorization": f"Bearer {self._settings.token.get_secret_value()}"},
        )
        if page is None:
            assert cursor is not None  # noqa: S101 - it was asked with what stands there
            return unchanged(self.name, cursor, self._clock())
        seen = read_active(page.body, self._oddities)
        made = read_made(page.body)
        self._aging.check(made, cursor.get("made") if cursor else None)
        more = {"place": self._place, "validators": page.validators, "made": made}
        return batch(self.name, cursor, seen, more, self._clock())


def read_active(body: bytes, oddities: Oddities) -> Seen:
    """The answer of /v1/alerts/active.json. Raises Unusable when it is not what it should be."""
    listed = record(read_json(body)).get("alerts")
    if not isinstance(listed, list):
        raise Unusable("lists no alerts")
    known = [one for one in records(listed) if _is_known(one)]
    if len(known) < len(listed):
        oddities.note("alerts", next(one for one in listed if not _is_known(record(one))))
        if not known:
            raise Unusable("has no alert that can be read")
    on = (one for one in known if not (one.get("finished_at") or one.get("deleted_at")))
    alerts = (_alert(one, oddities) for one in on if line(one["location_uid"]) != TEST_REGION)
    return Seen(joined(alerts), whole=len(known) == len(listed))


def read_made(body: bytes) -> float | None:
    """When the state was made: ISO 8601, or as its own library reads it: 2026/06/21 09:20:08 +0000.

    Raises Unusable.
    """
    written = line(record(record(read_json(body)).get("meta")).get("last_updated_at"))
    made = moment(written) or moment(_SLASHED.sub(r"\1-\2-\3T\4\5:\6", written))
    return made.timestamp() if made else None


def _is_known(one: Record) -> bool:
    return all(line(one.get(name)) for name in ("location_uid", "location_title", "alert_type"))


def _alert(one: Record, oddities: Oddities) -> Alert:
    hazard = line(one["alert_type"]).lower()
    hazard = _HAZARDS.get(hazard, hazard)
    level = line(one.get("alert_level")).lower()
    if hazard not in HAZARDS:
        oddities.note("alert_type", hazard)
    if level not in {"", "red", "yellow"}:
        oddities.note("alert_level", level)
    is_part = line(one.get("location_type")) in _PARTS
    raion = line(one.get("location_raion")) if is_part else ""
    title = line(one["location_title"])
    threats = tuple(dict.fromkeys(_threats(one, oddities)))
    return Alert(
        uid=region_number(line(one["location_uid"])),
        region=title,
        hazard=hazard,
        within=raion if raion != title else "",
        level=level or None,
        threats=threats,
        remarks=tuple(dict.fromkeys(_remarks(one, threats))),
        since=moment(one.get("started_at")),
        changed_at=moment(one.get("updated_at")),
    )


def _threats(one: Record, oddities: Oddities) -> Iterator[str]:
    for threat in records(one.get("threats")):
        kind = line(threat.get("threat_type")).lower()
        if kind and kind not in THREATS:
            oddities.note("threat_type", kind)
        if kind:
            yield THREATS.get(kind, kind.replace("_", " "))


def _remarks(one: Record, threats: tuple[str, ...]) -> Iterator[str]:
    """What people wrote, where it says more than the threats do."""
    said = [threat.get("source_message") for threat in records(one.get("threats"))]
    for remark in filter(None, map(text, [*said, one.get("notes")])):
        if remark.casefold() not in map(str.casefold, threats):
            yield remark
