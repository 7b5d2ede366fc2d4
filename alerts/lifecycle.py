"""Alert lifecycle: the state machine of one incident over all of its sources. Pure.

    none     -- a report ---------------------------------> active
    active   -- an all-clear in a message ----------------> closed
    active   -- no poll shows it any more ----------------> clearing
    clearing -- CLEAR_DELAY has passed -------------------> closed
    clearing -- a poll shows it again --------------------> active
    active   -- no live source can tell its state --------> unknown
    unknown  -- a live source or a message shows it ------> active
    unknown  -- UNKNOWN_TIMEOUT has passed, never polled -> expired

The first source to report an alert opens an incident; the others confirm it. A declared all-clear
closes it in every state. A text that states one does not, while a live poll shows the alert. Each
transition returns an effect: the incident in its new state, and what happened to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.evidence import Evidence, expiry, is_shown_by_live_source
from alerts.observation import Authority, Liveness, Observation
from alerts.severity import is_more_severe, level_rank
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident, SourceReport, has_id

CLEAR_DELAY = timedelta(seconds=30)
"""Time without the alert in any poll before it closes: single polls miss an alert at times."""

UNKNOWN_TIMEOUT = timedelta(hours=24)
"""Time in the unknown state before an incident expires, without a notification."""

LATE_UPDATE_WINDOW = timedelta(minutes=10)
"""Time after an alert's end in which an update counts as late and does not open it again."""

PERMANENT_ALERTS = frozenset(
    (
        ("UA44000000000018893", "air_raid"),  # Luhansk oblast, active since 2022-04-04
        ("UA01000000000013043", "air_raid"),  # Crimea, active since 2022-12-10
    )
)
"""Alerts that never end. They notify nobody."""


# --- effects ---


@dataclass(frozen=True)
class Opened:
    """Effect: the first report of an alert."""

    incident: Incident


@dataclass(frozen=True)
class Changed:
    """Effect: another level or other threats."""

    incident: Incident
    is_escalation: bool  # more severe than before


@dataclass(frozen=True)
class Confirmed:
    """Effect: the first report of a further source."""

    incident: Incident
    source: str  # the source's name


@dataclass(frozen=True)
class Closed:
    """Effect: the alert is over.

    The incident may be new: an all-clear that overtook its alert is stored as a closed incident.
    """

    incident: Incident


@dataclass(frozen=True)
class BecameUnknown:
    """Effect: no live source can tell any more whether the alert is active."""

    incident: Incident  # in its last known state


@dataclass(frozen=True)
class KnownAgain:
    """Effect: a source shows that an alert in the unknown state is active."""

    incident: Incident


@dataclass(frozen=True)
class Expired:
    """Effect: closed without a notification after UNKNOWN_TIMEOUT."""

    incident: Incident


@dataclass(frozen=True)
class Unchanged:
    """Effect: no transition that anybody is notified of. Bookkeeping may have changed."""

    incident: Incident


Effect = Opened | Changed | Confirmed | Closed | BecameUnknown | KnownAgain | Expired | Unchanged


# --- transitions ---


def apply_observation(
    incident: Incident | None,
    last_closed: Incident | None,
    observation: Observation,
    liveness: Liveness,
    now: datetime,
) -> Effect | None:
    """Apply an observation to the open incident of its region and hazard.

    `incident` is None if none is open. `last_closed` is the last one that was closed there.
    Returns None for an observation that is outdated, expired or without any effect.
    """
    if observation.phase is Phase.CLEAR:
        return _apply_all_clear(incident, last_closed, observation, liveness, now)
    if incident is None:
        return _open(last_closed, observation, now)
    previous = incident.sources.get(observation.source)
    is_poll = observation.authority is Authority.POLLED
    if previous and observation.reported_at < previous.reported_at and not is_poll:
        return None  # messages of one source out of order
    return _apply_report(incident, observation)


def reevaluate(incident: Incident, liveness: Liveness, now: datetime) -> Effect | None:
    """Apply the passing of time and the liveness of sources to an open incident.

    Returns None if neither has an effect.
    """
    if ended_at := _scheduled_end(incident, now):
        return Closed(replace(incident, closed_at=ended_at))
    evidence = Evidence.collect(incident, liveness, now)
    if evidence.is_active:
        active = replace(incident, unknown_since=None, clearing_since=None)
        return KnownAgain(active) if incident.unknown_since else Unchanged(active)
    if evidence.is_over:
        return _clear(incident, now)
    if incident.unknown_since is None:
        return BecameUnknown(replace(incident, unknown_since=evidence.last_known_at or now))
    if evidence.is_messages_only and now - incident.unknown_since >= UNKNOWN_TIMEOUT:
        return Expired(replace(incident, closed_at=now))
    return None


def _scheduled_end(incident: Incident, now: datetime) -> datetime | None:
    """Return the end if all active reports have expired: a forecast needs no all-clear."""
    expiries = [report.expires_at for report in incident.sources.values() if report.is_active]
    scheduled = [expires_at for expires_at in expiries if expires_at]
    is_past = bool(scheduled) and len(scheduled) == len(expiries) and max(scheduled) <= now
    return max(scheduled) if is_past and has_id(incident.hazard) else None


# --- reports ---


def _open(last_closed: Incident | None, observation: Observation, now: datetime) -> Effect | None:
    opened = _merge_report(_new_incident(observation), observation)
    is_outdated = _is_outdated(observation, last_closed, now)
    return None if is_outdated or _is_expired(opened, observation, now) else Opened(opened)


def _is_outdated(observation: Observation, last_closed: Incident | None, now: datetime) -> bool:
    """Return whether the alert that the observation reports has already ended."""
    if last_closed is None or last_closed.closed_at is None:
        return False
    if observation.phase is Phase.UPDATE and now - last_closed.closed_at < LATE_UPDATE_WINDOW:
        return True
    # A state source that shows it again has changed its mind: that is not a late message.
    if observation.authority is Authority.POLLED and not last_closed.is_end_declared:
        return False
    return observation.reported_at <= last_closed.closed_at


def _is_expired(opened: Incident, observation: Observation, now: datetime) -> bool:
    """Return whether a message's report is void already, as when a source brings old items."""
    report = opened.sources[observation.source]
    return observation.authority is not Authority.POLLED and expiry(report) <= now


def _new_incident(observation: Observation) -> Incident:
    return Incident(
        region=observation.region, hazard=observation.hazard, opened_at=observation.reported_at
    )


def _apply_report(before: Incident, observation: Observation) -> Effect:
    after = replace(_merge_report(before, observation), clearing_since=None)
    if before.unknown_since:
        return KnownAgain(replace(after, unknown_since=None))
    if (after.level, frozenset(after.threats)) != (before.level, frozenset(before.threats)):
        return Changed(after, is_escalation=is_more_severe(after, before))
    if observation.source not in before.sources:
        return Confirmed(after, observation.source)
    return Unchanged(after)


def _merge_report(incident: Incident, observation: Observation) -> Incident:
    """Store a source's report, and derive level and threats from all active reports."""
    report = SourceReport(
        is_active=True,
        reported_at=observation.reported_at,
        level=observation.level or ("warning" if observation.phase is Phase.WARNING else None),
        threats=observation.threats,
        expires_at=observation.expires_at,
    )
    sources = {**incident.sources, observation.source: report}
    active = [report for report in sources.values() if report.is_active]
    return replace(
        incident,
        sources=sources,
        level=max((report.level for report in active), key=level_rank),
        threats=tuple(dict.fromkeys(threat for report in active for threat in report.threats)),
    )


# --- all-clears ---


def _apply_all_clear(
    incident: Incident | None,
    last_closed: Incident | None,
    observation: Observation,
    liveness: Liveness,
    now: datetime,
) -> Effect | None:
    is_poll = observation.authority is Authority.POLLED
    cleared_at = now if is_poll else observation.reported_at
    if incident is None:
        return None if is_poll else _close_unopened(last_closed, observation)
    if cleared_at < incident.opened_at:
        return None
    incident = _withdraw_report(incident, observation.source, cleared_at)
    if observation.authority is Authority.DECLARED:
        return Closed(replace(incident, closed_at=cleared_at, is_end_declared=True))
    is_shown = is_shown_by_live_source(incident, liveness, now)
    if observation.authority is Authority.STATED and not is_shown:
        return Closed(replace(incident, closed_at=cleared_at, is_end_declared=True))
    return _apply_absence(incident, liveness, now)


def _close_unopened(last_closed: Incident | None, observation: Observation) -> Effect | None:
    """Store an all-clear without an open incident: its alert may come late."""
    closed_at = observation.reported_at
    if last_closed and last_closed.closed_at and closed_at <= last_closed.closed_at:
        return None
    return Closed(replace(_new_incident(observation), closed_at=closed_at, is_end_declared=True))


def _withdraw_report(incident: Incident, source: str, cleared_at: datetime) -> Incident:
    previous = incident.sources.get(source)
    report = (
        replace(previous, is_active=False, reported_at=cleared_at)
        if previous
        else SourceReport(is_active=False, reported_at=cleared_at)
    )
    return replace(incident, sources={**incident.sources, source: report})


def _apply_absence(incident: Incident, liveness: Liveness, now: datetime) -> Effect:
    """Handle an all-clear that does not close the incident by itself."""
    evidence = Evidence.collect(incident, liveness, now)
    if evidence.is_active:
        return Unchanged(replace(incident, clearing_since=None))
    return _clear(incident, now) if evidence.is_over else Unchanged(incident)


def _clear(incident: Incident, now: datetime) -> Effect:
    """Enter the clearing state, or close the incident when CLEAR_DELAY has passed in it."""
    if incident.clearing_since is None:
        return Unchanged(replace(incident, clearing_since=now))
    if now - incident.clearing_since < CLEAR_DELAY:
        return Unchanged(incident)
    return Closed(replace(incident, closed_at=incident.clearing_since))
