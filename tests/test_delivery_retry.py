"""Retry policy: the decision after each outcome, by lane."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.delivery.expiry import NEWS_TTL, is_fresh
from bot.delivery.outcome import (
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
from bot.delivery.retry import (
    MAX_COPIES,
    MAX_FAILURES,
    CarryOver,
    Decision,
    Done,
    Expire,
    GiveUp,
    Retry,
    decide,
)
from storage.inbound.bulletins import Bulletin
from storage.subscribers.subscribers import SuspensionReason
from storage.values.lanes import Lane
from storage.values.message import MessageContent

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def decide_default(
    outcome: Outcome,
    attempts: int = 1,
    lane: Lane = Lane.NEWS,
    *,
    doubts: int = 0,
    fresh: bool = True,
) -> Decision:
    return decide(outcome, attempts, lane, NOW, maybe_sent=doubts, fresh=fresh)


def test_a_sent_message_is_done() -> None:
    assert decide_default(Sent(1)) == Done()


@pytest.mark.parametrize(
    "outcome", [RetryAfter(40), NotSent("refused"), Moved(-100), TokenRejected()]
)
def test_a_call_that_certainly_sent_nothing_is_retried_forever_and_not_counted(
    outcome: Outcome,
) -> None:
    decision = decide_default(outcome, 99, Lane.DIGEST)
    assert isinstance(decision, Retry)
    assert decision.attempts == 98


def test_a_retry_waits_for_the_flood_wait() -> None:
    decision = decide_default(RetryAfter(40), 1, Lane.ALERT)
    assert isinstance(decision, Retry)
    assert decision.due_at == NOW + timedelta(seconds=40)


def test_a_message_that_telegram_may_have_is_sent_at_most_three_times() -> None:
    for lane in (Lane.REPLY, Lane.ALERT, Lane.NEWS):
        decisions = [
            decide_default(MaybeSent("reset"), 9, lane, doubts=n) for n in range(MAX_COPIES)
        ]
        assert [type(d) for d in decisions] == [Retry, Retry, GiveUp]


def test_a_digest_that_telegram_may_have_is_carried_over() -> None:
    assert decide_default(MaybeSent("reset"), 1, Lane.DIGEST) == CarryOver("reset")


def test_a_server_error_is_retried_five_times_with_backoff() -> None:
    decisions = [decide_default(Failed("502"), n) for n in range(1, MAX_FAILURES + 1)]
    waits = [d.due_at - NOW for d in decisions if isinstance(d, Retry)]
    assert len(waits) == MAX_FAILURES - 1
    assert waits == sorted(set(waits))
    assert isinstance(decisions[-1], GiveUp)


def test_an_alert_is_retried_over_server_errors_while_it_is_fresh() -> None:
    """A server error probably means that the message was not sent."""
    decisions = [decide_default(Failed("502"), n, Lane.ALERT) for n in range(1, 50)]
    waits = [(d.due_at - NOW).total_seconds() for d in decisions if isinstance(d, Retry)]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert len(waits) == 49
    assert max(waits) == 30
    assert decide_default(Failed("502"), 9, Lane.ALERT, fresh=False) == Expire("expired")


def test_a_digest_that_failed_too_often_is_carried_over() -> None:
    assert decide_default(Failed("502"), MAX_FAILURES, Lane.DIGEST) == CarryOver("502")


@pytest.mark.parametrize(
    "outcome", [RetryAfter(40), NotSent("refused"), Moved(-100), Failed("502"), MaybeSent("reset")]
)
def test_an_expired_message_is_not_retried(outcome: Outcome) -> None:
    assert isinstance(decide_default(outcome, 1, Lane.ALERT, fresh=False), Expire)
    assert isinstance(decide_default(outcome, 1, Lane.NEWS, fresh=False), CarryOver)


def bulletin(**changes: Any) -> Bulletin:
    return Bulletin(source="blog", key="1", title="Bridge closed", received_at=NOW, **changes)


def test_an_alert_is_fresh_until_it_expires_however_long_it_waited() -> None:
    """The age of an alert is measured at ingest, not in the outbox."""
    later = NOW + timedelta(days=1)
    assert is_fresh(Lane.ALERT, bulletin(), later)
    assert is_fresh(Lane.ALERT, bulletin(expires_at=later + timedelta(seconds=1)), later)
    assert not is_fresh(Lane.ALERT, bulletin(expires_at=later), later)


def test_news_expires_after_hours_and_a_reply_never_does() -> None:
    assert is_fresh(Lane.NEWS, bulletin(), NOW + NEWS_TTL)
    assert not is_fresh(Lane.NEWS, bulletin(), NOW + NEWS_TTL + timedelta(seconds=1))
    assert is_fresh(Lane.REPLY, MessageContent("Yes"), NOW + timedelta(days=30))


def test_a_blocked_chat_is_not_retried() -> None:
    assert isinstance(decide_default(Unreachable(SuspensionReason.BLOCKED), 1, Lane.ALERT), GiveUp)


def test_a_chat_not_found_is_retried_once() -> None:
    assert isinstance(decide_default(Unreachable(SuspensionReason.NOT_FOUND), 1, Lane.ALERT), Retry)
    assert isinstance(
        decide_default(Unreachable(SuspensionReason.NOT_FOUND), 2, Lane.ALERT), GiveUp
    )


def test_a_rejected_message_is_given_up() -> None:
    assert decide_default(Rejected("too long"), 1, Lane.ALERT) == GiveUp("too long")
