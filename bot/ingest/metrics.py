"""Ingest metrics for Prometheus: bulletins and updates."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter

from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import IngestResult

_OTHER = "other"


class BulletinMetrics:
    """Counts bulletins by source and result."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ingested = Counter(
            "tocsin_bulletins",
            "Bulletins ingested: repeated, matched by a subscription, or unmatched",
            ["source", "fate"],
            registry=registry,
        )

    def record(self, bulletins: Iterable[Bulletin], results: Iterable[IngestResult]) -> None:
        """Count bulletins that were stored."""
        for bulletin, result in zip(bulletins, results, strict=True):
            self._ingested.labels(bulletin.source, _result_label(result)).inc()


class UpdateMetrics:
    """Counts updates of Telegram by kind; kinds that are not in `kinds` are counted as other."""

    def __init__(self, registry: CollectorRegistry, kinds: Iterable[str]) -> None:
        received = Counter(
            "tocsin_updates", "Updates from Telegram that were stored", ["kind"], registry=registry
        )
        self._by_kind = {kind: received.labels(kind) for kind in (*kinds, _OTHER)}

    def record(self, updates: Iterable[Mapping[str, object]]) -> None:
        """Count updates that were stored."""
        for update in updates:
            kind = next((kind for kind in self._by_kind if kind in update), _OTHER)
            self._by_kind[kind].inc()


def _result_label(result: IngestResult) -> str:
    if result.is_duplicate:
        return "repeated"
    return "matched" if result.match_count else "unmatched"
