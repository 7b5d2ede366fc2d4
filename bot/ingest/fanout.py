"""To whom a bulletin is owed, and how that is stored: many bulletins at a time."""

from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap

from matching.near_duplicates import Fingerprint
from storage.engine.database import Transaction
from storage.outbox import broadcasts, digest_queue, quiet_queue
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.digest_queue import Held
from storage.outbox.quiet_queue import Hushed
from storage.subscribers.quiet_snapshot import Hush
from storage.values.lanes import Lane


@dataclass(frozen=True)
class Recipients:
    """Whom a bulletin concerns."""

    lane: Lane
    pushed: BitMap  # subscriber numbers: at once
    silent: BitMap  # those of them who get it without a sound
    held: BitMap  # subscriber numbers: for a digest
    fingerprint: Fingerprint | None  # by which it is known when it is told again
    story: BitMap = field(default_factory=BitMap)  # at once, but as news: they know the alert
    told: BitMap = field(default_factory=BitMap)  # have a message of an incident instead


NOBODY = Recipients(Lane.NEWS, BitMap(), BitMap(), BitMap(), None)


class FanOut:
    """What one transaction comes to owe."""

    def __init__(self, transaction: Transaction, hush: Hush, now: datetime) -> None:
        self._transaction = transaction
        self._hush = hush
        self._now = now
        self._pushed: list[NewBroadcast] = []
        self._held: list[Held] = []
        self._hushed: list[Hushed] = []

    def add(self, bulletin: int, to: Recipients, told: BitMap, waiting: BitMap) -> int:
        """Owes it to whom it concerns; returns how many they are.

        Both are subscriber numbers who get nothing more: those `told` of it already, at once, and
        those for whose digest it is `waiting` already.
        """
        owed, kept = to.pushed - told, to.held - told - waiting
        later = self._hush.held(to.lane, owed)
        pushed, softly = owed - later, self._hush.hushed(to.lane, owed)
        if pushed:
            silent = (to.silent | softly) & pushed
            new = NewBroadcast(bulletin=bulletin, lane=to.lane, recipients=pushed, silent=silent)
            self._pushed.append(new)
        if to.story:
            new = NewBroadcast(
                bulletin=bulletin, lane=Lane.NEWS, recipients=to.story, silent=to.story
            )
            self._pushed.append(new)
        if kept:
            self._held.append(Held(bulletin, kept))
        for numbers, is_told in ((later, False), (softly, True)):
            if numbers:
                self._hushed.append(Hushed(bulletin, is_told, numbers))
        return len(owed | kept | to.story | to.told)

    async def store(self) -> None:
        """Writes what was added since the last time."""
        await broadcasts.enqueue(self._transaction, self._pushed, self._now)
        await digest_queue.hold(self._transaction, self._held, self._now)
        await quiet_queue.hold(self._transaction, self._hushed, self._now)
        self._pushed, self._held, self._hushed = [], [], []
