"""Phase views: the readings by which a bulletin that both raises and clears alerts is matched.

In "alarm in Poltava, all clear in Rivne" the topic of the alarm holds for Poltava and that of the
all-clear for Rivne. So a query holds for such a bulletin if it holds in one of three views: of what
is raised, of what is cleared, and of the whole with neither of the two topics.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matching.query.properties import LEVEL
from matching.text.pieces import Pieces
from matching.text.reading import MatchableReading, Point

AIR_ALERT, ALL_CLEAR = "air_alert", "all_clear"

ALERT_TOPICS = frozenset((AIR_ALERT, ALL_CLEAR))
"""Without a statement of its source, a text with one of these topics is an alert."""
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PhaseView:
    """Reading of one phase."""

    pieces: Pieces
    ancestors: Mapping[str, frozenset[str]]
    regions: frozenset[str]
    affected_subtrees: Mapping[str, frozenset[str]]
    topics: frozenset[str]
    withheld_topics: frozenset[str]
    is_alert: bool
    source: str
    measures: Mapping[str, float]
    points: tuple[Point, ...]
    alert_regions: frozenset[str]
    all_clear_regions: frozenset[str]


def is_mixed(reading: MatchableReading) -> bool:
    """Return whether a bulletin raises an alert for some regions and clears one for others."""
    return (
        bool(reading.all_clear_regions or reading.alert_regions)
        and reading.all_clear_regions != reading.alert_regions
        and reading.topics >= ALERT_TOPICS
    )


def views(reading: MatchableReading) -> Sequence[MatchableReading]:
    """Return the readings in one of which a query has to hold: mostly the reading itself."""
    return tuple(_phase_views(reading)) if is_mixed(reading) else (reading,)


def cleared_regions(reading: MatchableReading) -> frozenset[str]:
    """Return the regions that are cleared. One that is raised, too, is raised: the safe choice."""
    return reading.all_clear_regions - reading.alert_regions


def subtrees_in_phase(
    reading: MatchableReading, *, is_cleared: bool
) -> Mapping[str, frozenset[str]]:
    """Return the affected regions of one phase, with everything inside but what the other names."""
    cleared = cleared_regions(reading)
    subtrees = reading.affected_subtrees
    opposite = [subtrees[code] for code in subtrees if (code in cleared) is not is_cleared]
    return {
        code: subtree.difference(*(inner for inner in opposite if inner < subtree))
        for code, subtree in subtrees.items()
        if (code in cleared) is is_cleared
    }


def _phase_views(reading: MatchableReading) -> Iterator[PhaseView]:
    cleared = cleared_regions(reading)
    measures = {name: value for name, value in reading.measures.items() if name != LEVEL}
    for topic, dropped in ((AIR_ALERT, cleared), (ALL_CLEAR, reading.alert_regions)):
        subtrees = subtrees_in_phase(reading, is_cleared=topic == ALL_CLEAR)
        ancestors = {
            code: above for code, above in reading.ancestors.items() if code not in dropped
        }
        inside = frozenset(ancestors).union(*subtrees.values())
        yield PhaseView(
            pieces=reading.pieces,
            ancestors=ancestors,
            regions=frozenset().union(*ancestors.values()),
            affected_subtrees=subtrees,
            topics=reading.topics - (ALERT_TOPICS - {topic}),
            withheld_topics=_NONE,
            is_alert=True,
            source=reading.source,
            measures=reading.measures if topic == AIR_ALERT else measures,
            points=tuple(p for p in reading.points if not p.code or p.code in inside),
            alert_regions=_NONE,
            all_clear_regions=_NONE,
        )
    yield PhaseView(
        pieces=reading.pieces,
        ancestors=reading.ancestors,
        regions=reading.regions,
        affected_subtrees=reading.affected_subtrees,
        topics=reading.topics - ALERT_TOPICS,
        withheld_topics=ALERT_TOPICS,
        is_alert=True,
        source=reading.source,
        measures=measures,
        points=reading.points,
        alert_regions=_NONE,
        all_clear_regions=_NONE,
    )
