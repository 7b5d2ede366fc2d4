"""Evidence: the state of an incident by those source reports that can be believed now. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.observation import Liveness
from storage.inbound.incidents import Incident, SourceReport

REPORT_TTL = timedelta(hours=24)
"""Validity of a message that reports an alert without an expiry time of its own."""


@dataclass(frozen=True)
class Evidence:
    """State of an alert by those reports that can be believed now."""

    is_active: bool  # a live poll or a valid message shows it
    is_over: bool  # a poll has seen its end, and no other poll may still show it
    is_messages_only: bool  # no state source has ever reported it
    last_known_at: datetime | None  # last success of a dead source that showed it

    @classmethod
    def collect(cls, incident: Incident, liveness: Liveness, now: datetime) -> "Evidence":
        """Weigh the reports of all sources: polls supersede older messages."""
        reports = incident.sources
        polled = {name: report for name, report in reports.items() if name in liveness}
        live = {name for name in polled if not liveness[name].is_stale(now)}
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
            report for name, report in reports.items() if name not in liveness and report.is_active
        ]
        is_vouched = any(
            superseded_until is None or report.reported_at > superseded_until
            for report in messages
            if expiry(report) > now
        )
        return cls(
            is_active=any(name in live for name in showing) or is_vouched,
            is_over=any(name in live for name in cleared) or (bool(cleared) and not dead),
            is_messages_only=not polled,
            last_known_at=max(dead_success_times, default=None),
        )


def expiry(report: SourceReport) -> datetime:
    """Return the time from which a message's report is void."""
    return report.expires_at or report.reported_at + REPORT_TTL


def is_shown_by_live_source(incident: Incident, liveness: Liveness, now: datetime) -> bool:
    """Return whether a live state source shows the alert."""
    return any(
        report.is_active and name in liveness and not liveness[name].is_stale(now)
        for name, report in incident.sources.items()
    )
