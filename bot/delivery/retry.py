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
from storage.subscribers.subscribers import Suspended
from storage.values.lanes import Lane

MOST_COPIES = 3
"""Of what Telegram may have got already: more copies of a message than this nobody ever sees."""

MOST_FAILURES = 5
"""Of what Telegram has probably not got; an alert is tried as long as it is fresh."""

_SOON = timedelta(seconds=1)
_SOON_AT_MOST = timedelta(seconds=30)
_LATER = timedelta(seconds=2)
_LATER_AT_MOST = timedelta(minutes=5)
_REFUSED = timedelta(minutes=1)
_LATE = "too late to ring"


@dataclass(frozen=True)
class Done:
    """Nothing more is owed."""


@dataclass(frozen=True)
class Again:
    """Owed still, not before `at`."""

    at: datetime
    attempts: int  # so many calls count against the next decision
    doubts: int  # so many of all calls Telegram may have taken
    why: str


@dataclass(frozen=True)
class Join:
    """Not sent again: what it tells joins the next digest."""

    why: str


@dataclass(frozen=True)
class Expire:
    """Not sent, as it is of no use any more."""

    why: str


@dataclass(frozen=True)
class GiveUp:
    """Not sent, and not tried again unless an administrator says so."""

    why: str


Decision = Done | Again | Join | Expire | GiveUp


def decide(  # noqa: PLR0911 - a table reads best whole
    outcome: Outcome, attempts: int, lane: Lane, now: datetime, *, doubts: int, fresh: bool
) -> Decision:
    """What to do now.

    `attempts` are the calls so far, this one included; `doubts` those before it that Telegram may
    have taken; `now` is aware; `fresh` says whether the message is of any use still, see
    `bot.delivery.freshness`.
    """
    match outcome:
        case Sent():
            return Done()
        case Gone(Suspended.NOT_FOUND) if attempts < 2:
            return Again(now + _SOON, attempts, doubts, "chat not found")
        case Gone(why) | Rejected(why):
            return GiveUp(str(why))
        case _ if not fresh:
            return late(lane)
        case Failed(why):
            return _after_failure(why, attempts, lane, now, doubts)
        case Doubtful(why):
            return _after_doubt(why, attempts, lane, now, doubts + 1)
    wait, why = _until_possible(outcome)
    return Again(now + wait, attempts - 1, doubts, why)


def late(lane: Lane) -> Join | Expire:
    """What becomes of a message that is not fresh any more."""
    return Join(_LATE) if lane in (Lane.NEWS, Lane.DIGEST) else Expire(_LATE)


def _until_possible(outcome: RetryAfter | Moved | NotSent | Refused) -> tuple[timedelta, str]:
    """How long to wait after what was certainly not sent, and why."""
    match outcome:
        case RetryAfter(seconds):
            return timedelta(seconds=seconds), "429"
        case Moved():
            return timedelta(), "the group has moved"
        case NotSent(why):
            return _SOON, why
        case Refused():
            return _REFUSED, "Telegram refuses the token"


def _after_failure(why: str, attempts: int, lane: Lane, now: datetime, doubts: int) -> Decision:
    if lane is Lane.ALERT:
        wait = min(_SOON * 2 ** min(attempts - 1, 9), _SOON_AT_MOST)
        return Again(now + wait, attempts, doubts, why)
    if attempts < MOST_FAILURES:
        wait = min(_LATER * 4 ** (attempts - 1), _LATER_AT_MOST)
        return Again(now + wait, attempts, doubts, why)
    return Join(why) if lane is Lane.DIGEST else GiveUp(why)


def _after_doubt(why: str, attempts: int, lane: Lane, now: datetime, doubts: int) -> Decision:
    if lane is Lane.DIGEST:
        return Join(why)
    if doubts < MOST_COPIES:
        return Again(now + _SOON * doubts, attempts, doubts, why)
    return GiveUp(why)
