"""Staleness check: rejects a state that is older than the previous one.

Such a state is an outdated cache answer. Taken as current, it would end recent alerts and start
them again a moment later.
"""

from bot.sources.core.source import Unusable

_MAX_STALE_IN_A_ROW = 10
"""After so many older states the service has reset its counter, and they are current."""


class StalenessCheck:
    """Staleness check of one source."""

    def __init__(self) -> None:
        self._stale_in_a_row = 0

    def check(self, current: float | None, previous: float | None) -> None:
        """Compare a state's own timestamp or counter with that of the last one; larger is later.

        Raises Unusable for an older state.
        """
        if current is None or previous is None or current >= previous:
            self._stale_in_a_row = 0
            return
        self._stale_in_a_row += 1
        if self._stale_in_a_row < _MAX_STALE_IN_A_ROW:
            raise Unusable("is older than the previous state")
