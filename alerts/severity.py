"""Severity: order incidents by their threats and levels. Pure."""

from matching.query.properties import LEVELS
from matching.topics.hazards import hazard_tree
from storage.inbound.incidents import Incident

_LEVEL_RANKS = {"warning": -1, **{level: rank for rank, level in enumerate(LEVELS)}}
_RED_THREAT_RANK = 2  # red stands for missiles; so does an alert without a level


def is_more_severe(incident: Incident, other: Incident) -> bool:
    """Return whether an incident is more severe than another one."""
    return _severity(incident) > _severity(other)


def level_rank(level: str | None) -> int:
    """Return the rank of a level; higher is more severe. An unknown level ranks like green."""
    return _LEVEL_RANKS.get(level or "", 0)


def _severity(incident: Incident) -> tuple[int, int]:
    """Return the rank of the worst threat, then of the level. No level counts as red."""
    red = _LEVEL_RANKS["red"]
    level = red if incident.level is None else level_rank(incident.level)
    threat = max(map(hazard_tree().severity, incident.threats), default=0)
    return max(threat, _RED_THREAT_RANK if level == red else 1), level
