"""State diff: turns two snapshots of all active alerts into changes. Pure.

Some services do not report events but list every active alert. The events are the difference
between two such snapshots.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage.inbound.bulletins import Phase


@dataclass(frozen=True)
class Alert:
    """One active alert in one region. Field names are JSON keys of cursors and recordings."""

    uid: str  # the region's number at alerts.in.ua and ukrainealarm
    region: str  # its official name in Ukrainian
    hazard: str  # "air_raid", "artillery_shelling", ..., or the service's own word
    within: str = ""  # for a hromada: the official name of its raion
    level: str | None = None  # "red", "yellow", or the service's own word
    threats: tuple[str, ...] = ()  # in words
    topics: tuple[str, ...] = ()  # of the threats, where the service declares their types
    remarks: tuple[str, ...] = ()  # free text: a different wording is not a change
    since: datetime | None = None  # aware; start of the alert
    changed_at: datetime | None = None  # aware; last change at the service

    @property
    def id(self) -> str:
        """Identity while the alert is active, the same at every service."""
        return f"{self.uid}:{self.hazard}"


State = Mapping[str, Alert]
"""All active alerts by their ids."""


@dataclass(frozen=True)
class Snapshot:
    """State as read in one poll."""

    state: State
    is_complete: bool  # False: parts were unreadable, so a missing alert may still be active


@dataclass(frozen=True)
class Change:
    """One event of one alert."""

    phase: Phase  # ACTIVE, UPDATE or CLEAR
    alert: Alert  # as it is now, or as it was last


def merge_alerts(alerts: Iterable[Alert]) -> State:
    """Return one alert for each id: a service may list a region and hazard twice."""
    state: dict[str, Alert] = {}
    for alert in alerts:
        state[alert.id] = _merge(state[alert.id], alert) if alert.id in state else alert
    return state


def clamp_times(state: State, now: datetime) -> State:
    """Return the state without times in the future: they become `now`.

    The service's clock may be ahead, and a local time without a zone was read as UTC.
    """
    return {
        id_: replace(
            alert,
            since=alert.since and min(alert.since, now),
            changed_at=alert.changed_at and min(alert.changed_at, now),
        )
        for id_, alert in state.items()
    }


def diff(before: State, snapshot: Snapshot) -> tuple[State, tuple[Change, ...]]:
    """Return the state after the snapshot and the changes, in order of time where it is given."""
    state = {
        # Some services move the start with each change: keep the first one.
        id_: replace(alert, since=before[id_].since) if id_ in before else alert
        for id_, alert in snapshot.state.items()
    }
    missing = {id_: alert for id_, alert in before.items() if id_ not in state}
    if not snapshot.is_complete:
        return {**missing, **state}, tuple(_changes(before, state))
    cleared = [Change(Phase.CLEAR, alert) for alert in missing.values()]
    return state, (*cleared, *_changes(before, state))


def list_activations(state: State) -> tuple[Change, ...]:
    """Return every alert of the state as newly active, in order of time."""
    return tuple(_changes({}, state))


def to_json(state: State) -> list[dict[str, Any]]:
    """Return the state as JSON for a cursor, without fields that have their default."""
    return [_fields(alert) for alert in state.values()]


def from_json(rows: Iterable[Mapping[str, Any]]) -> State:
    """Return the state that `to_json` wrote."""
    alerts = [
        Alert(
            **{
                **fields,
                "threats": tuple(fields.get("threats", ())),
                "topics": tuple(fields.get("topics", ())),
                "remarks": tuple(fields.get("remarks", ())),
                "since": _parse_time(fields.get("since")),
                "changed_at": _parse_time(fields.get("changed_at")),
            }
        )
        for fields in rows
    ]
    return {alert.id: alert for alert in alerts}


def _changes(before: State, after: State) -> Iterator[Change]:
    changes = [
        Change(Phase.UPDATE if id_ in before else Phase.ACTIVE, alert)
        for id_, alert in after.items()
        if id_ not in before or _notable_fields(alert) != _notable_fields(before[id_])
    ]
    yield from sorted(changes, key=lambda change: _order(change.alert))


def _notable_fields(alert: Alert) -> tuple[str | None, frozenset[str]]:
    """Return the fields that make an update when they change."""
    return alert.level, frozenset(alert.threats)


def _order(alert: Alert) -> tuple[bool, str]:
    time = alert.changed_at or alert.since
    return time is None, time.isoformat() if time else ""


def _merge(first: Alert, second: Alert) -> Alert:
    since = [alert.since for alert in (first, second) if alert.since]
    changed = [alert.changed_at for alert in (first, second) if alert.changed_at]
    levels = (first.level, second.level)
    return replace(
        first,
        level="red" if "red" in levels else first.level or second.level,
        threats=tuple(dict.fromkeys((*first.threats, *second.threats))),
        topics=tuple(dict.fromkeys((*first.topics, *second.topics))),
        remarks=tuple(dict.fromkeys((*first.remarks, *second.remarks))),
        since=min(since, default=None),
        changed_at=max(changed, default=None),
    )


def _fields(alert: Alert) -> dict[str, Any]:
    return {
        name: _as_json(value) for name, value in vars(alert).items() if value not in (None, "", ())
    }


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _parse_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
