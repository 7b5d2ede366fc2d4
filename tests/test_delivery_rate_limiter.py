"""The pace of calls to Telegram, by a clock that the test moves."""

import heapq
import itertools
import random
from collections import deque

import pytest

from bot.delivery.rate_limiter import GROUP_MESSAGES, Booking, Pacer


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def send(pacer: Pacer, clock: Clock, chat_id: int) -> float:
    """Waits as long as it takes, books one call; when that was."""
    clock.now += max(pacer.wait(), pacer.chat_wait(chat_id))
    pacer.answered(pacer.book(chat_id))
    return clock.now


def most_within(times: list[float], seconds: float) -> int:
    """The most of `times` in any stretch of so many seconds, its end not included."""
    most = start = 0
    for end, time in enumerate(times):
        while times[start] <= time - seconds + 1e-9:
            start += 1
        most = max(most, end - start + 1)
    return most


def test_there_is_no_burst_at_the_start_nor_after_a_silence() -> None:
    clock = Clock()
    pacer = Pacer(30, clock)
    begun = clock.now
    first = [send(pacer, clock, chat) for chat in range(1, 31)]
    assert first[0] - begun > 0.03
    assert all(b - a > 0.03 for a, b in itertools.pairwise(first))
    clock.now += 3600
    later = [send(pacer, clock, chat) for chat in range(100, 160)]
    assert most_within(later, 1.0) <= 30


def test_a_late_loop_reaches_the_rate_and_never_passes_it() -> None:
    clock = Clock()
    jitter = random.Random(7)
    pacer = Pacer(1000, clock)
    times = []
    for chat in range(1, 60_001):
        clock.now += jitter.random() * 0.003 if chat % 5 == 0 else 0
        times.append(send(pacer, clock, chat))
    assert most_within(times, 1.0) <= 1000
    assert len(times) / (times[-1] - times[0]) >= 990


@pytest.mark.parametrize("rate", [30, 200, 1000])
def test_the_rate_is_a_setting_and_is_held(rate: int) -> None:
    clock = Clock()
    pacer = Pacer(rate, clock)
    times = [send(pacer, clock, chat) for chat in range(1, rate * 60)]
    assert most_within(times, 1.0) <= rate
    assert len(times) / (times[-1] - times[0]) >= 0.99 * rate


@pytest.mark.parametrize("rate", [30, 1000])
def test_no_second_holds_more_where_calls_arrive_by_a_way_that_halts_now_and_then(
    rate: int,
) -> None:
    clock, chance = Clock(), random.Random(3)
    pacer = Pacer(rate, clock)
    halts = itertools.cycle((0.045, 0.02, 0.009))
    halt = clock.now + 2, clock.now + 2.045
    arrivals: list[float] = []
    answers: list[tuple[float, int, Booking]] = []
    while len(arrivals) < 60 * rate:
        until = clock.now + pacer.wait()
        while answers and answers[0][0] <= until:
            clock.now, _, booking = heapq.heappop(answers)
            pacer.answered(booking)
            until = max(until, clock.now + pacer.wait())
        clock.now = until
        booking = pacer.book(len(arrivals) + 1)
        arrival = clock.now + 0.001 + chance.random() * 0.001
        if arrival >= halt[0]:
            arrival = max(arrival, halt[1])
        if clock.now > halt[1]:
            halt = clock.now + 1.3, clock.now + 1.3 + next(halts)
        arrivals.append(arrival)
        heapq.heappush(answers, (arrival + 0.001, len(arrivals), booking))
    assert most_within(sorted(arrivals), 1.0) <= rate
    assert len(arrivals) / (arrivals[-1] - arrivals[0]) >= 0.99 * rate


def test_a_million_sends_are_never_too_many_and_never_inside_a_wait() -> None:
    """By a loop that is late now and then, to chats of which some answer 429."""
    clock, chance = Clock(), random.Random(5)
    pacer = Pacer(1000, clock)
    told: dict[int, float] = {}
    latest: deque[float] = deque(maxlen=1000)
    lost = 0.0  # seconds in which Telegram has allowed nothing
    begun, booked = clock.now, 0
    for number in range(1_000_000):
        if number % 997 == 0:
            clock.now += chance.random() * 0.01
        wait = pacer.wait()
        clock.now += wait
        chat = number % 50_000 + 1
        if pacer.chat_wait(chat):
            continue
        assert told.get(chat, 0) <= clock.now
        assert len(latest) < 1000 or clock.now - latest[0] > 1.0
        pacer.answered(pacer.book(chat))
        booked += 1
        latest.append(clock.now)
        if number % 5_000 == 0:
            seconds = chance.randrange(1, 400)
            told[chat] = clock.now + seconds
            pacer.flooded(chat, seconds)
        if number % 250_000 == 1:
            for flooded in (chat, chat + 1, chat + 2):
                told[flooded] = clock.now + 7
                pacer.flooded(flooded, 7)
            lost += 7
    assert booked / (clock.now - begun - lost) >= 990


def test_one_chat_gets_one_message_a_second() -> None:
    clock = Clock()
    pacer = Pacer(30, clock)
    times = [send(pacer, clock, 5) for _ in range(10)]
    assert most_within(times, 1.0) == 1
    assert pacer.chat_wait(6) == 0


def test_a_group_gets_twenty_messages_a_minute() -> None:
    clock = Clock()
    pacer = Pacer(30, clock)
    times = [send(pacer, clock, -5) for _ in range(100)]
    assert most_within(times, 60.0) == GROUP_MESSAGES


def test_a_chat_that_answers_429_waits_and_nobody_else() -> None:
    """Case 1 of the catalogue of failures."""
    clock = Clock()
    pacer = Pacer(30, clock)
    pacer.flooded(5, 40)
    assert pacer.chat_wait(5) == 40
    assert pacer.chat_wait(6) == 0
    assert pacer.wait() < 1


def test_three_chats_that_answer_429_within_a_second_make_all_wait() -> None:
    """Case 2 of the catalogue of failures."""
    clock = Clock()
    pacer = Pacer(30, clock)
    for chat in (5, 5, 5, 6):
        pacer.flooded(chat, 7)
    assert pacer.wait() < 1
    clock.now += 2
    pacer.flooded(7, 7)
    assert pacer.wait() < 1
    pacer.flooded(8, 7)
    pacer.flooded(9, 7)
    assert pacer.wait() == 7


def test_chats_that_need_no_wait_are_forgotten() -> None:
    clock = Clock()
    pacer = Pacer(1000, clock)
    for chat in range(1, 25_001):
        send(pacer, clock, chat)
    assert len(pacer._chats) < 12_000
