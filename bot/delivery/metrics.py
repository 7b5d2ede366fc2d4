"""Delivery metrics for Prometheus, by lane."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial

from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client import Counter as Metric

from bot.delivery.attempt import Attempt
from bot.delivery.outcome import MaybeSent, Sent
from storage.inbound.bulletins import StoredBulletin
from storage.values.lanes import Lane

_LAG_BUCKETS = (0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""Seconds, from the target of an idle bot to an alert that is too old."""


class Disposition(StrEnum):
    """Decision about a message that was not sent, or not in time."""

    RETRIED = "retried"
    EXPIRED = "expired"
    FAILED = "failed"


DispositionCounts = Counter[tuple[Disposition, Lane]]
"""Number of decisions in one transaction, recorded after its commit."""


class DeliveryMetrics:
    """Metrics of the delivery worker, in `registry`. `clock` returns aware times."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._sent = _counter_by_lane(registry, "sent", "Messages that Telegram accepted")
        self._maybe_sent = _counter_by_lane(registry, "doubtful", "Calls with an unknown outcome")
        self._dispositions = {
            Disposition.RETRIED: _counter_by_lane(
                registry, "retried", "Messages scheduled to be sent again"
            ),
            Disposition.EXPIRED: _counter_by_lane(
                registry, "expired", "Messages dropped because it was too late to send them"
            ),
            Disposition.FAILED: _counter_by_lane(
                registry, "failed", "Messages given up and kept as dead letters"
            ),
        }
        lag = Histogram(
            "tocsin_lag_seconds",
            "From the arrival of a bulletin until Telegram accepts it",
            ["lane"],
            buckets=_LAG_BUCKETS,
            registry=registry,
        )
        self._lag = {lane: lag.labels(lane.name.lower()) for lane in Lane}
        self._latency = Histogram(
            "tocsin_alert_latency_seconds",
            "From the publication of an alert at its source until Telegram accepts it",
            buckets=_LAG_BUCKETS,
            registry=registry,
        )
        self._in_flight = Gauge(
            "tocsin_in_flight", "Calls recorded without an outcome", ["lane"], registry=registry
        )

    def observe_in_flight(self, in_flight: Callable[[], Iterable[Attempt]]) -> None:
        """Measure the calls in flight, as a gauge; `in_flight` is called at each scrape."""
        for lane in Lane:
            gauge = self._in_flight.labels(lane.name.lower())
            gauge.set_function(partial(_count, in_flight, lane))

    def record_outcome(self, attempt: Attempt) -> None:
        """Record the outcome of a call."""
        if isinstance(attempt.outcome, MaybeSent):
            self._maybe_sent[attempt.lane].inc()
        if not isinstance(attempt.outcome, Sent):
            return
        self._sent[attempt.lane].inc()
        if isinstance(attempt.payload, StoredBulletin) and attempt.is_timely:
            self._observe_latency(attempt.payload, attempt.lane)

    def _observe_latency(self, bulletin: StoredBulletin, lane: Lane) -> None:
        now = self._clock()
        # Our clock may have gone back since.
        self._lag[lane].observe(max(0.0, (now - bulletin.received_at).total_seconds()))
        if lane is Lane.ALERT and bulletin.published_at:
            self._latency.observe(max(0.0, (now - bulletin.issued_at).total_seconds()))

    def record_dispositions(self, dispositions: Mapping[tuple[Disposition, Lane], int]) -> None:
        """Record the decisions of a committed transaction."""
        for (disposition, lane), count in dispositions.items():
            self._dispositions[disposition][lane].inc(count)


def _count(in_flight: Callable[[], Iterable[Attempt]], lane: Lane) -> float:
    return sum(attempt.lane is lane for attempt in in_flight())


def _counter_by_lane(
    registry: CollectorRegistry, name: str, documentation: str
) -> dict[Lane, Metric]:
    """Return a counter for each lane, all at zero from the start: a rate needs that."""
    metric = Metric(f"tocsin_{name}", documentation, ["lane"], registry=registry)
    return {lane: metric.labels(lane.name.lower()) for lane in Lane}
