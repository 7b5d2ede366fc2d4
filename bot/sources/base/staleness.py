"""Staleness check: rejects a state that is older than the previous one.

Such a state is an outdated cache answer. Taken as current, it would end recent alerts and start
them again a moment later. But states that stay older are current: the service has reset its
counter or corrected its clock.
"""

from datetime import datetime, timedelta

from bot.sources.core.errors import Outdated

_MAX_CACHE_AGE = timedelta(seconds=30)


class StalenessCheck:
    """Staleness check of one source."""

    def __init__(self) -> None:
        self._older_since: datetime | None = None  # None: the last state was not older

    def check(self, current: float | None, previous: float | None, now: datetime) -> None:
        """Compare a state's own timestamp or counter with that of the last one; larger is later.

        Raises Outdated for an older state, unless older ones have arrived for half a minute.
        """
        if current is None or previous is None or current >= previous:
            self._older_since = None
            return
        if self._older_since is None or self._older_since > now:  # our clock may go back
            self._older_since = now
        if now - self._older_since < _MAX_CACHE_AGE:
            raise Outdated
