"""Incident changes: merge and withdraw reports, close and reopen incidents. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from alerts.observation import Authority, Observation
from alerts.severity import level_rank
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident, SourceReport, has_id


def new_incident(observation: Observation) -> Incident:
    """Return an incident without reports that starts with the observation."""
    return Incident(
        region=observation.region, hazard=observation.hazard, opened_at=observation.reported_at
    )


def merge_report(incident: Incident, observation: Observation) -> Incident:
    """Store a source's report, and derive level and threats from all active reports."""
    report = SourceReport(
        is_active=True,
        reported_at=observation.reported_at,
        level=observation.level or ("warning" if observation.phase is Phase.WARNING else None),
        threats=observation.threats,
        expires_at=observation.expires_at,
        is_official=observation.authority is not Authority.THIRD_PARTY,
    )
    sources = {**incident.sources, observation.source: report}
    if has_id(incident.hazard):
        sources = _with_newest_content(sources)
    active = [report for report in sources.values() if report.is_active]
    return replace(
        incident,
        sources=sources,
        level=max((report.level for report in active), key=level_rank),
        threats=tuple(dict.fromkeys(threat for report in active for threat in report.threats)),
    )


def is_older_copy(incident: Incident, observation: Observation) -> bool:
    """Return whether another source has reported a newer version of the same warning."""
    return has_id(incident.hazard) and any(
        report.is_active and report.reported_at > observation.reported_at
        for report in incident.sources.values()
    )


def _with_newest_content(sources: Mapping[str, SourceReport]) -> dict[str, SourceReport]:
    """Give all active reports the content of the newest: they are copies of one warning."""
    active = [report for report in sources.values() if report.is_active]
    newest = max(active, key=lambda report: (report.reported_at, level_rank(report.level)))
    return {
        name: replace(newest, is_official=report.is_official) if report.is_active else report
        for name, report in sources.items()
    }


def withdraw_report(incident: Incident, observation: Observation, cleared_at: datetime) -> Incident:
    """Store that a source does not report the alert any more."""
    previous = incident.sources.get(observation.source)
    report = replace(
        previous or SourceReport(is_active=False, reported_at=cleared_at),
        is_active=False,
        reported_at=cleared_at,
        is_official=observation.authority is not Authority.THIRD_PARTY,
    )
    return replace(incident, sources={**incident.sources, observation.source: report})


def close(incident: Incident, ended_at: datetime, *, is_declared: bool = False) -> Incident:
    """Return the incident closed, never before its start."""
    return replace(
        incident, closed_at=max(ended_at, incident.opened_at), is_end_declared=is_declared
    )


def reopen(closed: Incident) -> Incident:
    """Return the closed incident as active again, announced by its first bulletin."""
    return replace(
        closed,
        closed_at=None,
        is_end_declared=False,
        clearing_since=None,
        unknown_since=None,
        last_bulletin=closed.bulletin,
    )
