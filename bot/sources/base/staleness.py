"""A state that is older than the one before: an answer from a cache that was left behind.

Taken for the truth, it would end what has begun since and begin it again a moment later.
"""

from bot.sources.core.source import Unusable

_MOST = 10
"""Older states in a row: then the service has begun to count anew, and they are the truth."""


class Aging:
    """Of one source."""

    def __init__(self) -> None:
        self._older = 0  # in a row

    def check(self, said: float | None, before: float | None) -> None:
        """Compares the time a state gives for itself with that of the last one; larger is later.

        Raises Unusable for one that is older.
        """
        if said is None or before is None or said >= before:
            self._older = 0
            return
        self._older += 1
        if self._older < _MOST:
            raise Unusable("says what it said before something else")
