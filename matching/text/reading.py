"""Reading: the matcher's result for one bulletin (tokens, places, topics, alert or news)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from matching.text.tokenizer import TokenSequence


class Mention(NamedTuple):
    """A place named in the text, after disambiguation."""

    code: str  # a Region's code
    start: int  # code points into title + newline + text
    end: int  # exclusive


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything the matcher reads in one bulletin."""

    tokens: TokenSequence  # of title and text, with an empty one between the two
    mentions: tuple[Mention, ...]  # in the order of the text
    ancestors: Mapping[str, frozenset[str]]  # region of the bulletin -> itself and its ancestors
    regions: frozenset[str]  # union of the values of ancestors
    # Only of an alert or all-clear: region it applies to -> itself and everything inside.
    affected_subtrees: Mapping[str, frozenset[str]]
    nationwide_countries: frozenset[str]  # countries that an alert covers as a whole
    alert_regions: frozenset[str]  # regions for which the text announces an alert
    all_clear_regions: frozenset[str]  # regions for which the text announces an all-clear
    topics: frozenset[str]  # names
    is_alert: bool  # an alert or an all-clear, not news
    source: str  # casefolded name, or empty
    unknown_regions: tuple[str, ...]  # regions from the source that the gazetteer does not have

    @property
    def positions(self) -> Mapping[str, list[int]]:
        """Map each token's text to its positions in tokens."""
        return self.tokens.positions
