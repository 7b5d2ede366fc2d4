"""Evidence: the state of an incident by those source reports that can be believed now. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.observation import Liveness
from storage.inbound.incidents import Incident, SourceReport

REPORT_TTL = timedelta(hours=24)
"""Validity of a message that reports an alert without an expiry time of its own."""


@dataclass(frozen=True)
class Evidence:
    """State of an alert according to the reports that are credible now."""

    is_active: bool  # a live poll or a valid message shows it
    is_shown_officially: bool  # a live poll, or a valid message of an official webhook
    is_over: bool  # a poll has seen its end, and no other poll may still show it
    is_messages_only: bool  # no state source has ever reported it
    last_known_at: datetime | None  # last success of a dead source that showed it

    @classmethod
    def collect(cls, incident: Incident, liveness: Liveness, now: datetime) -> "Evidence":
        """Weigh the reports of all sources: polls supersede older messages."""
        reports = incident.sources
        polled = {name: report for name, report in reports.items() if name in liveness}
        live = _live_sources(incident, liveness, now)
        showing = [name for name, report in polled.items() if report.is_active]
        dead = [name for name in showing if name not in live]
        cleared = [name for name, report in polled.items() if not report.is_active]
        dead_success_times = [
            time for name in dead if (time := liveness[name].succeeded_at) is not None
        ]
        superseded_until = max(
            [*(polled[name].reported_at for name in cleared), *dead_success_times], default=None
        )
        messages = [
            report
            for name, report in reports.items()
            if name not in liveness and report.is_active and expiry(report) > now
            if superseded_until is None or report.reported_at > superseded_until
        ]
        is_polled_live = any(name in live for name in showing)
        return cls(
            is_active=is_polled_live or bool(messages),
            is_shown_officially=is_polled_live or any(report.is_official for report in messages),
            is_over=any(name in live for name in cleared) or (bool(cleared) and not dead),
            is_messages_only=not polled,
            last_known_at=max(dead_success_times, default=None),
        )


def expiry(report: SourceReport) -> datetime:
    """Return the time from which a message's report is void."""
    return report.expires_at or report.reported_at + REPORT_TTL


def last_shown_at(incident: Incident, liveness: Liveness, now: datetime) -> datetime | None:
    """Return the last success of a live state source that shows the alert."""
    live = _live_sources(incident, liveness, now)
    times = (liveness[name].succeeded_at for name in live if incident.sources[name].is_active)
    return max(filter(None, times), default=None)


def is_refuted(incident: Incident, ended_at: datetime, liveness: Liveness, now: datetime) -> bool:
    """Return whether a poll has shown the alert an interval after an end that arrives late."""
    times = (
        (liveness[name].succeeded_at, liveness[name].interval)
        for name in _live_sources(incident, liveness, now)
        if incident.sources[name].is_active
    )
    return any(shown_at and shown_at >= ended_at + interval for shown_at, interval in times)


def _live_sources(incident: Incident, liveness: Liveness, now: datetime) -> frozenset[str]:
    """Return the state sources of the incident's reports that can be believed.

    After a restart a source need not have answered yet, but it must have to end the unknown state.
    """
    is_unknown = incident.unknown_since is not None
    return frozenset(
        name
        for name in incident.sources
        if (source := liveness.get(name))
        and (source.has_answered(now) if is_unknown else not source.is_stale(now))
    )
