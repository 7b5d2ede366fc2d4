"""Retry policy: retry with backoff, carry over, expire, or give up as a dead letter. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.outcome import (
    AlreadyShown,
    Failed,
    MaybeSent,
    Moved,
    NotSent,
    Outcome,
    Rejected,
    RetryAfter,
    Sent,
    TokenRejected,
    Unreachable,
)
from storage.subscribers.subscribers import SuspensionReason
from storage.values.lanes import Lane

MAX_COPIES = 3
"""Limit of calls that Telegram may have accepted, so of copies that a person may see."""

MAX_FAILURES = 5
"""Limit of calls that Telegram probably did not accept; an alert is retried while it is fresh."""

_FIRST_DELAY = timedelta(seconds=1)
_MAX_ALERT_DELAY = timedelta(seconds=30)
_FAILURE_DELAY = timedelta(seconds=2)
_MAX_FAILURE_DELAY = timedelta(minutes=5)
_LATE = "expired"


@dataclass(frozen=True)
class Done:
    """Nothing more to do."""


@dataclass(frozen=True)
class Retry:
    """Call again, not before `due_at`."""

    due_at: datetime
    attempts: int  # calls that count in the next decision
    maybe_sent: int  # calls, of all, that Telegram may have accepted
    reason: str


@dataclass(frozen=True)
class CarryOver:
    """Do not call again: the content is carried over to the next digest."""

    reason: str


@dataclass(frozen=True)
class Expire:
    """Drop the message: it is too late to send it."""

    reason: str


@dataclass(frozen=True)
class GiveUp:
    """Keep the message as a dead letter until an operator retries it."""

    reason: str


Decision = Done | Retry | CarryOver | Expire | GiveUp


def decide(  # noqa: PLR0911 - a decision table
    outcome: Outcome, attempts: int, lane: Lane, now: datetime, *, maybe_sent: int, fresh: bool
) -> Decision:
    """Decide what follows an outcome.

    `attempts` counts the calls so far, this one included; `maybe_sent` counts those before it that
    Telegram may have accepted. `now` is aware. `fresh`: the message is still worth sending, see
    `bot.delivery.expiry`.
    """
    match outcome:
        case Sent() | AlreadyShown():
            return Done()
        case Unreachable(SuspensionReason.NOT_FOUND) if attempts < 2:
            return Retry(now + _FIRST_DELAY, attempts, maybe_sent, "chat not found")
        case Unreachable(reason) | Rejected(reason):
            return GiveUp(str(reason))
        case _ if not fresh:
            return decide_expired(lane)
        case Failed(reason):
            return _after_failure(reason, attempts, lane, now, maybe_sent)
        case MaybeSent(reason):
            return _after_maybe_sent(reason, attempts, lane, now, maybe_sent + 1)
    delay, reason = _certainly_not_sent_delay(outcome)
    return Retry(now + delay, attempts - 1, maybe_sent, reason)


def decide_expired(lane: Lane) -> CarryOver | Expire:
    """Return the decision for an expired message: carry over news and digests, expire the rest."""
    return CarryOver(_LATE) if lane in (Lane.NEWS, Lane.DIGEST) else Expire(_LATE)


def _certainly_not_sent_delay(
    outcome: RetryAfter | Moved | NotSent | TokenRejected,
) -> tuple[timedelta, str]:
    """Return the delay after a call that certainly sent nothing, and its reason."""
    match outcome:
        case RetryAfter(seconds):
            return timedelta(seconds=seconds), "429"
        case Moved():
            return timedelta(), "the group has moved"
        case NotSent(reason):
            return _FIRST_DELAY, reason
        case TokenRejected():
            # All sending pauses for longer if the token is refused again.
            return _FIRST_DELAY, "Telegram rejects the token"


def _after_failure(
    reason: str, attempts: int, lane: Lane, now: datetime, maybe_sent: int
) -> Decision:
    if lane is Lane.ALERT:
        delay = min(_FIRST_DELAY * 2 ** min(attempts - 1, 9), _MAX_ALERT_DELAY)
        return Retry(now + delay, attempts, maybe_sent, reason)
    if attempts < MAX_FAILURES:
        delay = min(_FAILURE_DELAY * 4 ** (attempts - 1), _MAX_FAILURE_DELAY)
        return Retry(now + delay, attempts, maybe_sent, reason)
    return CarryOver(reason) if lane is Lane.DIGEST else GiveUp(reason)


def _after_maybe_sent(
    reason: str, attempts: int, lane: Lane, now: datetime, maybe_sent: int
) -> Decision:
    if lane is Lane.DIGEST:
        return CarryOver(reason)
    if maybe_sent < MAX_COPIES:
        return Retry(now + _FIRST_DELAY * maybe_sent, attempts, maybe_sent, reason)
    return GiveUp(reason)
