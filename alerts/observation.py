"""Observations: one source's statement about an alert in one region, and source liveness."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from storage.inbound.bulletins import Phase
from storage.inbound.incidents import IncidentKey

_STALE_POLLS = 3
_MIN_STALENESS = timedelta(seconds=60)


class Authority(Enum):
    """Basis of an observation."""

    POLLED = "polled"  # the answer to a poll shows the alert, or does not show it any more
    STATED = "stated"  # the text of a message states it
    DECLARED = "declared"  # the fields of a message declare it


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One source's statement about the alert of one region."""

    source: str  # the source's configured name
    region: str  # code
    hazard: str
    phase: Phase
    level: str | None = None
    threats: tuple[str, ...] = ()  # names of topics
    authority: Authority
    reported_at: datetime  # aware; by the source's clock if it has one
    expires_at: datetime | None = None  # aware

    @property
    def key(self) -> IncidentKey:
        """Return the key of the incident that it is about."""
        return self.region, self.hazard


@dataclass(frozen=True)
class SourceLiveness:
    """Liveness of a polled state source."""

    interval: timedelta  # between polls
    succeeded_at: datetime | None  # aware; the last successful poll
    polled_since: datetime | None = None  # aware; start of this process's polls

    def is_stale(self, now: datetime) -> bool:
        """Return whether no poll has succeeded for three intervals, and at least a minute."""
        limit = max(_MIN_STALENESS, _STALE_POLLS * self.interval)
        times = [time for time in (self.succeeded_at, self.polled_since) if time is not None]
        return not times or now - max(times) > limit


Liveness = Mapping[str, SourceLiveness]
"""Liveness of all polled state sources, by name. Such a source shows every active alert: one that
is missing from its answer is over."""
