"""What one bulletin says: its words, its places, its topics, whether it is an alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from matching.text.tokenizer import Line


class Mention(NamedTuple):
    """A place named in the text."""

    code: str  # a Region's code
    start: int  # code points into title + newline + text
    end: int  # exclusive


@dataclass(frozen=True, slots=True)
class Reading:
    """What the matcher knows of one bulletin."""

    tokens: Line  # of title and text, with an empty one between the two
    mentions: tuple[Mention, ...]  # in the order of the text
    above: Mapping[str, frozenset[str]]  # each region it is about -> itself and all around it
    within: frozenset[str]  # all of above together
    below: Mapping[str, frozenset[str]]  # of an alert: where it rings -> itself and all inside
    nationwide: frozenset[str]  # of an alert: codes of countries the whole of which it is for
    raised: frozenset[str]  # codes of the regions for which the text raises an alert
    cleared: frozenset[str]  # codes of those for which it ends one
    topics: frozenset[str]  # names
    alert: bool  # a warning or its end, not news
    source: str  # casefolded name, or empty
    unknown_regions: tuple[str, ...]  # given by the source, in no table

    @property
    def where(self) -> Mapping[str, list[int]]:
        """A token's text -> its positions in tokens."""
        return self.tokens.where
