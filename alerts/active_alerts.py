"""Active alerts: the open incidents in memory, with write-through to the database."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.effects import Effect, Reopened, Unchanged
from storage.engine.database import Database, Transaction
from storage.inbound import incidents
from storage.inbound.incidents import Incident, IncidentAudience, IncidentKey, has_id

_CLOSED_RETENTION = timedelta(days=1)
"""Time that a closed incident stays in memory: a message from before its end may come later."""


@dataclass(frozen=True)
class Audience:
    """Subscribers that an alert concerns and that do not know of it yet."""

    members: BitMap  # all of them
    to_notify: BitMap  # get a new message
    linked: BitMap  # have a message of a related alert: most of them get no new one
    silent: BitMap  # get their message without sound

    @property
    def inhibited(self) -> BitMap:
        """Return the members that get no new message: a related alert has notified them."""
        return self.members - self.to_notify


@dataclass
class ActiveAlert:
    """Open incident with its audience."""

    incident: Incident
    notified: BitMap = field(default_factory=BitMap)  # as in IncidentAudience
    linked: BitMap = field(default_factory=BitMap)  # as in IncidentAudience
    silent: BitMap = field(default_factory=BitMap)  # as in IncidentAudience
    is_stored: bool = True  # the database has its present state
    has_unsaved_audience: bool = False
    # Positions in the batch of bulletins that is stored next; None: not in this batch.
    first_position: int | None = None  # of its first bulletin
    last_position: int | None = None  # of the last bulletin that changed or ended it

    @property
    def is_state_known(self) -> bool:
        """Return whether a source can tell that it is active."""
        return self.incident.unknown_since is None

    def add_audience(self, audience: Audience) -> None:
        """Add subscribers that know of the alert from now on."""
        self.notified = self.notified | audience.members
        self.linked = self.linked | audience.linked
        self.silent = self.silent | audience.silent
        self.has_unsaved_audience = True

    def add_sound(self, audible: BitMap) -> None:
        """Record that these subscribers get the alert with sound from now on, to its end."""
        if self.silent & audible:
            self.silent, self.has_unsaved_audience = self.silent - audible, True


class ActiveAlerts:
    """Registry of the active alerts, and the only writer of incidents. One for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._active: dict[IncidentKey, ActiveAlert] = {}
        self._last_closed: dict[IncidentKey, ActiveAlert] = {}
        self._unsaved_closed: list[ActiveAlert] = []
        self._is_loaded = False

    def __iter__(self) -> Iterator[ActiveAlert]:
        """Iterate over a copy, the oldest first."""
        return iter(tuple(self._active.values()))

    def find(self, key: IncidentKey) -> ActiveAlert | None:
        """Return the active alert of a region and hazard."""
        return self._active.get(key)

    def last_closed(self, key: IncidentKey) -> Incident | None:
        """Return the incident of a region and hazard that was closed last, within a day."""
        alert = self._last_closed.get(key)
        return alert.incident if alert else None

    def closed_but_shown(self, state_sources: Collection[str]) -> list[Incident]:
        """Return the closed incidents that one of the state sources has not stopped showing."""
        return [
            alert.incident
            for alert in self._last_closed.values()
            if _is_shown_by(alert.incident, state_sources)
            and alert.incident.key not in self._active
        ]

    @property
    def has_unsaved_changes(self) -> bool:
        """Return whether `store` has anything to do."""
        return bool(self._unsaved_closed) or not all(
            alert.is_stored for alert in self._active.values()
        )

    async def load(self, now: datetime) -> None:
        """Load the open incidents from the database, unless they are in memory."""
        if self._is_loaded:
            return
        async with self._database.read() as transaction:
            opened = await incidents.get_open(transaction)
            closed = await incidents.last_closed(transaction, now - _CLOSED_RETENTION)
            alerts = {i.id: ActiveAlert(i) for i in (*opened, *closed.values())}
            # An alert with an id is never reopened.
            needed = [*opened, *(i for i in closed.values() if not has_id(i.hazard))]
            ids = [incident.id for incident in needed]
            audiences = await incidents.get_audiences(transaction, ids)
        for id_, audience in audiences.items():
            alert = alerts[id_]
            alert.notified, alert.linked = audience.notified, audience.linked
            alert.silent = audience.silent
        self._active = {incident.key: alerts[incident.id] for incident in opened}
        self._last_closed = {key: alerts[incident.id] for key, incident in closed.items()}
        self._is_loaded = True

    def discard(self) -> None:
        """Discard the state in memory after a failed transaction. The next `load` reads it anew."""
        self._unsaved_closed = []
        self._is_loaded = False

    def apply(self, effect: Effect, position: int | None) -> ActiveAlert:
        """Apply an effect.

        `position` is the index in the batch of the bulletin that caused it; None if a timer did.
        """
        incident = effect.incident
        is_of_closed = isinstance(effect, Reopened | Unchanged) and incident.key not in self._active
        alert = (self._last_closed if is_of_closed else self._active).get(incident.key)
        alert = alert or ActiveAlert(incident)
        alert.incident, alert.is_stored = incident, False
        if position is not None:
            if alert.first_position is None and not incident.bulletin:
                alert.first_position = position
            alert.last_position = position
        if incident.closed_at is None:
            self._active[incident.key] = alert
            if isinstance(effect, Reopened):
                self._last_closed.pop(incident.key, None)
        else:
            self._active.pop(incident.key, None)
            self._last_closed[incident.key] = alert
            self._unsaved_closed.append(alert)
            self._forget_closed(incident.closed_at - _CLOSED_RETENTION)
        return alert

    def _forget_closed(self, before: datetime) -> None:
        self._last_closed = {
            key: alert
            for key, alert in self._last_closed.items()
            if (closed_at := alert.incident.closed_at) is None or closed_at > before
        }

    async def store(self, transaction: Transaction, bulletin_ids: Sequence[int]) -> None:
        """Write all changes. `bulletin_ids` are the ids of the batch's bulletins, by position."""
        for alert in [*self._unsaved_closed, *self._active.values()]:
            if alert.is_stored:
                continue
            alert.incident = _with_bulletins(alert, bulletin_ids)
            id_ = await incidents.store(transaction, alert.incident)
            alert.incident = replace(alert.incident, id=id_)
            if alert.has_unsaved_audience:
                audience = IncidentAudience(alert.notified, alert.linked, alert.silent)
                await incidents.store_audience(transaction, id_, audience)
            alert.is_stored, alert.has_unsaved_audience = True, False
        self._unsaved_closed = []


def _is_shown_by(incident: Incident, sources: Collection[str]) -> bool:
    return any(report.is_active and name in sources for name, report in incident.sources.items())


def _with_bulletins(alert: ActiveAlert, bulletin_ids: Sequence[int]) -> Incident:
    """Replace the positions of an alert's bulletins by their ids."""
    incident = alert.incident
    if alert.first_position is not None:
        incident = replace(incident, bulletin=bulletin_ids[alert.first_position])
    if alert.last_position is not None:
        incident = replace(incident, last_bulletin=bulletin_ids[alert.last_position])
    alert.first_position = alert.last_position = None
    return incident
