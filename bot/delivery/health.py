"""Delivery health: readiness checks of Telegram and of the lanes."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.delivery.outcome import AlreadyShown, Outcome, TokenRejected
from bot.delivery.rate_limiter import RateLimiter
from storage.engine.database import Database
from storage.outbox import backlog
from storage.outbox.backlog import Backlog
from storage.values.lanes import Lane

STALL_SECONDS = 60.0
"""A lane is stalled when a message is due for so long and no call is made.

The smallest share of a lane is a message in four seconds, and the longest call ends within thirty.
"""

_LONG_WAIT_SECONDS = 60.0


class DeliveryHealth:
    """Checks whether messages are being sent.

    The clock of `rate_limiter` is monotonic and measures stalls. `clock` returns aware times.
    """

    def __init__(
        self, database: Database, rate_limiter: RateLimiter, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._last_call = dict.fromkeys(Lane, rate_limiter.now())
        self._is_token_rejected = False

    def record_call(self, lane: Lane) -> None:
        """Record that a call of a lane begins."""
        self._last_call[lane] = self._rate_limiter.now()

    def record_outcome(self, outcome: Outcome) -> None:
        """Record the outcome of a call."""
        if not isinstance(outcome, AlreadyShown):
            self._is_token_rejected = isinstance(outcome, TokenRejected)

    async def check_telegram(self) -> str | None:
        """Return why Telegram accepts no message; None if it does."""
        if self._is_token_rejected:
            return "Telegram rejects the token: check telegram.token"
        delay = self._rate_limiter.delay()
        if delay > _LONG_WAIT_SECONDS:
            return f"Telegram asked the bot to wait: {timedelta(seconds=round(delay))} left"
        return None

    async def check_lanes(self) -> str | None:
        """Return which lanes are stalled; None if none is."""
        if self._rate_limiter.delay() > 1:
            return None
        async with self._database.read() as transaction:
            backlogs = await backlog.read(transaction)
        stalled = [lane for lane in Lane if self._is_stalled(lane, backlogs[lane])]
        if not stalled:
            return None
        names = ", ".join(lane.name.lower() for lane in stalled)
        return f"no call for {STALL_SECONDS:.0f} s although messages are due: {names}"

    def _is_stalled(self, lane: Lane, lane_backlog: Backlog) -> bool:
        due_before = self._clock() - timedelta(seconds=STALL_SECONDS)
        is_due = lane_backlog.last_broadcast > 0 or (
            lane_backlog.due_at is not None and lane_backlog.due_at < due_before
        )
        return is_due and self._rate_limiter.now() - self._last_call[lane] > STALL_SECONDS
