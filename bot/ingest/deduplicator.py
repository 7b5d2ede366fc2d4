"""Deduplicator: find news that repeat a bulletin of the last hours, by fingerprint."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.classification import read_bulletin
from matching.near_duplicates import DuplicateReason, Fingerprint, compare, fingerprint
from matching.reader import Reader
from storage.engine.database import Database
from storage.inbound import bulletins, duplicates
from storage.inbound.bulletins import StoredBulletin

WINDOW = timedelta(hours=6)
_MAX_BULLETINS = 5_000
"""Limit of bulletins kept, so a flood of news does not slow down the search."""


@dataclass(frozen=True)
class DuplicateMatch:
    """Result of a search: the bulletin that a duplicate repeats."""

    original: int  # id of the first bulletin
    reason: DuplicateReason


@dataclass(frozen=True)
class _RecentBulletin:
    bulletin: int
    source: str
    received_at: datetime
    fingerprint: Fingerprint


class Deduplicator:
    """Keeps recent fingerprints, indexed by dedup key."""

    def __init__(self) -> None:
        self._recent: deque[_RecentBulletin] = deque()
        self._by_key: dict[Hashable, list[_RecentBulletin]] = {}

    async def load(self, database: Database, reader: Reader, now: datetime) -> None:
        """Load the stored news of the window, at the start or after a failed transaction."""
        self._recent.clear()
        self._by_key.clear()
        async with database.read() as transaction:
            for bulletin in await bulletins.received_since(transaction, now - WINDOW):
                news_fingerprint = fingerprint(read_bulletin(reader, bulletin), bulletin.url)
                if news_fingerprint and not await duplicates.find(transaction, bulletin.id):
                    self.remember(bulletin, news_fingerprint)

    def remember(self, bulletin: StoredBulletin, news_fingerprint: Fingerprint) -> None:
        """Add a bulletin to the window."""
        recent = _RecentBulletin(
            bulletin.id, bulletin.source, bulletin.received_at, news_fingerprint
        )
        self._recent.append(recent)
        for key in _dedup_keys(news_fingerprint):
            self._by_key.setdefault(key, []).append(recent)
        if len(self._recent) > _MAX_BULLETINS:
            self._drop_oldest()

    def find(
        self, bulletin: StoredBulletin, news_fingerprint: Fingerprint
    ) -> DuplicateMatch | None:
        """Return the recent bulletin that this one duplicates, if any."""
        while self._recent and self._recent[0].received_at < bulletin.received_at - WINDOW:
            self._drop_oldest()
        for key in _dedup_keys(news_fingerprint):
            candidates = self._by_key.get(key, [])
            for recent in candidates:
                reason = compare(recent.fingerprint, news_fingerprint)
                if reason and not (
                    reason is DuplicateReason.URL and _is_shared_address(candidates, bulletin)
                ):
                    return DuplicateMatch(recent.bulletin, reason)
        return None

    def _drop_oldest(self) -> None:
        oldest = self._recent.popleft()
        for key in _dedup_keys(oldest.fingerprint):
            self._by_key[key].remove(oldest)
            if not self._by_key[key]:
                del self._by_key[key]


def _dedup_keys(news_fingerprint: Fingerprint) -> list[Hashable]:
    """Return the dedup keys of a fingerprint; duplicates share at least one."""
    keys: list[Hashable] = [news_fingerprint.text_hash, news_fingerprint.subject]
    return [*keys, ("address", news_fingerprint.url)] if news_fingerprint.url else keys


def _is_shared_address(candidates: list[_RecentBulletin], bulletin: StoredBulletin) -> bool:
    """Return whether a URL belongs to many bulletins, like that of a live blog."""
    sources = [recent.source for recent in candidates]
    return bulletin.source in sources or len(sources) > len(set(sources))
