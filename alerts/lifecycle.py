"""Alert lifecycle: the state machine of one incident over all of its sources. Pure.

    none     -- a report ---------------------------------> active
    active   -- an official all-clear, or a third party's --> closed
    active   -- no poll shows it any more ----------------> clearing
    clearing -- CLEAR_DELAY has passed -------------------> closed
    clearing -- a poll shows it again --------------------> active
    active   -- no live source can tell its state --------> unknown
    unknown  -- a good poll or a message shows it --------> active
    unknown  -- UNKNOWN_TIMEOUT has passed, never polled -> expired
    closed   -- a state source still shows it ------------> active (reopened)

The first source to report an alert opens an incident; the others confirm it. Official are the state
sources, which are polled, and the webhooks configured as official; all others are third parties.
A state source may send messages between two polls: their all-clears are official messages, too.
What each transition does with an unusual input:

| input            | none, or closed         | active, clearing          | unknown                 |
|------------------|-------------------------|---------------------------|-------------------------|
| start in the     | opens; starts when it   | merged; its time is that  | known again             |
| future           | was received            | of its receipt            |                         |
| start in the     | opens with that start;  | merged; a message older   | known again by a poll,  |
| past             | before the last end: a  | than the source's last is | or by a message newer   |
|                  | poll reopens, a message | ignored                   | than the last good poll |
|                  | is too late             |                           |                         |
| start without a  | read as UTC: in the future like the first row, in the past like the second  |
| zone             |                         |                           |                         |
| official message | remembered: an older    | closed, even if polls     | closed                  |
| all-clear        | report does not open    | show it: see "reopened"   |                         |
| third party's    | remembered: only third  | closed if no official     | closed: nothing live    |
| all-clear        | parties' older reports  | source shows it; else its | shows it                |
|                  | do not open             | own report is withdrawn   |                         |
| absence in a     | withdraws the report    | clearing if no other live | the same                |
| poll             |                         | source shows it           |                         |
| graver state     | opens, however soon     | always notifies           | known again, notifies   |
|                  | after the end           |                           |                         |
| restart          | nothing                 | state sources count as    | stays unknown until a   |
|                  |                         | live until their answers  | good poll               |
|                  |                         | are too old               |                         |
| outage           | nothing                 | unknown when the last     | stays; expires if only  |
|                  |                         | answers are too old       | messages reported it    |
| our clock goes   | an end in the future    | CLEAR_DELAY begins again; | nothing                 |
| back             | hides no report         | an end is never before    |                         |
|                  |                         | the start                 |                         |

An official end that arrives late ends nothing if polls have shown the alert an interval after it.
Reopened: after an official message's end, a poll one interval later must still show the alert,
because the last poll may be older than the end. After any other end, the next good poll counts.
The end of a poll counts always, whatever the start. Each transition returns an effect (`effects`).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.effects import (
    BecameUnknown,
    Changed,
    Closed,
    Confirmed,
    Effect,
    Expired,
    KnownAgain,
    Opened,
    Reopened,
    Unchanged,
)
from alerts.evidence import Evidence, expiry, is_refuted, last_shown_at
from alerts.incident_changes import close, merge_report, new_incident, reopen, withdraw_report
from alerts.observation import Authority, Liveness, Observation, SourceLiveness
from alerts.severity import is_more_severe
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident, has_id

CLEAR_DELAY = timedelta(seconds=30)
"""Time without the alert in any poll before it closes: single polls miss an alert at times."""

UNKNOWN_TIMEOUT = timedelta(hours=24)
"""Time in the unknown state before an incident expires, without a notification."""

LATE_UPDATE_WINDOW = timedelta(minutes=10)
"""Time after an alert's end in which a message's update counts as late and does not open it."""

PERMANENT_ALERTS = frozenset(
    (
        ("UA44000000000018893", "air_raid"),  # Luhansk oblast, active since 2022-04-04
        ("UA01000000000013043", "air_raid"),  # Crimea, active since 2022-12-10
    )
)
"""Alerts that never end. They notify nobody."""


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
        if incident is None:
            return _remember_all_clear(last_closed, observation, liveness, now)
        return _apply_all_clear(incident, observation, liveness, now)
    if incident is None:
        return _start(last_closed, observation, liveness, now)
    previous = incident.sources.get(observation.source)
    is_poll = observation.authority is Authority.POLLED
    if previous and observation.reported_at < min(previous.reported_at, now) and not is_poll:
        return None  # messages of one source out of order
    return _apply_report(incident, observation)


def reevaluate(incident: Incident, liveness: Liveness, now: datetime) -> Effect | None:
    """Apply the passing of time and the liveness of sources to an open incident.

    Returns None if neither has an effect.
    """
    if ended_at := _scheduled_end(incident, now):
        return Closed(close(incident, ended_at))
    evidence = Evidence.collect(incident, liveness, now)
    if evidence.is_active:
        active = replace(incident, unknown_since=None, clearing_since=None)
        return KnownAgain(active) if incident.unknown_since else Unchanged(active)
    if evidence.is_over:
        return _clear(incident, now)
    if incident.unknown_since is None:
        return BecameUnknown(replace(incident, unknown_since=evidence.last_known_at or now))
    if evidence.is_messages_only and now - incident.unknown_since >= UNKNOWN_TIMEOUT:
        return Expired(close(incident, now))
    return None


def reevaluate_closed(closed: Incident, liveness: Liveness, now: datetime) -> Reopened | None:
    """Reopen a closed incident that a state source still shows in a good poll after its end."""
    for name, report in closed.sources.items():
        source = liveness.get(name)
        if not report.is_active or source is None or not source.has_answered(now):
            continue
        if source.succeeded_at and source.succeeded_at >= _outdated_until(closed, source, now):
            return Reopened(reopen(closed))
    return None


def _outdated_until(closed: Incident, source: SourceLiveness | None, now: datetime) -> datetime:
    """Return the time up to which polls that show the alert may be older than its end."""
    if closed.closed_at is None or closed.closed_at > now:  # our clock has gone back
        return now
    interval = source.interval if source and closed.is_end_declared else timedelta(0)
    return closed.closed_at + interval


def _scheduled_end(incident: Incident, now: datetime) -> datetime | None:
    """Return the end if all active reports have expired: a forecast needs no all-clear."""
    expiries = [report.expires_at for report in incident.sources.values() if report.is_active]
    scheduled = [expires_at for expires_at in expiries if expires_at]
    is_past = bool(scheduled) and len(scheduled) == len(expiries) and max(scheduled) <= now
    return max(scheduled) if is_past and has_id(incident.hazard) else None


# --- reports ---


def _start(
    last_closed: Incident | None, observation: Observation, liveness: Liveness, now: datetime
) -> Effect | None:
    """Apply a report while no incident is open."""
    if last_closed and last_closed.closed_at:
        if observation.authority is Authority.POLLED:
            return _apply_poll_after_end(last_closed, observation, liveness, now)
        if ended_at := _end_for(last_closed, observation):
            if _is_late(last_closed, observation, ended_at, now):
                return None
        elif observation.reported_at <= last_closed.closed_at and _was_open(last_closed):
            return Reopened(merge_report(reopen(last_closed), observation))
    opened = merge_report(new_incident(observation), observation)
    report = opened.sources[observation.source]
    # A message's report may be void already, as when a source brings old items.
    is_void = observation.authority is not Authority.POLLED and expiry(report) <= now
    return None if is_void else Opened(opened)


def _apply_poll_after_end(
    closed: Incident, observation: Observation, liveness: Liveness, now: datetime
) -> Effect:
    """Open the alert anew, reopen it, or remember that a poll still shows it."""
    ended_at = closed.closed_at or now
    previous = closed.sources.get(observation.source)
    is_new = observation.reported_at > ended_at
    if not _was_open(closed) or (is_new and not (previous and previous.is_active)):
        return Opened(merge_report(new_incident(observation), observation))
    merged = merge_report(closed, observation)
    is_current = now >= _outdated_until(closed, liveness.get(observation.source), now)
    if is_new or is_current or is_more_severe(merged, closed):
        return Reopened(reopen(merged))
    return Unchanged(merged)


def _was_open(closed: Incident) -> bool:
    """Return whether an alert was reported before its all-clear."""
    is_shown = any(report.is_active for report in closed.sources.values())
    return is_shown or (closed.closed_at is not None and closed.closed_at > closed.opened_at)


def _end_for(closed: Incident, observation: Observation) -> datetime | None:
    """Return the end that a message must be later than to count; None if there is none."""
    if observation.authority is Authority.THIRD_PARTY:
        return closed.closed_at
    ends = [r.reported_at for r in closed.sources.values() if r.is_official and not r.is_active]
    return max(ends, default=None)


def _is_late(closed: Incident, observation: Observation, ended_at: datetime, now: datetime) -> bool:
    """Return whether the alert that a message reports has already ended."""
    if ended_at > now:  # our clock has gone back
        return False
    if observation.reported_at <= ended_at:
        return True
    is_update = observation.phase is Phase.UPDATE and now - ended_at < LATE_UPDATE_WINDOW
    return is_update and not is_more_severe(merge_report(closed, observation), closed)


def _apply_report(before: Incident, observation: Observation) -> Effect:
    after = replace(merge_report(before, observation), clearing_since=None)
    if before.unknown_since:
        return KnownAgain(replace(after, unknown_since=None))
    if (after.level, frozenset(after.threats)) != (before.level, frozenset(before.threats)):
        return Changed(after, is_escalation=is_more_severe(after, before))
    if observation.source not in before.sources:
        return Confirmed(after, observation.source)
    return Unchanged(after)


# --- all-clears ---


def _apply_all_clear(
    incident: Incident, observation: Observation, liveness: Liveness, now: datetime
) -> Effect | None:
    if observation.authority is Authority.POLLED and not observation.is_announced:
        return _apply_absence(withdraw_report(incident, observation, now), liveness, now)
    cleared_at = observation.reported_at
    own = incident.sources.get(observation.source)
    if cleared_at < min(own.reported_at if own else incident.opened_at, now):
        return None  # of an earlier alert
    withdrawn = withdraw_report(incident, observation, cleared_at)
    is_official = observation.authority is not Authority.THIRD_PARTY
    if is_official and not is_refuted(withdrawn, cleared_at, liveness, now):
        # The alert was on for as long as polls have shown it.
        shown_at = last_shown_at(withdrawn, liveness, now)
        return Closed(close(withdrawn, max(cleared_at, shown_at or cleared_at), is_declared=True))
    if Evidence.collect(withdrawn, liveness, now).is_shown_officially:
        return _apply_absence(withdrawn, liveness, now)
    return Closed(close(withdrawn, cleared_at))


def _remember_all_clear(
    last_closed: Incident | None, observation: Observation, liveness: Liveness, now: datetime
) -> Effect | None:
    """Store an all-clear without an open incident: its alert may come late."""
    reports = last_closed.sources if last_closed else {}
    is_poll = observation.authority is Authority.POLLED
    closed_at = now if is_poll else observation.reported_at
    if last_closed and any(r.is_active and name in liveness for name, r in reports.items()):
        # It may have to be reopened, so it stays the last one.
        own = reports.get(observation.source)
        is_reported = own is not None and own.is_active
        withdrawn = withdraw_report(last_closed, observation, closed_at)
        return Unchanged(withdrawn) if is_reported else None
    is_older = last_closed and last_closed.closed_at and closed_at <= last_closed.closed_at
    if is_poll or is_older:
        return None
    # Keep the ends that official sources have reported.
    ended = {name: r for name, r in reports.items() if r.is_official and not r.is_active}
    unopened = withdraw_report(
        replace(new_incident(observation), sources=ended), observation, closed_at
    )
    is_official = observation.authority is Authority.OFFICIAL
    return Closed(close(unopened, closed_at, is_declared=is_official))


def _apply_absence(incident: Incident, liveness: Liveness, now: datetime) -> Effect:
    """Handle an all-clear that does not close the incident by itself."""
    evidence = Evidence.collect(incident, liveness, now)
    if evidence.is_active:
        return Unchanged(replace(incident, clearing_since=None))
    return _clear(incident, now) if evidence.is_over else Unchanged(incident)


def _clear(incident: Incident, now: datetime) -> Effect:
    """Enter the clearing state, or close the incident when CLEAR_DELAY has passed in it."""
    # Our clock may have gone back since.
    if incident.clearing_since is None or incident.clearing_since > now:
        return Unchanged(replace(incident, clearing_since=now))
    if now - incident.clearing_since < CLEAR_DELAY:
        return Unchanged(incident)
    return Closed(close(incident, incident.clearing_since))
