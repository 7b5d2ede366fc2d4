"""How much of what a chat asks is answered: as much as a person can type, and no flood."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

COMMAND = 1.0
PRESS = 1 / 3
"""What a press of a button counts against a command: people leaf through pages quickly."""

_MOST_KEPT = 10_000


class Verdict(Enum):
    """What becomes of a request."""

    ANSWER = auto()
    SAY_WHY = auto()  # not answered, and the chat is told so
    PASS_OVER = auto()  # not answered: it has been told


@dataclass
class _Account:
    """What one chat has left."""

    left: float
    at: datetime  # when that was so
    is_told: bool = False


class Allowance:
    """`per_minute` requests in the long run and half as many at once, for every chat of its own."""

    def __init__(self, per_minute: int) -> None:
        self._a_second = per_minute / 60
        self._burst = per_minute / 2
        self._accounts: dict[int, _Account] = {}

    def take(self, chat_id: int, now: datetime, cost: float = COMMAND) -> Verdict:
        """Counts a request that is there now."""
        account = self._accounts.setdefault(chat_id, _Account(self._burst, now))
        account.left = self._left(account, now)
        account.at = now
        if len(self._accounts) > _MOST_KEPT:
            self._forget_the_calm(now)
        if account.left >= cost:
            account.left -= cost
            account.is_told = False
            return Verdict.ANSWER
        verdict = Verdict.PASS_OVER if account.is_told else Verdict.SAY_WHY
        account.is_told = True
        return verdict

    def _left(self, account: _Account, now: datetime) -> float:
        passed = max(0.0, (now - account.at).total_seconds())
        return min(self._burst, account.left + passed * self._a_second)

    def _forget_the_calm(self, now: datetime) -> None:
        self._accounts = {
            chat_id: account
            for chat_id, account in self._accounts.items()
            if self._left(account, now) < self._burst
        }
