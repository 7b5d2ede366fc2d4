"""Past incidents for a backtest: which one a bulletin belongs to, and which ones are related. Pure.

As live, except that an incident's level at the time is not known.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from alerts.extraction import exclude, widen_to
from alerts.observation import Observation
from alerts.region_hierarchy import RegionHierarchy
from matching.places.gazetteer import Gazetteer
from matching.reader import Reading
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incident_spans import IncidentSpan
from storage.inbound.incidents import has_id


class IncidentLookup:
    """Incidents by what their bulletins state."""

    def __init__(self) -> None:
        self._spans: dict[str, list[IncidentSpan]] = {}  # oldest first

    def add(self, newest_first: Iterable[IncidentSpan]) -> None:
        """Add incidents; each call adds older ones than the call before."""
        for span in newest_first:
            self._spans.setdefault(_key(span.region, span.hazard), []).insert(0, span)

    def find(self, observation: Observation, bulletin: StoredBulletin) -> IncidentSpan | None:
        """Return the incident that was the last to open when the bulletin arrived, or None."""
        spans = self._spans.get(_key(observation.region, observation.hazard), [])
        position = bisect_right(spans, bulletin.id, key=lambda span: span.first_bulletin)
        return spans[position - 1] if position else None


def assign_regions(
    observations: Sequence[Observation],
) -> list[tuple[Observation, frozenset[str]]]:
    """Pair each observation with its regions; an alert with an id has one for all of them."""
    if not observations or not has_id(observations[0].hazard):
        return [(observation, frozenset((observation.region,))) for observation in observations]
    regions = frozenset(filter(None, (observation.region for observation in observations)))
    return [(observations[0], regions)]


def is_inhibited(
    region: str,
    reading: Reading,
    related_regions: Sequence[str],
    is_match: Callable[[Reading], bool],
    hierarchy: RegionHierarchy,
    gazetteer: Gazetteer,
) -> bool:
    """Return whether a related incident has informed the subscriber of a region's incident.

    `reading` is of the region. Related incidents have the same hazard, began earlier and are
    active. The rules are those of `alerts.inhibition`, for one subscriber.
    """
    if any(hierarchy.contains(other, region) for other in related_regions):
        return True
    common_regions = {hierarchy.common_region(region, other) for other in related_regions}
    for common in filter(None, common_regions):
        if is_match(widen_to(reading, common, gazetteer.ancestors(common))):
            return True
    inner = [other for other in related_regions if hierarchy.contains(region, other)]
    subtrees = map(gazetteer.subtree, inner)
    return bool(inner) and not is_match(exclude(reading, region, subtrees))


def _key(region: str, hazard: str) -> str:
    """Return the key of an incident. An id names it whatever its region and kind of hazard."""
    return f"id:{hazard.partition(':')[2]}" if has_id(hazard) else f"{hazard} {region}"
