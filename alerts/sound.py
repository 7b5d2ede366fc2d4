"""Sound rule: the operator's default, by which a bulletin has sound unless a person chose. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pyroaring import BitMap

from alerts.active_alerts import ActiveAlert
from matching.index.index import Matches
from matching.query.properties import LEVEL, LEVELS, level_rank
from matching.reader import Reading
from matching.text.reading import MatchableReading
from matching.topics.hazards import AIR, hazard_tree
from storage.inbound.bulletins import Bulletin
from storage.inbound.incidents import Incident

_RED = LEVELS.index("red")


@dataclass(frozen=True)
class SoundRule:
    """Default rule: warnings have sound from a level, air-raid alerts at any level."""

    sound_from: str = "orange"  # one of LEVELS

    def has_sound(self, bulletin: Bulletin, reading: MatchableReading) -> bool:
        """Return whether a bulletin has sound. News has it, and what declares too little."""
        rank = reading.measures.get(LEVEL)
        is_declared = bulletin.phase is not None and bulletin.hazard is not None
        if not reading.is_alert or (rank is None and not is_declared):
            return True
        return self._has_sound((bulletin.hazard or "", *reading.topics), rank)

    def has_incident_sound(self, incident: Incident) -> bool:
        """Return whether an incident has sound at its present level."""
        return self._has_sound((incident.hazard, *incident.threats), incident_rank(incident))

    def silent_at_end(self, alert: ActiveAlert, matches: Matches) -> BitMap:
        """Return the subscribers that get an all-clear without sound: those of a silent alert.

        `matches` are those of the all-clear `at_highest_level`.
        """
        audible = matches.audible if self.has_incident_sound(alert.incident) else BitMap()
        return matches.silent | (alert.silent - audible)

    def _has_sound(self, hazards: Iterable[str], rank: float | None) -> bool:
        if any(map(_is_air_raid, hazards)):
            return True
        # Without a known level it has not begun or is over, and ranks below every level.
        return rank is not None and rank >= LEVELS.index(self.sound_from)


DEFAULT_SOUND_RULE = SoundRule()


def incident_rank(incident: Incident) -> int | None:
    """Return the rank of an incident's level; no level counts as red, an unknown one as none."""
    return _RED if incident.level is None else level_rank(incident.level)


def at_highest_level(reading: Reading) -> Reading:
    """Return the reading of an all-clear with the highest level.

    So those match with sound for whom the alert may have had sound, at whatever level it has been.
    """
    return replace(reading, measures={**reading.measures, LEVEL: _RED})


def _is_air_raid(name: str) -> bool:
    tree = hazard_tree()
    hazard = tree.find_name(name.partition(":")[0])  # an id may follow
    return name == "air_alert" or (hazard is not None and tree.is_within(hazard, AIR))
