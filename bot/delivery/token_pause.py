"""Token pause: how long sending stops after Telegram has refused the token (exponential backoff).

One refusal may be a fault of a server on the way, so the first pause is short. A wrong token is
asked about once a minute.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 60.0


class TokenPause:
    """Length of the next pause; `clock` returns aware times."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seconds = 0.0
        self._ends_at: datetime | None = None

    def record_refusal(self) -> float:
        """Return the seconds to pause. Calls that were made before the pause do not lengthen it."""
        now = self._clock()
        if self._ends_at is None or now >= self._ends_at:
            self._seconds = min(max(_FIRST_SECONDS, self._seconds * 2), _LONGEST_SECONDS)
            self._ends_at = now + timedelta(seconds=self._seconds)
        return (self._ends_at - now).total_seconds()

    def reset(self) -> None:
        """Record that Telegram has accepted the token."""
        self._seconds = 0.0
