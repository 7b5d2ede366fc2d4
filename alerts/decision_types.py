"""The shapes in which a bulletin that may speak of alerts goes through the decisions."""

from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap

from alerts.observation import Observation
from matching.index.index import Matches
from matching.reader import Reading
from storage.inbound.bulletins import Bulletin


@dataclass(frozen=True)
class Statement:
    """A bulletin that may speak of alerts."""

    place: int  # among those that are stored together
    bulletin: Bulletin
    reading: Reading
    matches: Matches
    fresh: bool  # worth a ring
    baseline: bool  # there before we came


@dataclass
class Recipients:
    """Whom such a bulletin concerns."""

    push: BitMap  # get the bulletin as it is, at once
    story: BitMap = field(default_factory=BitMap)  # know the alert, and get the bulletin as news
    told: BitMap = field(default_factory=BitMap)  # get a message about the incident instead


@dataclass(frozen=True)
class Part:
    """What a bulletin says of one region."""

    said: Statement
    seen: Observation
    reading: Reading  # of that region alone
    matches: Matches  # of that reading
    now: datetime
