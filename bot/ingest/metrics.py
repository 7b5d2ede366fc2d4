"""What an operator sees of what comes in, in Prometheus' terms: bulletins and updates."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter

from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import Taken

_OTHER = "other"


class BulletinCounts:
    """How many bulletins each source has brought, by what became of them."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._came = Counter(
            "tocsin_bulletins",
            "Bulletins taken in: known already, matched by somebody, or by nobody",
            ["source", "fate"],
            registry=registry,
        )

    def taken(self, bulletins: Iterable[Bulletin], taken: Iterable[Taken]) -> None:
        """They are stored."""
        for bulletin, what in zip(bulletins, taken, strict=True):
            self._came.labels(bulletin.source, _fate(what)).inc()


class UpdateCounts:
    """How many updates Telegram has sent, by kind: of `kinds`, and others."""

    def __init__(self, registry: CollectorRegistry, kinds: Iterable[str]) -> None:
        came = Counter(
            "tocsin_updates", "Updates of Telegram's that were kept", ["kind"], registry=registry
        )
        self._by_kind = {kind: came.labels(kind) for kind in (*kinds, _OTHER)}

    def kept(self, updates: Iterable[Mapping[str, object]]) -> None:
        """They are stored."""
        for update in updates:
            kind = next((kind for kind in self._by_kind if kind in update), _OTHER)
            self._by_kind[kind].inc()


def _fate(taken: Taken) -> str:
    if taken.repeated:
        return "repeated"
    return "matched" if taken.matched else "unmatched"
