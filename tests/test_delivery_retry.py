"""What is done about an outcome, lane by lane."""

from datetime import UTC, datetime, timedelta
from typing import Any

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
from bot.delivery.retry import (
    MOST_COPIES,
    MOST_FAILURES,
    Again,
    Decision,
    Done,
    Expire,
    GiveUp,
    Join,
    decide,
)
from bot.delivery.ttl import NEWS_RINGS_WITHIN, is_fresh
from storage.inbound.bulletins import Bulletin
from storage.subscribers.subscribers import Suspended
from storage.values.lanes import Lane
from storage.values.message import Content

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def decided(
    outcome: Outcome,
    attempts: int = 1,
    lane: Lane = Lane.NEWS,
    *,
    doubts: int = 0,
    fresh: bool = True,
) -> Decision:
    return decide(outcome, attempts, lane, NOW, doubts=doubts, fresh=fresh)


def test_what_was_sent_is_done() -> None:
    assert decided(Sent(1)) == Done()


@pytest.mark.parametrize("outcome", [RetryAfter(40), NotSent("refused"), Moved(-100), Refused()])
def test_what_was_certainly_not_sent_is_tried_for_ever_and_counts_as_no_attempt(
    outcome: Outcome,
) -> None:
    decision = decided(outcome, 99, Lane.DIGEST)
    assert isinstance(decision, Again)
    assert decision.attempts == 98


def test_a_flood_wait_is_kept_to() -> None:
    decision = decided(RetryAfter(40), 1, Lane.ALERT)
    assert isinstance(decision, Again)
    assert decision.at == NOW + timedelta(seconds=40)


def test_what_telegram_may_have_is_sent_three_times_at_most() -> None:
    for lane in (Lane.REPLY, Lane.ALERT, Lane.NEWS):
        decisions = [decided(Doubtful("reset"), 9, lane, doubts=n) for n in range(MOST_COPIES)]
        assert [type(d) for d in decisions] == [Again, Again, GiveUp]


def test_a_digest_that_telegram_may_have_is_not_sent_again() -> None:
    assert decided(Doubtful("reset"), 1, Lane.DIGEST) == Join("reset")


def test_a_fault_of_telegrams_own_is_tried_five_times_with_longer_and_longer_waits() -> None:
    decisions = [decided(Failed("502"), n) for n in range(1, MOST_FAILURES + 1)]
    waits = [d.at - NOW for d in decisions if isinstance(d, Again)]
    assert len(waits) == MOST_FAILURES - 1
    assert waits == sorted(set(waits))
    assert isinstance(decisions[-1], GiveUp)


def test_an_alert_is_tried_through_a_fault_of_telegrams_own_as_long_as_it_is_fresh() -> None:
    """Case 15 of the catalogue of failures."""
    decisions = [decided(Failed("502"), n, Lane.ALERT) for n in range(1, 50)]
    waits = [(d.at - NOW).total_seconds() for d in decisions if isinstance(d, Again)]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert len(waits) == 49
    assert max(waits) == 30
    assert decided(Failed("502"), 9, Lane.ALERT, fresh=False) == Expire("too late to ring")


def test_a_digest_that_failed_too_often_joins_the_next() -> None:
    assert decided(Failed("502"), MOST_FAILURES, Lane.DIGEST) == Join("502")


@pytest.mark.parametrize(
    "outcome", [RetryAfter(40), NotSent("refused"), Moved(-100), Failed("502"), Doubtful("reset")]
)
def test_what_is_not_fresh_is_not_tried_again(outcome: Outcome) -> None:
    assert isinstance(decided(outcome, 1, Lane.ALERT, fresh=False), Expire)
    assert isinstance(decided(outcome, 1, Lane.NEWS, fresh=False), Join)


def a_bulletin(**changes: Any) -> Bulletin:
    return Bulletin(source="blog", key="1", title="Bridge closed", received_at=NOW, **changes)


def test_an_alert_is_fresh_while_it_is_on_however_long_it_waited() -> None:
    """Case 46 of the catalogue of failures: its age is measured at intake, not in our queue."""
    later = NOW + timedelta(days=1)
    assert is_fresh(Lane.ALERT, a_bulletin(), later)
    assert is_fresh(Lane.ALERT, a_bulletin(expires_at=later + timedelta(seconds=1)), later)
    assert not is_fresh(Lane.ALERT, a_bulletin(expires_at=later), later)


def test_news_rings_within_hours_and_words_to_a_person_are_never_too_late() -> None:
    assert is_fresh(Lane.NEWS, a_bulletin(), NOW + NEWS_RINGS_WITHIN)
    assert not is_fresh(Lane.NEWS, a_bulletin(), NOW + NEWS_RINGS_WITHIN + timedelta(seconds=1))
    assert is_fresh(Lane.REPLY, Content("Yes"), NOW + timedelta(days=30))


def test_who_has_blocked_us_is_not_tried_again() -> None:
    assert isinstance(decided(Gone(Suspended.BLOCKED), 1, Lane.ALERT), GiveUp)


def test_a_chat_that_is_not_found_is_tried_once_more() -> None:
    """Case 6 of the catalogue of failures."""
    assert isinstance(decided(Gone(Suspended.NOT_FOUND), 1, Lane.ALERT), Again)
    assert isinstance(decided(Gone(Suspended.NOT_FOUND), 2, Lane.ALERT), GiveUp)


def test_what_telegram_rejects_is_given_up() -> None:
    assert decided(Rejected("too long"), 1, Lane.ALERT) == GiveUp("too long")
