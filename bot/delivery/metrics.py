"""What an operator sees of sending, lane by lane, in Prometheus' terms."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial

from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client import Counter as Metric

from bot.delivery.attempt import Errand
from bot.delivery.outcome import Doubtful, Sent
from storage.inbound.bulletins import StoredBulletin
from storage.values.lanes import Lane

_LAGS = (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""Seconds: from the target of an idle bot to an alert that is too old."""


class Fate(StrEnum):
    """What was decided about a message that did not arrive, or not in time."""

    RETRIED = "retried"
    EXPIRED = "expired"
    FAILED = "failed"


Tally = Counter[tuple[Fate, Lane]]
"""How many of each, from one transaction: counted only when it is committed."""


class Counts:
    """The metrics of the courier, in `registry`. `clock` gives aware times."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sent = _by_lane(registry, "sent", "Messages Telegram has taken")
        self._doubtful = _by_lane(registry, "doubtful", "Calls of which nobody knows the outcome")
        self._fates = {
            Fate.RETRIED: _by_lane(registry, "retried", "Messages put off to be sent again"),
            Fate.EXPIRED: _by_lane(registry, "expired", "Messages dropped: of no use any more"),
            Fate.FAILED: _by_lane(registry, "failed", "Messages given up and kept to be seen"),
        }
        lag = Histogram(
            "tocsin_lag_seconds",
            "From a bulletin's arrival here until Telegram has it",
            ["lane"],
            buckets=_LAGS,
            registry=registry,
        )
        self._lag = {lane: lag.labels(lane.name.lower()) for lane in Lane}
        self._latency = Histogram(
            "tocsin_alert_latency_seconds",
            "From a source's own time of an alert until Telegram has it",
            buckets=_LAGS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "tocsin_in_flight", "Calls recorded, without an outcome", ["lane"], registry=registry
        )

    def watch(self, under_way: Callable[[], Iterable[Errand]]) -> None:
        """`under_way` tells, whenever somebody looks, which calls have no outcome."""
        for lane in Lane:
            gauge = self._in_flight.labels(lane.name.lower())
            gauge.set_function(partial(_count, under_way, lane))

    def ended(self, errand: Errand) -> None:
        """A call has an outcome."""
        if isinstance(errand.outcome, Doubtful):
            self._doubtful[errand.lane].inc()
        if not isinstance(errand.outcome, Sent):
            return
        self._sent[errand.lane].inc()
        if isinstance(errand.what, StoredBulletin) and errand.is_timely:
            self._time(errand.what, errand.lane)

    def _time(self, bulletin: StoredBulletin, lane: Lane) -> None:
        now = self._clock()
        self._lag[lane].observe((now - bulletin.received_at).total_seconds())
        if lane is Lane.ALERT and bulletin.published_at:
            self._latency.observe((now - bulletin.published_at).total_seconds())

    def settled(self, tally: Mapping[tuple[Fate, Lane], int]) -> None:
        """What a transaction has decided is committed."""
        for (fate, lane), count in tally.items():
            self._fates[fate][lane].inc(count)


def _count(errands: Callable[[], Iterable[Errand]], lane: Lane) -> float:
    return sum(errand.lane is lane for errand in errands())


def _by_lane(registry: CollectorRegistry, name: str, about: str) -> dict[Lane, Metric]:
    """One counter a lane, all of them there from the start: a rate needs a zero to begin with."""
    metric = Metric(f"tocsin_{name}", about, ["lane"], registry=registry)
    return {lane: metric.labels(lane.name.lower()) for lane in Lane}
