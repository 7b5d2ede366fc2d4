"""Value types of alert decisions: the tracker's input, and the recipients that it returns."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from pyroaring import BitMap

from alerts.observation import Observation
from matching.index.index import Matches
from matching.reader import Reading
from storage.inbound.bulletins import Bulletin


class Origin(Enum):
    """Kind of batch that a bulletin came in."""

    REPORT = "report"  # a poll, or a message of a source that reports events
    BASELINE = "baseline"  # the first poll of a source: older than our polling
    STATE_MESSAGE = "state_message"  # a message of a state source, between two polls


@dataclass(frozen=True)
class AlertBulletin:
    """Bulletin that may announce an alert, with its reading and matches."""

    position: int  # in the batch of bulletins that is stored together
    bulletin: Bulletin
    reading: Reading
    matches: Matches  # with the sound rule applied
    is_fresh: bool  # recent enough to be pushed
    origin: Origin

    @property
    def is_baseline(self) -> bool:
        """True if no subscriber is informed of it."""
        return self.origin is Origin.BASELINE


@dataclass
class Recipients:
    """Recipients of one bulletin, as sets of subscriber numbers."""

    push: BitMap  # get the bulletin itself, at once
    as_news: BitMap = field(default_factory=BitMap)  # know of the alert, get it as news
    notified: BitMap = field(default_factory=BitMap)  # get a notification of the incident instead


@dataclass(frozen=True)
class RegionObservation:
    """Observation of a bulletin about one region, with the reading reduced to that region."""

    alert_bulletin: AlertBulletin
    observation: Observation
    reading: Reading  # of the region only
    matches: Matches  # of that reading, with the sound rule applied
    now: datetime

    @property
    def subscribers(self) -> BitMap:
        """Return the subscribers that match and get pushes."""
        return self.matches.push
