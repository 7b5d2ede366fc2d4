"""Reading: the matcher's result for one bulletin (tokens, places, topics, alert or news)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from matching.text.pieces import Pieces
from matching.text.tokenizer import TokenSequence


class Mention(NamedTuple):
    """A place named in the text, after disambiguation."""

    code: str  # a Region's code
    start: int  # code points into title + newline + text
    end: int  # exclusive


class Point(NamedTuple):
    """A point that a bulletin is about, with the land around it that counts as the same place."""

    latitude: float  # degrees
    longitude: float  # degrees
    extent_km: float = 0.0  # radius of a city, or half the gap between the points of an area
    code: str = ""  # of the Region that it stands for; empty for a point that the source gave


class MatchableReading(Protocol):
    """Part of a reading by which queries are decided."""

    @property
    def pieces(self) -> Pieces:
        """Return the pieces of the words."""

    @property
    def regions(self) -> frozenset[str]:
        """Return the regions of the bulletin and their ancestors."""

    @property
    def ancestors(self) -> Mapping[str, frozenset[str]]:
        """Map each region of the bulletin to itself and its ancestors."""

    @property
    def alert_regions(self) -> frozenset[str]:
        """Return the regions for which the text announces an alert."""

    @property
    def all_clear_regions(self) -> frozenset[str]:
        """Return the regions for which the text announces an all-clear."""

    @property
    def affected_subtrees(self) -> Mapping[str, frozenset[str]]:
        """Map each region that an alert applies to, to itself and everything inside."""

    @property
    def topics(self) -> frozenset[str]:
        """Return the names of the topics."""

    @property
    def withheld_topics(self) -> frozenset[str]:
        """Return the topics of which neither the presence nor the absence holds."""

    @property
    def is_alert(self) -> bool:
        """Return whether the bulletin is an alert or an all-clear, not news."""

    @property
    def source(self) -> str:
        """Return the casefolded name of the source."""

    @property
    def measures(self) -> Mapping[str, float]:
        """Map each property that the bulletin has to its value: see `matching.query.properties`."""

    @property
    def points(self) -> tuple[Point, ...]:
        """Return the points that distances are measured from."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the matcher reads in one bulletin."""

    tokens: TokenSequence  # of title and text, with an empty one between the two
    mentions: tuple[Mention, ...]  # in the order of the text
    ancestors: Mapping[str, frozenset[str]]  # region of the bulletin -> itself and its ancestors
    regions: frozenset[str]  # union of the values of ancestors
    # Of an alert, all-clear or warning: region it applies to -> itself and everything inside.
    affected_subtrees: Mapping[str, frozenset[str]]
    nationwide_countries: frozenset[str]  # countries that an alert covers as a whole
    alert_regions: frozenset[str]  # regions for which the text announces an alert
    all_clear_regions: frozenset[str]  # regions for which the text announces an all-clear
    topics: frozenset[str]  # names
    is_alert: bool  # an alert or an all-clear, not news
    source: str  # casefolded name, or empty
    unknown_regions: tuple[str, ...]  # regions from the source that the gazetteer does not have
    is_unplaced: bool = False  # somewhere in its regions: no smaller place is known
    # Name of a property in matching.query.properties -> value, the level as its rank.
    measures: Mapping[str, float] = field(default_factory=dict)
    points: tuple[Point, ...] = ()  # the source's own, else those of the places and affected areas

    @property
    def withheld_topics(self) -> frozenset[str]:
        """Return no topics: only a view of a reading withholds some."""
        return frozenset()

    @property
    def texts(self) -> Sequence[str]:
        """Return the text of each token."""
        return self.tokens.texts

    @property
    def pieces(self) -> Pieces:
        """Return the pieces of the words."""
        return self.tokens.pieces

    @property
    def own_point(self) -> Point | None:
        """Return the point that the source gave, None without one."""
        return self.points[0] if self.points and not self.points[0].code else None
