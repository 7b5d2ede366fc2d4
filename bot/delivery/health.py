"""Whether messages go: what readiness asks about sending."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.delivery.outcome import Outcome, Refused
from bot.delivery.rate_limiter import Pacer
from storage.engine.database import Database
from storage.outbox import backlog
from storage.outbox.backlog import Backlog
from storage.values.lanes import Lane

STALL_SECONDS = 60.0
"""A lane in which something is due for so long and nothing is sent does not work. The slowest
share of a lane is a message in four seconds, and the longest call ends within thirty."""

_LONG_WAIT_SECONDS = 60.0


class SendingHealth:
    """Hears of every call; `pacer` has the monotonic clock all of it is measured by.

    `clock` gives aware times.
    """

    def __init__(self, database: Database, pacer: Pacer, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._pacer = pacer
        self._clock = clock
        self._launched = dict.fromkeys(Lane, pacer.now())
        self._is_refused = False

    def launched(self, lane: Lane) -> None:
        """A call is being made."""
        self._launched[lane] = self._pacer.now()

    def ended(self, outcome: Outcome) -> None:
        """A call has an outcome."""
        self._is_refused = isinstance(outcome, Refused)

    async def telegram(self) -> str | None:
        """What keeps Telegram from taking anything; None: nothing."""
        if self._is_refused:
            return "Telegram refuses the token"
        wait = self._pacer.wait()
        if wait > _LONG_WAIT_SECONDS:
            return f"Telegram has told the bot to wait: {timedelta(seconds=round(wait))} are left"
        return None

    async def lanes(self) -> str | None:
        """Which lanes do not move though they may; None: all that have to do."""
        if self._pacer.wait() > 1:
            return None
        async with self._database.read() as transaction:
            owed = await backlog.look(transaction)
        stalled = [lane for lane in Lane if self._is_stalled(lane, owed[lane])]
        if not stalled:
            return None
        names = ", ".join(lane.name.lower() for lane in stalled)
        return f"nothing goes for {STALL_SECONDS:.0f} s though something is due: {names}"

    def _is_stalled(self, lane: Lane, owed: Backlog) -> bool:
        due_before = self._clock() - timedelta(seconds=STALL_SECONDS)
        is_due = owed.newest > 0 or (owed.due_at is not None and owed.due_at < due_before)
        return is_due and self._pacer.now() - self._launched[lane] > STALL_SECONDS
