"""What was not sent and will not be: an alert that is over, or what joins digests instead."""

from collections import Counter
from collections.abc import Iterable

import structlog
from pyroaring import BitMap

from bot.delivery.attempt import Errand
from bot.delivery.retry import Join, late
from handlers.messages.bulletin import listed
from storage.engine.database import Transaction
from storage.outbox import digest_carryover
from storage.values.lanes import Lane
from storage.values.message import Content

log = structlog.get_logger(__name__)


class Expired:
    """Gathers them, for one transaction."""

    def __init__(self) -> None:
        self.count: Counter[Lane] = Counter()  # messages that nobody will get
        self._join: dict[int, BitMap] = {}

    def note(self, lane: Lane, bulletin: int | None, numbers: Iterable[int]) -> None:
        """A bulletin is too late for subscribers with those numbers."""
        who = BitMap(numbers)
        self.count[lane] += len(who)
        joins = isinstance(late(lane), Join) and bulletin is not None
        log.warning("expired", lane=lane.name, bulletin=bulletin, count=len(who), joins=joins)
        if joins and bulletin is not None:
            self._add(bulletin, who)

    def join(self, number: int, what: Content | int) -> None:
        """A bulletin, or all that a digest tells, joins somebody's next digest."""
        for bulletin in listed(what) if isinstance(what, Content) else [what]:
            self._add(bulletin, BitMap([number]))

    async def store(self, transaction: Transaction) -> None:
        await digest_carryover.carry(transaction, self._join)

    def _add(self, bulletin: int, who: BitMap) -> None:
        self._join[bulletin] = self._join.get(bulletin, BitMap()) | who


def joinable(errand: Errand) -> Content | int | None:
    """What of a message may join a digest; None: nothing."""
    return errand.content or errand.bulletin
