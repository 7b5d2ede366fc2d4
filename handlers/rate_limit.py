"""Rate limit of requests: token buckets for each person and each chat, with one notice each."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

COMMAND_COST = 1.0
CALLBACK_COST = 1 / 3
"""A button costs less than a command: people turn pages quickly."""

_MAX_BUCKETS = 10_000


class Verdict(Enum):
    """Decision about a request."""

    ALLOW = auto()
    REJECT_WITH_NOTICE = auto()  # first rejection: the person or the chat gets a notice
    REJECT_SILENTLY = auto()  # further rejections


@dataclass
class _TokenBucket:
    tokens: float
    updated_at: datetime
    is_notified: bool = False  # of the current rejections


class CommandRateLimiter:
    """Rate limiter: for each key `per_minute` requests on average, and half as many in a burst.

    A key is the Telegram id of a person or of a chat.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._tokens_per_second = per_minute / 60
        self._capacity = per_minute / 2
        self._buckets: dict[int, _TokenBucket] = {}

    def take(self, key: int, now: datetime, cost: float = COMMAND_COST) -> Verdict:
        """Take the tokens of a request, and decide whether to handle it."""
        bucket = self._buckets.setdefault(key, _TokenBucket(self._capacity, now))
        bucket.tokens = self._available(bucket, now)
        bucket.updated_at = now
        if len(self._buckets) > _MAX_BUCKETS:
            self._evict_full_buckets(now)
        if bucket.tokens >= cost:
            bucket.tokens -= cost
            bucket.is_notified = False
            return Verdict.ALLOW
        verdict = Verdict.REJECT_SILENTLY if bucket.is_notified else Verdict.REJECT_WITH_NOTICE
        bucket.is_notified = True
        return verdict

    def _available(self, bucket: _TokenBucket, now: datetime) -> float:
        seconds = max(0.0, (now - bucket.updated_at).total_seconds())
        return min(self._capacity, bucket.tokens + seconds * self._tokens_per_second)

    def _evict_full_buckets(self, now: datetime) -> None:
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if self._available(bucket, now) < self._capacity
        }
