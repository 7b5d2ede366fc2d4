"""alerts.in.ua source: all active air alerts in Ukraine, in each answer.

From https://devs.alerts.in.ua: a personal token, at most 12 requests a minute for each client
address, better 8; `Last-Modified` on every answer.
"""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from bot.sources.adapters.ukraine.service_tables import (
    HAZARDS,
    MAX_STATE_VALUES,
    TEST_REGION,
    THREATS,
    normalize_region_id,
)
from bot.sources.adapters.ukraine.state_source import can_skip, poll_batch, unchanged_batch
from bot.sources.base import cursor_scope
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.base.source_settings import PolledSettings
from bot.sources.base.staleness import StalenessCheck
from bot.sources.core.errors import Unusable
from bot.sources.core.source import Batch, Clock
from bot.sources.core.state_diff import Alert, Snapshot, merge_alerts
from bot.sources.http.client import HttpClient
from bot.sources.parsing.lenient_json import (
    JsonObject,
    as_line,
    as_object,
    as_objects,
    as_text,
    as_time,
    read_json,
)
from bot.web_address import WebAddress
from matching.query.properties import LEVEL
from matching.topics.hazards import hazard_tree
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

MAX_BYTES = 2 * 1024 * 1024  # all 1,600 regions at once have 1.4 MB

_HAZARDS = {"artillery": "artillery_shelling"}
_SLASHED_TIME = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\S+) ([+-]\d\d)(\d\d)", re.ASCII)
_PARTS_OF_RAION = frozenset(("hromada", "city"))


class AlertsInUaSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "alerts_in_ua"`."""

    is_state_source: ClassVar[bool] = True
    properties: ClassVar[frozenset[str]] = frozenset((LEVEL,))

    kind: Literal["alerts_in_ua"]
    url: WebAddress = "https://api.alerts.in.ua/v1/alerts/active.json"
    token: SecretStr = Field(min_length=1)
    every: Annotated[Duration, duration_range("8s", "1d")] = timedelta(seconds=15)

    def build_source(self, client: HttpClient, clock: Clock) -> "AlertsInUa":
        """Return the source of alerts.in.ua."""
        return AlertsInUa(self, client, clock)


class AlertsInUa:
    """The source of `kind = "alerts_in_ua"`.

    Cursor: `place`, see `cursor_scope`; `validators`, see `http.client`; `made`, time of the state
    (seconds since 1970), or null; and the fields of `state_source`.
    """

    def __init__(self, settings: AlertsInUaSettings, client: HttpClient, clock: Clock) -> None:
        self.name = settings.name
        self.every = settings.every
        self._settings = settings
        self._client = client
        self._clock = clock
        self._scope = cursor_scope.scope_id(settings.kind, settings.url)
        self._anomalies = AnomalyLog(settings.name)
        self._staleness = StalenessCheck()

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """Return what changed since the last poll. Raise SourceError."""
        cursor = cursor_scope.keep_if_in_scope(cursor, self._scope)
        page = await self._client.get(
            self._settings.url,
            max_bytes=MAX_BYTES,
            validators=cursor["validators"] if cursor and can_skip(cursor, self._clock()) else None,
            headers={"Authorization": f"Bearer {self._settings.token.get_secret_value()}"},
        )
        if page is None:
            assert cursor is not None  # noqa: S101 - validators came from it
            return unchanged_batch(self.name, cursor, self._clock())
        # In a thread, not by the parser pool: other sources' pages never delay an alert.
        snapshot, state_time = await asyncio.to_thread(parse_answer, page.body, self._anomalies)
        self._staleness.check(state_time, cursor.get("made") if cursor else None, self._clock())
        fields = {"place": self._scope, "validators": page.validators, "made": state_time}
        return await asyncio.to_thread(
            poll_batch, self.name, cursor, snapshot, fields, self._clock()
        )


def parse_answer(body: bytes, anomalies: AnomalyLog) -> tuple[Snapshot, float | None]:
    """Return the snapshot in an answer of /v1/alerts/active.json. Raise Unusable.

    The second value is when the state was made, in seconds since 1970, or None.
    """
    answer = as_object(read_json(body, MAX_STATE_VALUES))
    return _snapshot(answer, anomalies), _state_time(as_object(answer.get("meta")))


def _snapshot(answer: JsonObject, anomalies: AnomalyLog) -> Snapshot:
    listed = answer.get("alerts")
    if not isinstance(listed, list):
        raise Unusable("has no list of alerts")
    readable = [item for item in as_objects(listed) if _is_readable(item)]
    if len(readable) < len(listed):
        unreadable = next(item for item in listed if not _is_readable(as_object(item)))
        anomalies.log_once("alerts", unreadable)
        if not readable:
            raise Unusable("has no readable alert")
    active = (item for item in readable if not (item.get("finished_at") or item.get("deleted_at")))
    alerts = (
        _alert(item, anomalies) for item in active if as_line(item["location_uid"]) != TEST_REGION
    )
    return Snapshot(merge_alerts(alerts), is_complete=len(readable) == len(listed))


def _state_time(meta: JsonObject) -> float | None:
    """Read ISO 8601, or 2026/06/21 09:20:08 +0000 as the service's own client library does."""
    text = as_line(meta.get("last_updated_at"))
    time = as_time(text) or as_time(_SLASHED_TIME.sub(r"\1-\2-\3T\4\5:\6", text))
    return time.timestamp() if time else None


def _is_readable(item: JsonObject) -> bool:
    return all(as_line(item.get(name)) for name in ("location_uid", "location_title", "alert_type"))


def _alert(item: JsonObject, anomalies: AnomalyLog) -> Alert:
    hazard = as_line(item["alert_type"]).lower()
    hazard = _HAZARDS.get(hazard, hazard)
    level = as_line(item.get("alert_level")).lower()
    if hazard not in HAZARDS:
        anomalies.log_once("alert_type", hazard)
    if level not in {"", "red", "yellow"}:
        anomalies.log_once("alert_level", level)
    is_part = as_line(item.get("location_type")) in _PARTS_OF_RAION
    raion = as_line(item.get("location_raion")) if is_part else ""
    title = as_line(item["location_title"])
    kinds = tuple(dict.fromkeys(_threat_types(item, anomalies)))
    threats = tuple(THREATS.get(kind, kind.replace("_", " ")) for kind in kinds)
    topics = (topic for kind in kinds for topic in hazard_tree().find_by_code("threat", kind))
    return Alert(
        uid=normalize_region_id(as_line(item["location_uid"])),
        region=title,
        hazard=hazard,
        within=raion if raion != title else "",
        level=level or None,
        threats=threats,
        topics=tuple(dict.fromkeys(topics)),
        remarks=tuple(dict.fromkeys(_remarks(item, threats))),
        since=as_time(item.get("started_at")),
        changed_at=as_time(item.get("updated_at")),
    )


def _threat_types(item: JsonObject, anomalies: AnomalyLog) -> Iterator[str]:
    for threat in as_objects(item.get("threats")):
        kind = as_line(threat.get("threat_type")).lower()
        if kind and kind not in THREATS:
            anomalies.log_once("threat_type", kind)
        if kind:
            yield kind


def _remarks(item: JsonObject, threats: tuple[str, ...]) -> Iterator[str]:
    """Yield free text that does not just repeat a threat."""
    messages = [threat.get("source_message") for threat in as_objects(item.get("threats"))]
    for remark in filter(None, map(as_text, [*messages, item.get("notes")])):
        if remark.casefold() not in map(str.casefold, threats):
            yield remark
