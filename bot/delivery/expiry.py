"""Expiry: the TTL of messages, and what becomes of those that are too late to send.

An expired alert is dropped; expired news is carried over to the next digest.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from pyroaring import BitMap

from bot.delivery.attempt import Attempt
from bot.delivery.retry import CarryOver, decide_expired
from handlers.messages.bulletin import listed_bulletin_ids
from storage.engine.database import Transaction
from storage.inbound.bulletins import Bulletin
from storage.outbox import digest_carryover
from storage.values.lanes import Lane
from storage.values.message import MessageContent

log = structlog.get_logger(__name__)

NEWS_TTL = timedelta(hours=6)
"""News that waited longer to be sent is carried over to digests, and stays in /latest."""


def is_fresh(lane: Lane, payload: Bulletin | MessageContent, now: datetime) -> bool:
    """Return whether a message is still worth sending. Pure; `now` is aware.

    Content for one person, such as a reply or a digest, is always fresh. The age of an alert is
    checked once, when it is ingested; one that waited in the outbox is sent until it expires.
    """
    if isinstance(payload, MessageContent):
        return True
    if payload.expires_at is not None and payload.expires_at <= now:
        return False
    return lane is not Lane.NEWS or now - payload.received_at <= NEWS_TTL


class ExpiredMessages:
    """Collects expired messages and digest carryover, for one transaction."""

    def __init__(self) -> None:
        self.count_by_lane: Counter[Lane] = Counter()  # messages that are not sent
        self._carryover: dict[int, BitMap] = {}

    def expire(self, lane: Lane, bulletin: int | None, numbers: Iterable[int]) -> None:
        """Expire a bulletin for subscribers with these numbers."""
        recipients = BitMap(numbers)
        self.count_by_lane[lane] += len(recipients)
        is_carried_over = isinstance(decide_expired(lane), CarryOver) and bulletin is not None
        log.warning(
            "bulletin_expired",
            lane=lane.name,
            bulletin=bulletin,
            count=len(recipients),
            carried_over=is_carried_over,
        )
        if is_carried_over and bulletin is not None:
            self._add(bulletin, recipients)

    def carry_over(self, number: int, payload: MessageContent | int) -> None:
        """Carry a bulletin, or all bulletins of a digest, over to a subscriber's next digest."""
        for bulletin in (
            listed_bulletin_ids(payload) if isinstance(payload, MessageContent) else [payload]
        ):
            self._add(bulletin, BitMap([number]))

    async def store(self, transaction: Transaction) -> None:
        """Store the carryover."""
        await digest_carryover.add(transaction, self._carryover)

    def _add(self, bulletin: int, recipients: BitMap) -> None:
        self._carryover[bulletin] = self._carryover.get(bulletin, BitMap()) | recipients


def carryover_payload(attempt: Attempt) -> MessageContent | int | None:
    """Return the content or the bulletin id to carry over; None if there is neither."""
    return attempt.content or attempt.bulletin_id
