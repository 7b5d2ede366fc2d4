"""Which alerts an end may be the end of: pure."""

from collections.abc import Iterable

from bot.observation import Authority, Observation
from bot.observing import ANY
from bot.ringing import Entry, Nest


def ended(one: Observation, on: Iterable[Entry], nest: Nest) -> list[Entry]:
    """What it is the end of: who says it of a region says it of all that lies in it."""
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
    """What it may be the end of in a part of the region: it goes on in the rest."""
    return [
        entry
        for entry in on
        if _is_of(one, entry) and nest.holds(entry.incident.region, one.region)
    ]


def _is_of(one: Observation, entry: Entry) -> bool:
    """Whether an end may be an alert's. Without a hazard it is of what its source has said."""
    if one.hazard == ANY:
        return one.source in entry.incident.sources
    return one.hazard == entry.incident.hazard
