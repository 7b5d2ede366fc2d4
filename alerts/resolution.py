"""Which alerts an end may be the end of: pure."""

from collections.abc import Iterable

from alerts.extraction import ANY
from alerts.inhibition import Entry, Nest
from alerts.observation import Authority, Observation


def ended(one: Observation, on: Iterable[Entry], nest: Nest) -> list[Entry]:
    """The alerts that it ends: what is said of a region holds for all that lies in it.

    What polls see holds for the region alone: they see each region by itself.
    """
    inner = one.authority is not Authority.SEEN
    return [
        entry
        for entry in on
        if _is_of(one, entry)
        and (
            entry.incident.region == one.region
            or (inner and nest.holds(one.region, entry.incident.region))
        )
    ]


def around(one: Observation, on: Iterable[Entry], nest: Nest) -> list[Entry]:
    """The alerts of larger regions: over in this part of them, they go on in the rest."""
    return [
        entry
        for entry in on
        if _is_of(one, entry) and nest.holds(entry.incident.region, one.region)
    ]


def _is_of(one: Observation, entry: Entry) -> bool:
    """Whether an end may mean that alert; without a hazard it means those its source told of."""
    if one.hazard == ANY:
        return one.source in entry.incident.sources
    return one.hazard == entry.incident.hazard
