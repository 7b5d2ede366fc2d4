"""Observation extraction: from a bulletin and its reading to one observation a region. Pure."""

from collections.abc import Iterable, Set
from dataclasses import replace

from alerts.classification import is_declared_alert
from alerts.observation import Authority, Observation
from matching.query.phase_views import (
    AIR_ALERT,
    ALL_CLEAR,
    cleared_regions,
    is_mixed,
    subtrees_in_phase,
)
from matching.reader import Reading
from matching.text.reading import Point
from matching.text.tokenizer import tokenize
from matching.topics.hazards import AIR, hazard_tree
from storage.inbound.bulletins import Bulletin, Phase
from storage.inbound.incidents import has_id

AIR_RAID = "air_raid"
UNSPECIFIED = "alert"
"""Hazard of an alert whose source names none."""

_TRACKED_HAZARDS = frozenset(
    (AIR_RAID, "artillery_shelling", "urban_fights", "chemical", "nuclear", UNSPECIFIED)
)
"""Hazards with at most one alert at a time in a region. Two storm warnings can be two storms: those
are tracked only if their source gives them ids."""

_HAZARD_BY_TOPIC = {"artillery": "artillery_shelling", "nuclear": "nuclear"}
_TREE = hazard_tree()

_SHORT_NOTICE = 40
"""Words: a longer text contains more than the alert that it announces."""


def extract_observations(
    bulletin: Bulletin, reading: Reading, authority: Authority
) -> tuple[Observation, ...]:
    """Return the observations of a bulletin, one for each region; none if it is not tracked.

    Not tracked are bulletins without an alert or a place, and hazards outside of
    `_TRACKED_HAZARDS` without an id, but for those of state sources. An update of an alert with an
    id need not name a place: it yields one observation with an empty region, because the open
    incident has its region. `authority` is that of the bulletin's source.
    """
    hazard = _hazard(bulletin, reading, is_tracked=authority is Authority.POLLED)
    if not reading.is_alert or hazard is None:
        return ()
    observation = Observation(
        source=bulletin.source,
        region="",
        hazard=hazard,
        phase=Phase.ACTIVE,
        level=bulletin.level,
        threats=_TREE.threats(reading.topics),
        authority=authority,
        reported_at=bulletin.issued_at,
        expires_at=bulletin.expires_at,
    )
    if has_id(hazard) and not reading.affected_subtrees:
        return (replace(observation, phase=_phase(bulletin)),)
    cleared = _cleared_regions(bulletin, reading)
    raised = frozenset(reading.affected_subtrees) - cleared
    return tuple(
        replace(observation, region=code, phase=Phase.CLEAR, raised_elsewhere=raised)
        if code in cleared
        else replace(observation, region=code, phase=_phase(bulletin))
        for code in sorted(reading.affected_subtrees)
    )


def is_full_report(bulletin: Bulletin, reading: Reading) -> bool:
    """Return whether the text is worth reading for people who already know of the alert."""
    return not is_declared_alert(bulletin) and len(reading.tokens) > _SHORT_NOTICE


def is_restricted_to(reading: Reading, regions: Set[str]) -> bool:
    """Return whether a reading says one thing, of these regions only."""
    return reading.ancestors.keys() == regions and not is_mixed(reading)


def restrict_to(reading: Reading, *codes: str) -> Reading:
    """Return the reading restricted to these of its regions, and to what it says of them.

    Of a bulletin that raises one alert and clears another it has the topic of their phase.
    """
    ancestors = {code: reading.ancestors.get(code, frozenset((code,))) for code in codes}
    affected, topics = reading.affected_subtrees, reading.topics
    if is_mixed(reading):
        is_cleared = cleared_regions(reading).issuperset(codes)
        affected = subtrees_in_phase(reading, is_cleared=is_cleared)
        topics -= {AIR_ALERT if is_cleared else ALL_CLEAR}
    subtrees = {code: affected.get(code, frozenset((code,))) for code in codes}
    return replace(
        reading,
        ancestors=ancestors,
        regions=frozenset().union(*ancestors.values()),
        affected_subtrees=subtrees,
        topics=topics,
        points=_points_inside(reading, frozenset().union(*subtrees.values())),
    )


def exclude(reading: Reading, code: str, excluded: Iterable[frozenset[str]]) -> Reading:
    """Return the reading restricted to one region, without the excluded parts of it."""
    single = restrict_to(reading, code)
    subtree = single.affected_subtrees[code].difference(*excluded)
    points = _points_inside(single, subtree)
    return replace(single, affected_subtrees={code: subtree}, points=points)


def widen_to(reading: Reading, code: str, ancestors: Iterable[str]) -> Reading:
    """Return the reading as one of a whole region: it matches subscribers of all of that region."""
    regions = frozenset((code, *ancestors))
    return replace(
        reading, ancestors={code: regions}, regions=regions, affected_subtrees={}, points=()
    )


def without_all_clear(reading: Reading) -> Reading:
    """Return the reading of an all-clear without its words: only its places match."""
    return replace(reading, tokens=tokenize(""), topics=reading.topics - {"all_clear"})


def _points_inside(reading: Reading, codes: frozenset[str]) -> tuple[Point, ...]:
    """Return the source's own point, and the points of these regions."""
    return tuple(point for point in reading.points if not point.code or point.code in codes)


def _phase(bulletin: Bulletin) -> Phase:
    return bulletin.phase or Phase.ACTIVE


def _cleared_regions(bulletin: Bulletin, reading: Reading) -> frozenset[str]:
    """Return the regions with an all-clear.

    A text that both raises and clears an alert for one region raises it: the safe choice.
    """
    if bulletin.phase:
        is_clear = bulletin.phase is Phase.CLEAR
        return frozenset(reading.affected_subtrees) if is_clear else frozenset()
    return cleared_regions(reading)


def _hazard(bulletin: Bulletin, reading: Reading, *, is_tracked: bool) -> str | None:
    """Return the hazard by the declared field, else by the topics; None if it is not tracked.

    `is_tracked`: its source lists each alert once, so any hazard can be tracked.
    """
    if bulletin.hazard:
        hazard = _normalize(bulletin.hazard.lower())
        return hazard if is_tracked or hazard in _TRACKED_HAZARDS or has_id(hazard) else None
    if "air_alert" in reading.topics:
        return AIR_RAID
    by_topic = next(
        (_HAZARD_BY_TOPIC[name] for name in _HAZARD_BY_TOPIC if name in reading.topics), None
    )
    if by_topic or "all_clear" in reading.topics:
        return by_topic or AIR_RAID
    return UNSPECIFIED


def _normalize(declared: str) -> str:
    """Return one name for all under which senders declare the same tracked hazard."""
    name = None if has_id(declared) else _TREE.find_name(declared)
    if name is None:
        return declared
    if _TREE.is_within(name, AIR):
        return AIR_RAID
    return _HAZARD_BY_TOPIC.get(name, name if name in _TRACKED_HAZARDS else declared)
