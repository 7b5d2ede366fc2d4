"""ukrainealarm parser: states, webhook messages and the tree of regions. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.sources.adapters.ukraine.service_tables import (
    AIR_RAID,
    FIRST_LEVEL_REGIONS,
    MAX_STATE_VALUES,
    TEST_REGION,
    normalize_region_id,
)
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.core.errors import Unusable
from bot.sources.core.state_diff import Alert, Snapshot, State, merge_alerts
from bot.sources.parsing.lenient_json import (
    JsonObject,
    as_line,
    as_object,
    as_objects,
    as_time,
    read_json,
)

_HAZARDS = {
    "air": AIR_RAID,
    "artillery": "artillery_shelling",
    "urban_fights": "urban_fights",
    "chemical": "chemical",
    "nuclear": "nuclear",
}
_NO_THREAT = "info"
_ACTIVATED, _DEACTIVATED = "activat", "deactivat"  # "Deactivate", "DEACTIVATED"
_CLOCK_TOLERANCE = timedelta(seconds=5)
"""A start in the future became our time of its receipt, and ends have whole seconds."""

_MAX_DEPTH = 4  # oblast, raion, hromada, settlement


@dataclass(frozen=True)
class ServiceRegion:
    """A region in the service's own tree."""

    name: str  # in Ukrainian
    within: str = ""  # for a hromada: the name of its raion


def parse_alerts(body: bytes, anomalies: AnomalyLog) -> Snapshot:
    """Return the snapshot in an answer of /api/v3/alerts. Raise Unusable."""
    regions = read_json(body, MAX_STATE_VALUES)
    if not isinstance(regions, list):
        raise Unusable("has no list of alerts")
    names = {
        _region_id(region): as_line(region.get("regionName")) for region in as_objects(regions)
    }
    parsed = [alert for region in regions for alert in _alerts(as_object(region), names, anomalies)]
    readable = [alert for alert in parsed if alert is not None]
    if parsed and not readable:
        raise Unusable("has no readable alert")
    alerts = (
        alert for alert in readable if alert.uid != TEST_REGION and alert.hazard != _NO_THREAT
    )
    return Snapshot(merge_alerts(alerts), is_complete=len(readable) == len(parsed))


def _region_id(item: JsonObject) -> str:
    return normalize_region_id(as_line(item.get("regionId")))


def _alerts(
    region: JsonObject, names: dict[str, str], anomalies: AnomalyLog
) -> Iterator[Alert | None]:
    """Yield the alerts of a listed region, None for each unreadable part."""
    listed = region.get("activeAlerts")
    if listed is None and as_line(region.get("regionId")):
        return
    if not isinstance(listed, list):
        anomalies.log_once("region", region)
        yield None
        return
    for item in map(as_object, listed):
        yield _alert(item, as_line(region.get("regionId")), names, anomalies)


def _alert(
    item: JsonObject, listed_under: str, names: dict[str, str], anomalies: AnomalyLog
) -> Alert | None:
    # A raion lists its oblast's alerts too: each belongs to the region that it names itself.
    uid = normalize_region_id(as_line(item.get("regionId")) or listed_under)
    kind = as_line(item.get("type")).lower()
    if not uid or not kind:
        anomalies.log_once("activeAlerts", item)
        return None
    if kind not in _HAZARDS and kind != _NO_THREAT:
        anomalies.log_once("type", kind)
    levels = as_objects(item.get("activeAlertLevels"))
    reasons = (as_line(level.get("reason")) for level in levels)
    changes = (as_time(level.get("createdAt")) for level in levels)
    return Alert(
        uid=uid,
        region=FIRST_LEVEL_REGIONS.get(uid) or names.get(uid) or f"uid:{uid}",
        hazard=_HAZARDS.get(kind, kind),
        level=_highest_level(kind, levels, anomalies),
        threats=tuple(dict.fromkeys(filter(None, reasons))),
        since=as_time(item.get("lastUpdate")),
        changed_at=max(filter(None, changes), default=None),
    )


def _highest_level(kind: str, levels: Sequence[JsonObject], anomalies: AnomalyLog) -> str | None:
    """Return the highest level; an air alert without any is red, as its users report.

    Levels are made for air alerts. Other types bear a default, meaningless without a reason.
    """
    is_air = _HAZARDS.get(kind) == AIR_RAID
    stated = [level for level in levels if is_air or as_line(level.get("reason"))]
    names = [name for level in stated if (name := as_line(level.get("alertLevel")).lower())]
    for name in names:
        if name not in {"red", "yellow"}:
            anomalies.log_once("alertLevel", name)
    if not names:
        return "red" if is_air else None
    return "red" if "red" in names else names[0]


def parse_regions(body: bytes) -> dict[str, ServiceRegion]:
    """Return the regions in an answer of /api/v3/regions, by number. Raise Unusable."""
    states = as_object(read_json(body)).get("states")
    if not isinstance(states, list):
        raise Unusable("has no list of regions")
    return dict(_regions(states, ()))


def _regions(listed: object, outer: tuple[str, ...]) -> Iterator[tuple[str, ServiceRegion]]:
    """Walk the tree; `outer` holds the names of the regions around, the oblast first."""
    for item in as_objects(listed):
        uid, name = _region_id(item), as_line(item.get("regionName"))
        if uid and name:
            raion = outer[1] if len(outer) > 1 else ""
            yield uid, ServiceRegion(FIRST_LEVEL_REGIONS.get(uid, name), raion)
        if len(outer) < _MAX_DEPTH:
            yield from _regions(item.get("regionChildIds"), (*outer, name))


def apply_message(
    body: bytes, before: State, regions: Mapping[str, ServiceRegion], anomalies: AnomalyLog
) -> State:
    """Return the state after a message of the webhook. Raise Unusable.

    A message reports either one change, or all active alerts of some regions.
    """
    value = read_json(body)
    if isinstance(value, list):
        return _with_regions(body, before, anomalies)
    message = as_object(value)
    uid = _region_id(message)
    status = as_line(message.get("status")).lower()
    if not status or (alert := _alert(_as_listed(message), uid, {}, anomalies)) is None:
        raise Unusable("has no region, type or status")
    if uid == TEST_REGION or alert.hazard == _NO_THREAT:
        return before
    current = before.get(alert.id)
    if not status.startswith((_ACTIVATED, _DEACTIVATED)):
        anomalies.log_once("status", status)
        raise Unusable("has an unknown status")
    if status.startswith(_DEACTIVATED) and not message.get("activeAlertLevels"):
        # Messages overtake each other: this one does not end an alert that started after it.
        is_newer = (
            current
            and current.since
            and alert.since
            and current.since > alert.since + _CLOCK_TOLERANCE
        )
        if is_newer:
            return before
        return {id_: active for id_, active in before.items() if id_ != alert.id}
    region = regions.get(uid) or ServiceRegion(current.region if current else alert.region)
    return {**before, alert.id: replace(alert, region=region.name, within=region.within)}


def _as_listed(message: JsonObject) -> JsonObject:
    """Return the message in the form of an alert in the state."""
    return {
        "regionId": message.get("regionId"),
        "type": message.get("alarmType"),
        "lastUpdate": message.get("createdAt"),
        "activeAlertLevels": message.get("activeAlertLevels"),
    }


def _with_regions(body: bytes, before: State, anomalies: AnomalyLog) -> State:
    """Return the state with the alerts of the listed regions replaced."""
    snapshot = parse_alerts(body, anomalies)
    listed = {_region_id(region) for region in as_objects(read_json(body))}
    kept = {
        id_: alert
        for id_, alert in before.items()
        if not (snapshot.is_complete and alert.uid in listed)
    }
    return {**kept, **snapshot.state}
