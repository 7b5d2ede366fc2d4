"""Rate limiter, with a clock that the test moves."""

import heapq
import itertools
import random
from collections import deque

import pytest
from support.delivery_driver import add_people, running_delivery

from bot.delivery.rate_limiter import GROUP_MESSAGE_LIMIT, Permit, RateLimiter
from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database


class Clock:
    """Clock that advances when the test moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def call(limiter: RateLimiter, chat_id: int) -> None:
    """Make a call that takes no time."""
    permit = limiter.acquire(chat_id)
    permit.record_write()
    limiter.release(permit)


def send_one(limiter: RateLimiter, clock: Clock, chat_id: int) -> float:
    """Make one call as soon as allowed; return its time."""
    clock.now += max(limiter.delay(), limiter.chat_delay(chat_id))
    call(limiter, chat_id)
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
            at, _, permit = heapq.heappop(answers)
            clock.now = max(clock.now, at)
            limiter.release(permit)
            until = max(until, clock.now + limiter.delay())
        clock.now = until
        permit = limiter.acquire(len(arrivals) + 1)
        permit.record_write()
        arrival = clock.now + 0.001 + rng.random() * 0.001
        if arrival >= stall[0]:
            arrival = max(arrival, stall[1])
        if clock.now > stall[1]:
            stall = clock.now + 1.3, clock.now + 1.3 + next(stalls)
        arrivals.append(arrival)
        heapq.heappush(answers, (arrival + 0.001, len(arrivals), permit))
    assert most_within(sorted(arrivals), 1.0) <= rate
    assert len(arrivals) / (arrivals[-1] - arrivals[0]) >= 0.99 * rate


@pytest.mark.long
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
        call(limiter, chat)
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
    clock = Clock()
    limiter = RateLimiter(30, clock)
    limiter.record_flood_wait(5, 40)
    assert limiter.chat_delay(5) == 40
    assert limiter.chat_delay(6) == 0
    assert limiter.delay() < 1


def test_a_429_from_three_chats_within_a_second_pauses_all() -> None:
    """Flood waits of several chats at once mean that Telegram limits the token."""
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


@pytest.mark.parametrize("rate", [30, 1000])
@pytest.mark.parametrize(
    ("stalls", "connect"), [((0.2, 0.09, 0.3), 0.0), ((0.6,), 0.0), ((0.001,), 0.2)]
)
def test_no_second_exceeds_the_rate_however_calls_bunch_on_the_way(
    rate: int, stalls: tuple[float, ...], connect: float
) -> None:
    """The network stalls for longer than a late loop catches up, or calls wait for a connection."""
    clock, rng = Clock(), random.Random(3)
    limiter = RateLimiter(rate, clock)
    lengths = itertools.cycle(stalls)
    stall = clock.now + 2, clock.now + 2 + next(lengths)
    arrivals: list[float] = []
    events: list[tuple[float, int, bool, Permit]] = []  # time, number, is an answer, permit
    numbers = itertools.count(1)
    while len(arrivals) < 20 * rate:
        ready_at = clock.now + limiter.delay()
        if events and (events[0][0] <= ready_at or len(events) >= max(64, rate // 10)):
            at, _, is_answer, permit = heapq.heappop(events)
            clock.now = max(clock.now, at)
            if is_answer:
                limiter.release(permit)
                continue
            permit.record_write()
            arrival = clock.now + 0.001 + rng.random() * 0.001
            if arrival >= stall[0]:
                arrival = max(arrival, stall[1])
            if clock.now > stall[1]:
                stall = clock.now + 1.7, clock.now + 1.7 + next(lengths)
            arrivals.append(arrival)
            heapq.heappush(events, (arrival + 0.001, next(numbers), True, permit))
            continue
        clock.now = ready_at
        number = next(numbers)
        permit = limiter.acquire(number)
        written_at = clock.now + (connect if number % 50 == 0 else 0.0002)
        heapq.heappush(events, (written_at, number, False, permit))
    assert most_within(sorted(arrivals), 1.0) <= rate
    assert len(arrivals) / (max(arrivals) - min(arrivals)) >= 0.85 * rate


def test_a_call_that_was_not_made_takes_no_room() -> None:
    clock = Clock()
    limiter = RateLimiter(200, clock)
    for _ in range(10):
        clock.now += limiter.delay()
        limiter.release(limiter.acquire(1))
    times = [send_one(limiter, clock, chat) for chat in range(2, 302)]
    assert len(times) / (times[-1] - times[0]) >= 0.98 * 200


async def test_no_second_exceeds_the_rate_at_the_other_end_of_real_connections(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with running_delivery(sqlite, sender, rate=30) as outbox:
        _, to = await add_people(standin, outbox, 100)
        await outbox.broadcast("News", to)
        await outbox.wait_until_sent()
    assert standin.journal.rates.sends == 100
    assert standin.journal.rates.busiest_second <= 30
