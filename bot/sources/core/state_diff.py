"""What is on in which region, and what changed between two looks at it: pure.

Some services do not say what happens, but what is: all alerts that are on. What happened is the
difference of two such states.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage.inbound.bulletins import Phase


@dataclass(frozen=True)
class Alert:
    """One alert that is on in one region."""

    uid: str  # the region's number at alerts.in.ua and ukrainealarm
    region: str  # its official name in Ukrainian
    hazard: str  # "air_raid", "artillery_shelling", ..., or the service's own word
    within: str = ""  # of a hromada: the official name of its raion
    level: str | None = None  # "red", "yellow", or the service's own word
    threats: tuple[str, ...] = ()  # what threatens, in words
    remarks: tuple[str, ...] = ()  # what else is said of it: another wording is no change
    since: datetime | None = None  # aware; when it began
    changed_at: datetime | None = None  # aware; when the service last touched it

    @property
    def id(self) -> str:
        """The same as long as it is on, and at every service."""
        return f"{self.uid}:{self.hazard}"


State = Mapping[str, Alert]
"""All alerts that are on, by their ids."""


@dataclass(frozen=True)
class Seen:
    """What one look showed."""

    state: State
    whole: bool  # False: parts could not be read, so that what is missing may still be on


@dataclass(frozen=True)
class Change:
    """One thing that happened to one alert."""

    phase: Phase  # ACTIVE, UPDATE or CLEAR
    alert: Alert  # as it is now, or as it last was


def joined(alerts: Iterable[Alert]) -> State:
    """One alert an id: a service may list two records of one region and hazard."""
    state: dict[str, Alert] = {}
    for alert in alerts:
        state[alert.id] = _both(state[alert.id], alert) if alert.id in state else alert
    return state


def difference(before: State, seen: Seen) -> tuple[State, tuple[Change, ...]]:
    """The state after the look, and what happened, in the order of time as far as it is told."""
    state = {
        # Some services move the beginning with each change: the first one told is kept.
        id_: replace(alert, since=before[id_].since) if id_ in before else alert
        for id_, alert in seen.state.items()
    }
    gone = {id_: alert for id_, alert in before.items() if id_ not in state}
    if not seen.whole:
        return {**gone, **state}, tuple(_changes(before, state))
    over = [Change(Phase.CLEAR, alert) for alert in gone.values()]
    return state, (*over, *_changes(before, state))


def beginnings(state: State) -> tuple[Change, ...]:
    """All that is on as if it had begun now, in the order of time."""
    return tuple(_changes({}, state))


def to_json(state: State) -> list[dict[str, Any]]:
    """For a cursor: what is as it is by default is left out."""
    return [_fields(alert) for alert in state.values()]


def from_json(written: Iterable[Mapping[str, Any]]) -> State:
    """What `to_json` wrote."""
    alerts = [
        Alert(
            **{
                **fields,
                "threats": tuple(fields.get("threats", ())),
                "remarks": tuple(fields.get("remarks", ())),
                "since": _moment(fields.get("since")),
                "changed_at": _moment(fields.get("changed_at")),
            }
        )
        for fields in written
    ]
    return {alert.id: alert for alert in alerts}


def _changes(before: State, after: State) -> Iterator[Change]:
    changes = [
        Change(Phase.UPDATE if id_ in before else Phase.ACTIVE, alert)
        for id_, alert in after.items()
        if id_ not in before or _says(alert) != _says(before[id_])
    ]
    yield from sorted(changes, key=lambda change: _order(change.alert))


def _says(alert: Alert) -> tuple[str | None, frozenset[str]]:
    """What of an alert is worth an update."""
    return alert.level, frozenset(alert.threats)


def _order(alert: Alert) -> tuple[bool, str]:
    at = alert.changed_at or alert.since
    return at is None, at.isoformat() if at else ""


def _both(one: Alert, other: Alert) -> Alert:
    since = [alert.since for alert in (one, other) if alert.since]
    changed = [alert.changed_at for alert in (one, other) if alert.changed_at]
    return replace(
        one,
        level="red" if "red" in (one.level, other.level) else one.level or other.level,
        threats=tuple(dict.fromkeys((*one.threats, *other.threats))),
        remarks=tuple(dict.fromkeys((*one.remarks, *other.remarks))),
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


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
