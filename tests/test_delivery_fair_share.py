"""Fair share: lanes divide the sending rate by their weights (stride scheduling)."""

import random
from collections import Counter, deque
from collections.abc import Iterable, Mapping

import pytest

from bot.delivery.fair_share import WEIGHTS, StrideScheduler
from storage.values.lanes import Lane

RATE = 30


class Outbox:
    """Lanes with waiting messages, sent one call at a time."""

    def __init__(self, **waiting: int) -> None:
        self.shares = StrideScheduler()
        self.waiting = {Lane[name]: deque(range(count)) for name, count in waiting.items()}
        self.sent: list[Lane] = []

    def add(self, lane: Lane, count: int) -> None:
        self.waiting.setdefault(lane, deque()).extend(range(count))

    def run(self, calls: int, room: int = 2) -> Counter[Lane]:
        """Make `calls` calls, claiming up to `room` at a time, and count them by lane."""
        start = len(self.sent)
        while len(self.sent) < start + calls:
            full = [lane for lane, queue in self.waiting.items() if queue]
            assigned = self.shares.allot(room, full)
            made = {lane: min(n, len(self.waiting[lane])) for lane, n in assigned.items()}
            assert any(made.values()), "no lane got a call"
            for lane in sorted(made):
                for _ in range(made[lane]):
                    self.waiting[lane].popleft()
                    self.sent.append(lane)
            self.shares.charge(made)
        return Counter(self.sent[start:])


def full_outbox(*lanes: Lane) -> Outbox:
    return Outbox(**{lane.name: 200_000 for lane in lanes})


def weight_shares(lanes: Iterable[Lane]) -> Mapping[Lane, float]:
    total = sum(WEIGHTS[lane] for lane in lanes)
    return {lane: WEIGHTS[lane] / total for lane in lanes}


@pytest.mark.parametrize("room", [1, 2, 7, 50])
def test_full_lanes_share_by_their_weights(room: int) -> None:
    made = full_outbox(*Lane).run(11_800, room)
    for lane, part in weight_shares(Lane).items():
        assert made[lane] == pytest.approx(11_800 * part, rel=0.02, abs=1), lane.name


@pytest.mark.parametrize("lane", list(Lane))
def test_no_lane_starves(lane: Lane) -> None:
    """Every lane gets its weight of calls in each full round, whatever else waits."""
    outbox = full_outbox(*Lane)
    calls = sum(WEIGHTS.values())
    for _ in range(20):
        assert outbox.run(calls)[lane] >= WEIGHTS[lane]


def test_an_idle_lane_leaves_its_share_to_the_others() -> None:
    assert full_outbox(Lane.ANNOUNCEMENT).run(1_000) == {Lane.ANNOUNCEMENT: 1_000}
    made = full_outbox(Lane.REPLY, Lane.DIGEST).run(3_300)
    assert made[Lane.REPLY] == pytest.approx(3_200, abs=2)


def test_a_flood_of_commands_leaves_an_alert_two_thirds_of_the_rate() -> None:
    """The alert's first message is among the next two calls."""
    outbox = full_outbox(Lane.REPLY)
    outbox.run(1_000)
    outbox.add(Lane.ALERT, 3_000)
    made = outbox.run(3_000)
    assert outbox.sent[1_000:].index(Lane.ALERT) <= 1
    assert made[Lane.ALERT] == pytest.approx(2_000, abs=2)


def test_a_broadcast_delays_a_reply_by_a_few_calls() -> None:
    outbox = full_outbox(Lane.ALERT, Lane.NEWS, Lane.DIGEST)
    chance = random.Random(3)
    for _ in range(200):
        begun = len(outbox.sent) + outbox.run(chance.randrange(1, 60)).total()
        outbox.add(Lane.REPLY, 1)
        outbox.run(RATE)
        assert outbox.sent[begun:].index(Lane.REPLY) <= 3


def test_digests_cost_an_alert_no_more_than_their_weight() -> None:
    outbox = full_outbox(Lane.DIGEST)
    outbox.run(10_000)
    outbox.add(Lane.ALERT, 6_400)
    made = outbox.run(6_500)
    assert outbox.sent[10_000:].index(Lane.ALERT) <= 1
    assert made[Lane.ALERT] >= 6_399


def test_an_idle_lane_accumulates_no_credit() -> None:
    """Replies that resume after an hour of news do not stop the news."""
    outbox = full_outbox(Lane.NEWS)
    outbox.run(RATE * 3_600)
    outbox.waiting[Lane.NEWS].extend(range(10_000))
    outbox.add(Lane.REPLY, 10_000)
    assert outbox.run(48)[Lane.NEWS] >= 15
