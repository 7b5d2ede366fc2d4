"""What is done about an outcome, lane by lane."""

from datetime import UTC, datetime, timedelta

import pytest

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
from bot.delivery.retry import MOST_ATTEMPTS, MOST_FAILURES, Again, Done, GiveUp, decide
from storage.lanes import Lane
from storage.subscribers import Suspended

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_what_was_sent_is_done() -> None:
    assert decide(Sent(1), 1, Lane.NEWS, NOW) == Done()


@pytest.mark.parametrize("outcome", [RetryAfter(40), NotSent("refused"), Moved(-100), Refused()])
def test_what_was_certainly_not_sent_is_tried_for_ever_and_counts_as_no_attempt(
    outcome: Outcome,
) -> None:
    decision = decide(outcome, 99, Lane.DIGEST, NOW)
    assert isinstance(decision, Again)
    assert decision.attempts == 98


def test_a_flood_wait_is_kept_to() -> None:
    decision = decide(RetryAfter(40), 1, Lane.ALERT, NOW)
    assert isinstance(decision, Again)
    assert decision.at == NOW + timedelta(seconds=40)


def test_what_telegram_may_have_is_sent_three_times_at_most() -> None:
    for lane in (Lane.REPLY, Lane.ALERT, Lane.NEWS):
        decisions = [decide(Doubtful("reset"), n, lane, NOW) for n in (1, 2, MOST_ATTEMPTS)]
        assert [type(d) for d in decisions] == [Again, Again, GiveUp]


def test_a_digest_that_telegram_may_have_is_not_sent_again() -> None:
    assert isinstance(decide(Doubtful("reset"), 1, Lane.DIGEST, NOW), GiveUp)


def test_a_fault_of_telegrams_own_is_tried_five_times_with_longer_and_longer_waits() -> None:
    decisions = [decide(Failed("502"), n, Lane.NEWS, NOW) for n in range(1, MOST_FAILURES + 1)]
    waits = [d.at - NOW for d in decisions if isinstance(d, Again)]
    assert len(waits) == MOST_FAILURES - 1
    assert waits == sorted(set(waits))
    assert isinstance(decisions[-1], GiveUp)


def test_who_has_blocked_us_is_not_tried_again() -> None:
    assert isinstance(decide(Gone(Suspended.BLOCKED), 1, Lane.ALERT, NOW), GiveUp)


def test_a_chat_that_is_not_found_is_tried_once_more() -> None:
    """Case 6 of the catalogue of failures."""
    assert isinstance(decide(Gone(Suspended.NOT_FOUND), 1, Lane.ALERT, NOW), Again)
    assert isinstance(decide(Gone(Suspended.NOT_FOUND), 2, Lane.ALERT, NOW), GiveUp)


def test_what_telegram_rejects_is_given_up() -> None:
    assert decide(Rejected("too long"), 1, Lane.ALERT, NOW) == GiveUp("too long")
