"""Stand-in for Telegram: its rate limits, and the rates that it measures."""

import math
import random
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.standin.errors import TooManyRequests
from bot.standin.journal import Journal
from bot.standin.limits import TELEGRAM, Limits, SlidingWindowLimiter, Window
from bot.standin.rates import Rates
from bot.standin.server import Standin


class Clock:
    """Monotonic clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


def count_refusals(
    limiter: SlidingWindowLimiter, clock: Clock, times: list[float], chat: int | None = None
) -> int:
    """Send at the times, to one chat or each to its own; return the number of refusals."""
    refused = 0
    private = chat is None or chat > 0
    for number, clock.now in enumerate(times, 1):
        try:
            limiter.take(chat or number, private=private, paid=False)
        except TooManyRequests:
            refused += 1
    return refused


def times_of_sends(gap: float, count: int, jitter: float) -> list[float]:
    """Return times with a gap between them, each late by up to the jitter (seconds)."""
    chance = random.Random(7)
    return [number * gap + chance.random() * jitter for number in range(count)]


@pytest.mark.parametrize(
    ("gap", "chat"), [(1 / 30, None), (1.0, 7), (3.0, -7)], ids=["bot", "private", "group"]
)
def test_a_bot_that_sends_exactly_at_the_limit_is_never_refused(
    clock: Clock, gap: float, chat: int | None
) -> None:
    assert (
        count_refusals(
            SlidingWindowLimiter(TELEGRAM, clock), clock, times_of_sends(gap, 3000, 0.02), chat
        )
        == 0
    )


@pytest.mark.parametrize(
    ("gap", "chat"), [(1 / 33, None), (0.9, 7), (2.8, -7)], ids=["bot", "private", "group"]
)
def test_a_bot_that_is_a_tenth_too_fast_is_refused(
    clock: Clock, gap: float, chat: int | None
) -> None:
    assert (
        count_refusals(
            SlidingWindowLimiter(TELEGRAM, clock), clock, times_of_sends(gap, 3000, 0.0), chat
        )
        > 0
    )


def test_a_private_chat_accepts_three_messages_at_once_and_then_none_for_a_while(
    clock: Clock,
) -> None:
    limiter = SlidingWindowLimiter(TELEGRAM, clock)
    assert count_refusals(limiter, clock, [0.0] * 4, 7) == 1
    assert count_refusals(limiter, clock, [2.8], 7) == 1
    assert count_refusals(limiter, clock, [3.0] * 3, 7) == 0


def test_a_refused_call_does_not_count(clock: Clock) -> None:
    limiter = SlidingWindowLimiter(Limits(private=Window(1, 10)), clock)
    assert count_refusals(limiter, clock, [0.0, 5.0, 9.0, 10.0], 7) == 2


def test_paid_broadcasts_have_their_own_limit(clock: Clock) -> None:
    limiter = SlidingWindowLimiter(Limits(bot=Window(1, 1), paid=Window(3, 1)), clock)
    for chat in (1, 2, 3):
        limiter.take(chat, private=True, paid=True)
    with pytest.raises(TooManyRequests):
        limiter.take(4, private=True, paid=True)


async def test_a_bot_that_is_too_fast_gets_a_retry_after(
    clock: Clock, http: aiohttp.ClientSession
) -> None:
    async with Standin(clock=clock) as standin:
        group = standin.people.group("Flat 7")
        url = f"{standin.url}/bot{standin.token}/sendMessage"
        for _ in range(20):
            clock.now += 1
            async with http.post(url, json={"chat_id": group.id, "text": "a"}) as response:
                assert response.status == 200
        async with http.post(url, json={"chat_id": group.id, "text": "a"}) as response:
            assert response.status == 429
            body = await response.json()
        assert body == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 41",
            "parameters": {"retry_after": 41},
        }
        assert standin.journal[-1].retry_after == 41
        assert standin.journal.inside_flood_wait() == []
        clock.now += 40.5
        async with http.post(url, json={"chat_id": group.id, "text": "a"}) as response:
            assert response.status == 200
        [early] = standin.journal.inside_flood_wait()
        assert early is standin.journal[-1]
        assert len(group.messages) == 21


def test_rates_are_the_highest_that_were_measured() -> None:
    rates = Rates()
    assert (rates.busiest_second, rates.shortest_private_gap) == (0, math.inf)
    for sent_at in (0.0, 0.5, 0.99, 1.0, 10.0):
        rates.note(1, sent_at)
    for sent_at in (20.0, 40.0, 79.9, 80.0):
        rates.note(-1, sent_at)
    rates.note(2, 80.0)
    assert rates.sends == 10
    assert rates.busiest_second == 3
    assert rates.shortest_private_gap == pytest.approx(0.01)
    assert rates.private_gaps.keys() == {1}
    assert rates.busiest_group_minute == 3
    assert rates.group_minutes == {-1: 3}


async def test_a_journal_that_keeps_no_calls_still_measures_rates(
    http: aiohttp.ClientSession,
) -> None:
    async with Standin(limits=None, journal=Journal(keep=0), history=1) as standin:
        ann = standin.people.person("Ann", started=True)
        url = f"{standin.url}/bot{standin.token}/sendMessage"
        for _ in range(3):
            async with http.post(url, json={"chat_id": ann.id, "text": "a"}) as response:
                assert response.status == 200
        assert len(standin.journal) == 0
        assert (standin.journal.total, standin.journal.rates.sends) == (3, 3)
        assert len(ann.chat.messages) == 1
