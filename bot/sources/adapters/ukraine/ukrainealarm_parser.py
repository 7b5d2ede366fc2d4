"""What ukrainealarm.com says, read: its states, its messages and its tree of regions. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.sources.adapters.ukraine.service_tables import AIR, FIRST_LEVEL, TEST_REGION, region_number
from bot.sources.base.anomaly_log import Oddities
from bot.sources.core.source import Unusable
from bot.sources.core.state_diff import Alert, Seen, State, joined
from bot.sources.parsing.lenient_json import Record, line, moment, read_json, record, records

_HAZARDS = {
    "air": AIR,
    "artillery": "artillery_shelling",
    "urban_fights": "urban_fights",
    "chemical": "chemical",
    "nuclear": "nuclear",
}
_NO_THREAT = "info"
_OVER = "deactivate"
_DEEPEST = 4  # oblast, raion, hromada, settlement


@dataclass(frozen=True)
class Place:
    """A region of the service's own tree."""

    name: str  # in Ukrainian
    within: str = ""  # of a hromada: the name of its raion


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


def read_places(body: bytes) -> dict[str, Place]:
    """The answer of /api/v3/regions, by number. Raises Unusable."""
    states = record(read_json(body)).get("states")
    if not isinstance(states, list):
        raise Unusable("lists no regions")
    return dict(_places(states, ()))


def _places(listed: object, around: tuple[str, ...]) -> Iterator[tuple[str, Place]]:
    for one in records(listed):
        uid, name = region_number(line(one.get("regionId"))), line(one.get("regionName"))
        if uid and name:
            yield uid, Place(FIRST_LEVEL.get(uid, name), around[1] if len(around) > 1 else "")
        if len(around) < _DEEPEST:
            yield from _places(one.get("regionChildIds"), (*around, name))


def apply(body: bytes, before: State, places: Mapping[str, Place], oddities: Oddities) -> State:
    """All that is on after a message of the webhook. Raises Unusable.

    It tells either of one change, or of some regions all that is on in them.
    """
    said = read_json(body)
    if isinstance(said, list):
        return _with_regions(body, before, oddities)
    message = record(said)
    uid = region_number(line(message.get("regionId")))
    status = line(message.get("status")).lower()
    if not status or (alert := _alert(_as_listed(message), uid, {}, oddities)) is None:
        raise Unusable("tells of no region, type or status")
    if uid == TEST_REGION or alert.hazard == _NO_THREAT:
        return before
    known = before.get(alert.id)
    if status == _OVER and not message.get("activeAlertLevels"):
        # What began after that was not ended by it: messages overtake each other.
        newer = known and known.since and alert.since and known.since > alert.since
        return before if newer else {id_: on for id_, on in before.items() if id_ != alert.id}
    place = places.get(uid) or Place(known.region if known else alert.region)
    told = replace(alert, region=place.name, within=place.within)
    return {**before, alert.id: told}


def _as_listed(message: Record) -> Record:
    """As the state lists an alert."""
    return {
        "regionId": message.get("regionId"),
        "type": message.get("alarmType"),
        "lastUpdate": message.get("createdAt"),
        "activeAlertLevels": message.get("activeAlertLevels"),
    }


def _with_regions(body: bytes, before: State, oddities: Oddities) -> State:
    seen = read_alerts(body, oddities)
    listed = {region_number(line(one.get("regionId"))) for one in records(read_json(body))}
    kept = {id_: alert for id_, alert in before.items() if not (seen.whole and alert.uid in listed)}
    return {**kept, **seen.state}
