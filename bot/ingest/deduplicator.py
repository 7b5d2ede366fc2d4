"""The news of the last hours, to know when one is told again."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.classification import read
from matching.near_duplicates import Fingerprint, Why, fingerprint, same
from matching.reader import Reader
from storage.engine.database import Database
from storage.inbound import bulletins, duplicates
from storage.inbound.bulletins import StoredBulletin

WINDOW = timedelta(hours=6)
_MOST = 5_000
"""Remembered at most; a flood of news must not slow down each of them."""


@dataclass(frozen=True)
class Repeat:
    into: int  # id of the bulletin that told it first
    why: Why


@dataclass(frozen=True)
class _Recent:
    bulletin: int
    source: str
    received_at: datetime
    fingerprint: Fingerprint


class Repeats:
    """Remembers fingerprints for a while, and finds those that may be the same at once."""

    def __init__(self) -> None:
        self._recent: deque[_Recent] = deque()
        self._by_key: dict[Hashable, list[_Recent]] = {}

    async def load(self, database: Database, reader: Reader, now: datetime) -> None:
        """What was told before this process began, or before a transaction that failed."""
        self._recent.clear()
        self._by_key.clear()
        async with database.read() as transaction:
            for bulletin in await bulletins.since(transaction, now - WINDOW):
                known = fingerprint(read(reader, bulletin), bulletin.url)
                if known and not await duplicates.find(transaction, bulletin.id):
                    self.remember(bulletin, known)

    def remember(self, bulletin: StoredBulletin, known: Fingerprint) -> None:
        recent = _Recent(bulletin.id, bulletin.source, bulletin.received_at, known)
        self._recent.append(recent)
        for key in _keys(known):
            self._by_key.setdefault(key, []).append(recent)
        if len(self._recent) > _MOST:
            self._forget_oldest()

    def find(self, bulletin: StoredBulletin, known: Fingerprint) -> Repeat | None:
        """Who told it first, within the last hours."""
        while self._recent and self._recent[0].received_at < bulletin.received_at - WINDOW:
            self._forget_oldest()
        for key in _keys(known):
            alike = self._by_key.get(key, [])
            for recent in alike:
                why = same(recent.fingerprint, known)
                if why and not (why is Why.ADDRESS and _is_shared(alike, bulletin)):
                    return Repeat(recent.bulletin, why)
        return None

    def _forget_oldest(self) -> None:
        oldest = self._recent.popleft()
        for key in _keys(oldest.fingerprint):
            self._by_key[key].remove(oldest)
            if not self._by_key[key]:
                del self._by_key[key]


def _keys(known: Fingerprint) -> list[Hashable]:
    """What two that are the same share at least one of."""
    keys: list[Hashable] = [known.digest, known.subject]
    return [*keys, ("address", known.address)] if known.address else keys


def _is_shared(alike: list[_Recent], bulletin: StoredBulletin) -> bool:
    """Whether an address stands for many bulletins, as that of a live blog does."""
    sources = [recent.source for recent in alike]
    return bulletin.source in sources or len(sources) > len(set(sources))
