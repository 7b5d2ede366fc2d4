"""Rate limiter, with a clock that the test moves."""

import heapq
import itertools
import random
from collections import deque

import pytest

from bot.delivery.rate_limiter import GROUP_MESSAGE_LIMIT, Permit, RateLimiter


class Clock:
    """Clock that advances when the test moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def send_one(limiter: RateLimiter, clock: Clock, chat_id: int) -> float:
    """Make one call as soon as allowed; return its time."""
    clock.now += max(limiter.delay(), limiter.chat_delay(chat_id))
    limiter.release(limiter.acquire(chat_id))
    return clock.now


def most_within(times: list[float], seconds: float) -> int:
    """Return the highest number of `times` in any window of `seconds`, its end excluded."""
    most = start = 0
    for end, time in enumerate(times):
        while times[start] <= time - seconds + 1e-9:
            start += 1
        most = max(most, end - start + 1)
    return most


def test_there_is_no_burst_at_the_start_or_after_a_silence() -> None:
    clock = Clock()
    limiter = RateLimiter(30, clock)
    begun = clock.now
    first = [send_one(limiter, clock, chat) for chat in range(1, 31)]
    assert first[0] - begun > 0.03
    assert all(b - a > 0.03 for a, b in itertools.pairwise(first))
    clock.now += 3600
    later = [send_one(limiter, clock, chat) for chat in range(100, 160)]
    assert most_within(later, 1.0) <= 30


def test_a_late_event_loop_reaches_the_rate_and_never_exceeds_it() -> None:
    clock = Clock()
    rng = random.Random(7)
    limiter = RateLimiter(1000, clock)
    times = []
    for chat in range(1, 60_001):
        clock.now += rng.random() * 0.003 if chat % 5 == 0 else 0
        times.append(send_one(limiter, clock, chat))
    assert most_within(times, 1.0) <= 1000
    assert len(times) / (times[-1] - times[0]) >= 990


@pytest.mark.parametrize("rate", [30, 200, 1000])
def test_the_configured_rate_is_reached_and_not_exceeded(rate: int) -> None:
    clock = Clock()
    limiter = RateLimiter(rate, clock)
    times = [send_one(limiter, clock, chat) for chat in range(1, rate * 60)]
    assert most_within(times, 1.0) <= rate
    assert len(times) / (times[-1] - times[0]) >= 0.99 * rate


@pytest.mark.parametrize("rate", [30, 1000])
def test_no_second_exceeds_the_rate_over_a_network_that_stalls(
    rate: int,
) -> None:
    clock, rng = Clock(), random.Random(3)
    limiter = RateLimiter(rate, clock)
    stalls = itertools.cycle((0.045, 0.02, 0.009))
    stall = clock.now + 2, clock.now + 2.045
    arrivals: list[float] = []
    answers: list[tuple[float, int, Permit]] = []
    while len(arrivals) < 60 * rate:
        until = clock.now + limiter.delay()
        while answers and answers[0][0] <= until:
            clock.now, _, permit = heapq.heappop(answers)
            limiter.release(permit)
            until = max(until, clock.now + limiter.delay())
        clock.now = until
        permit = limiter.acquire(len(arrivals) + 1)
        arrival = clock.now + 0.001 + rng.random() * 0.001
        if arrival >= stall[0]:
            arrival = max(arrival, stall[1])
        if clock.now > stall[1]:
            stall = clock.now + 1.3, clock.now + 1.3 + next(stalls)
        arrivals.append(arrival)
        heapq.heappush(answers, (arrival + 0.001, len(arrivals), permit))
    assert most_within(sorted(arrivals), 1.0) <= rate
    assert len(arrivals) / (arrivals[-1] - arrivals[0]) >= 0.99 * rate


def test_a_million_calls_never_exceed_the_rate_nor_ignore_a_flood_wait() -> None:
    """The event loop is late now and then, and some chats answer 429."""
    clock, rng = Clock(), random.Random(5)
    limiter = RateLimiter(1000, clock)
    flood_waits: dict[int, float] = {}
    latest: deque[float] = deque(maxlen=1000)
    paused = 0.0  # seconds in which no call was allowed
    begun, call_count = clock.now, 0
    for number in range(1_000_000):
        if number % 997 == 0:
            clock.now += rng.random() * 0.01
        wait = limiter.delay()
        clock.now += wait
        chat = number % 50_000 + 1
        if limiter.chat_delay(chat):
            continue
        assert flood_waits.get(chat, 0) <= clock.now
        assert len(latest) < 1000 or clock.now - latest[0] > 1.0
        limiter.release(limiter.acquire(chat))
        call_count += 1
        latest.append(clock.now)
        if number % 5_000 == 0:
            seconds = rng.randrange(1, 400)
            flood_waits[chat] = clock.now + seconds
            limiter.record_flood_wait(chat, seconds)
        if number % 250_000 == 1:
            for flooded in (chat, chat + 1, chat + 2):
                flood_waits[flooded] = clock.now + 7
                limiter.record_flood_wait(flooded, 7)
            paused += 7
    assert call_count / (clock.now - begun - paused) >= 990


def test_a_chat_gets_one_message_a_second() -> None:
    clock = Clock()
    limiter = RateLimiter(30, clock)
    times = [send_one(limiter, clock, 5) for _ in range(10)]
    assert most_within(times, 1.0) == 1
    assert limiter.chat_delay(6) == 0


def test_a_group_gets_twenty_messages_a_minute() -> None:
    clock = Clock()
    limiter = RateLimiter(30, clock)
    times = [send_one(limiter, clock, -5) for _ in range(100)]
    assert most_within(times, 60.0) == GROUP_MESSAGE_LIMIT


def test_a_flood_wait_delays_only_its_chat() -> None:
    """Case 1 of the catalogue of failures."""
    clock = Clock()
    limiter = RateLimiter(30, clock)
    limiter.record_flood_wait(5, 40)
    assert limiter.chat_delay(5) == 40
    assert limiter.chat_delay(6) == 0
    assert limiter.delay() < 1


def test_a_429_from_three_chats_within_a_second_pauses_all() -> None:
    """Case 2 of the catalogue of failures."""
    clock = Clock()
    limiter = RateLimiter(30, clock)
    for chat in (5, 5, 5, 6):
        limiter.record_flood_wait(chat, 7)
    assert limiter.delay() < 1
    clock.now += 2
    limiter.record_flood_wait(7, 7)
    assert limiter.delay() < 1
    limiter.record_flood_wait(8, 7)
    limiter.record_flood_wait(9, 7)
    assert limiter.delay() == 7


def test_chats_that_need_not_wait_are_dropped() -> None:
    clock = Clock()
    limiter = RateLimiter(1000, clock)
    for chat in range(1, 25_001):
        send_one(limiter, clock, chat)
    assert len(limiter._next_message_at) < 12_000
