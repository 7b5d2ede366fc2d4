"""What to do about a message that has an outcome: a pure decision."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.outcome import (
    Doubtful,
    Failed,
    Gone,
    Moved,
    NotSent,
    Outcome,
    Refused,
    Rejected,
    RetryAfter,
    Sent,
)
from storage.lanes import Lane
from storage.subscribers import Suspended

MOST_ATTEMPTS = 3
"""Of what Telegram may have got already: more copies of a message than this nobody ever sees."""

MOST_FAILURES = 5
"""Of what Telegram has probably not got."""

_BACK_OFF = timedelta(seconds=1)
_LONGEST_BACK_OFF = timedelta(minutes=5)
_REFUSED = timedelta(minutes=1)


@dataclass(frozen=True)
class Done:
    """Nothing more is owed."""


@dataclass(frozen=True)
class Again:
    """Owed still, not before `at`."""

    at: datetime
    attempts: int  # so many calls count against the next decision
    why: str


@dataclass(frozen=True)
class GiveUp:
    """Not sent, and not tried again."""

    why: str


Decision = Done | Again | GiveUp


def decide(  # noqa: C901, PLR0911 - a table reads best whole
    outcome: Outcome, attempts: int, lane: Lane, now: datetime
) -> Decision:
    """`attempts` are the calls so far, this one included; `now` is aware."""
    match outcome:
        case Sent():
            return Done()
        case RetryAfter(seconds):
            return Again(now + timedelta(seconds=seconds), attempts - 1, "429")
        case Moved():
            return Again(now, attempts - 1, "the group has moved")
        case Gone(Suspended.NOT_FOUND) if attempts < 2:
            return Again(now + _back_off(attempts), attempts, "chat not found")
        case Gone(reason):
            return GiveUp(str(reason))
        case NotSent(why):
            return Again(now + _back_off(attempts), attempts - 1, why)
        case Refused():
            return Again(now + _REFUSED, attempts - 1, "Telegram refuses the token")
        case Failed(why) if attempts < MOST_FAILURES:
            return Again(now + _back_off(attempts), attempts, why)
        case Doubtful(why) if attempts < MOST_ATTEMPTS and lane is not Lane.DIGEST:
            return Again(now + _back_off(attempts), attempts, why)
        case Failed(why) | Doubtful(why) | Rejected(why):
            return GiveUp(why)


def _back_off(attempts: int) -> timedelta:
    back_off: timedelta = _BACK_OFF * 2 ** min(attempts - 1, 16)
    return min(back_off, _LONGEST_BACK_OFF)
