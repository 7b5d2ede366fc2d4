"""Resolution: the active alerts that an all-clear ends, and those around that stay. Pure."""

from collections.abc import Iterable

from alerts.active_alerts import ActiveAlert
from alerts.extraction import UNSPECIFIED
from alerts.observation import Authority, Observation
from alerts.region_hierarchy import RegionHierarchy


def resolved_by(
    observation: Observation, alerts: Iterable[ActiveAlert], hierarchy: RegionHierarchy
) -> list[ActiveAlert]:
    """Return the alerts that an all-clear ends: those in its region and in all parts of it.

    A poll shows each region by itself, so its all-clear holds for the one region only. The parts
    for which the bulletin raises an alert stay.
    """

    def is_raised(region: str) -> bool:
        raised = observation.raised_elsewhere
        return region in raised or any(hierarchy.contains(code, region) for code in raised)

    includes_parts = observation.authority is not Authority.POLLED
    return [
        alert
        for alert in alerts
        if _is_same_hazard(observation, alert)
        and (
            alert.incident.region == observation.region
            or (
                includes_parts
                and hierarchy.contains(observation.region, alert.incident.region)
                and not is_raised(alert.incident.region)
            )
        )
    ]


def enclosing(
    observation: Observation, alerts: Iterable[ActiveAlert], hierarchy: RegionHierarchy
) -> list[ActiveAlert]:
    """Return the alerts of larger regions: over in this part of them, they stay active."""
    return [
        alert
        for alert in alerts
        if _is_same_hazard(observation, alert)
        and hierarchy.contains(alert.incident.region, observation.region)
    ]


def _is_same_hazard(observation: Observation, alert: ActiveAlert) -> bool:
    """Compare hazards. An all-clear without one means all alerts that its source reported."""
    if observation.hazard == UNSPECIFIED:
        return observation.source in alert.incident.sources
    return observation.hazard == alert.incident.hazard
