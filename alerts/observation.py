"""Observations: one source's statement about an alert in one region, and source liveness."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from storage.inbound.bulletins import Phase
from storage.inbound.incidents import IncidentKey
from storage.inbound.sources import max_answer_age


class Authority(Enum):
    """Basis of an observation."""

    POLLED = "polled"  # the answer to a poll shows the alert, or does not show it any more
    OFFICIAL = "official"  # a message of a webhook that the operator configured as official
    THIRD_PARTY = "third_party"  # a message of any other source


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
    reported_at: datetime  # aware; by the source's clock if it has one, not after the receipt
    expires_at: datetime | None = None  # aware
    raised_elsewhere: frozenset[str] = frozenset()  # of an all-clear: what its bulletin raises
    is_announced: bool = False  # polled: from a message that the service sent between two polls

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

    def has_answered(self, now: datetime) -> bool:
        """Return whether a poll has succeeded within `max_answer_age`."""
        return self._is_recent(self.succeeded_at, now)

    def is_stale(self, now: datetime) -> bool:
        """Return whether polls have run for `max_answer_age` and none of that time succeeded."""
        return not (self.has_answered(now) or self._is_recent(self.polled_since, now))

    def _is_recent(self, time: datetime | None, now: datetime) -> bool:
        return time is not None and now - time <= max_answer_age(self.interval)


Liveness = Mapping[str, SourceLiveness]
"""Liveness of all polled state sources, by name. Such a source shows every active alert: one that
is missing from its answer is over."""
