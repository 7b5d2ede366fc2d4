"""What a source says of a region, and whether it can still be asked: the shapes incidents are
decided from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Key

_STALE_POLLS = 3
_STALE_AT_LEAST = timedelta(seconds=60)


class Authority(Enum):
    """How a source knows."""

    SEEN = "seen"  # it was there, or not, in the answer to a poll
    TOLD = "told"  # its text says so
    DECLARED = "declared"  # it says so in so many fields


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What one source says of one region now."""

    source: str  # the source's configured name
    region: str  # code
    hazard: str
    phase: Phase
    level: str | None = None
    threats: tuple[str, ...] = ()  # names of topics
    authority: Authority
    at: datetime  # aware; when it was said, by the source's own clock where it has one
    expires_at: datetime | None = None  # aware

    @property
    def key(self) -> Key:
        return self.region, self.hazard


@dataclass(frozen=True)
class Polling:
    """How a source of states is doing."""

    every: timedelta  # how often it is polled
    succeeded_at: datetime | None  # aware; the last good poll
    asked_since: datetime | None = None  # aware; before that nobody was there to ask it

    def is_stale(self, now: datetime) -> bool:
        limit = max(_STALE_AT_LEAST, _STALE_POLLS * self.every)
        known = [at for at in (self.succeeded_at, self.asked_since) if at is not None]
        return not known or now - max(known) > limit


Health = Mapping[str, Polling]
"""By name all polled sources of states: what is missing from them is over."""
