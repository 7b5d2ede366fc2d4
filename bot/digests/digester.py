"""What was held for somebody comes at the hour they chose, or when their quiet is over.

First it is owed: when its hour has come that is noted, with the next hour, many in a transaction.
Then it is made, the longest owed first and only as much as the outbox can soon send: so a hundred
thousand at nine o'clock are safe within seconds, and none is older than it must be when it comes.
What is made and that it is owed no more is one transaction: nothing comes twice, or never.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from pyroaring import BitMap

from bot.digests.pending import Waiting, WaitingBatch, WaitingReader
from handlers.messages.bulletin import Audience
from handlers.messages.digest import Roundup
from storage.engine.database import Database, Transaction
from storage.outbox import deliveries, digest_carryover
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import quiet_hours, subscriptions
from storage.values.lanes import Lane
from storage.values.message import Content

log = structlog.get_logger(__name__)

BATCH = 4_000
"""Noted as owed in one transaction: others who write wait for it."""

TURNS = 500
"""Whose quiet begins or ends in one transaction: each costs the loop some ten microseconds."""

ENOUGH = 2_000
"""Digests in the outbox: what is sent from one tick to the next at the highest rate."""

_TOGETHER = 50
"""Made in one transaction."""


@dataclass(frozen=True)
class _Made:
    """What goes to one subscriber."""

    owed: Waiting
    contents: Sequence[Content]
    lane: Lane
    silent: bool


@dataclass(frozen=True)
class Digests:
    """Makes digests. `ring` wakes whoever sends; `clock` gives aware times."""

    database: Database
    waiting: WaitingReader
    roundup: Roundup
    ring: Callable[[], None]
    clock: Callable[[], datetime]

    async def tick(self) -> None:
        """Everything that is due now."""
        now = self.clock()
        await self.owe(now)
        while await self.make(now):
            self.ring()

    async def owe(self, now: datetime) -> None:
        """Begins and ends what quiet is due to, and notes what digests are, with their next hour.

        Quiet goes first: digests that are due in it wait for its end.
        """
        await self._each_batch(quiet_hours.is_due, quiet_hours.turn, TURNS, now)
        await self._each_batch(subscriptions.is_due, subscriptions.owe, BATCH, now)

    async def make(self, now: datetime) -> bool:
        """Makes some of what is owed; False when nothing is, or the outbox has enough."""
        async with self.database.read() as transaction:
            if await deliveries.count(transaction, Lane.DIGEST, ENOUGH) >= ENOUGH:
                return False
            batch = await self.waiting.read(transaction, now)
        if batch.quiet_until:
            async with self.database.write() as transaction:
                for number, until in batch.quiet_until.items():
                    await subscriptions.defer(transaction, number, until)
        for at in range(0, len(batch.owed), _TOGETHER):
            made = []
            for owed in batch.owed[at : at + _TOGETHER]:
                made.append(await self._try(owed, batch, now))
                await asyncio.sleep(0)  # each takes a moment: others have theirs in between
            async with self.database.write() as transaction:
                await _settle(transaction, made, batch, now)
        return bool(batch.owed or batch.quiet_until)

    async def _each_batch(
        self,
        is_due: Callable[[Transaction, datetime], Awaitable[bool]],
        take: Callable[[Transaction, datetime, int], Awaitable[int]],
        limit: int,
        now: datetime,
    ) -> None:
        async with self.database.read() as transaction:
            more = await is_due(transaction, now)
        while more:
            async with self.database.write() as transaction:
                more = await take(transaction, now, limit) == limit

    async def _try(self, owed: Waiting, batch: WaitingBatch, now: datetime) -> _Made:
        try:
            return await self._make(owed, batch, now)
        except Exception:  # one that cannot be made must not keep all others from theirs
            log.exception("a digest could not be made", subscriber=owed.subscriber.number)
            return _Made(owed, (), Lane.DIGEST, silent=True)

    async def _make(self, owed: Waiting, batch: WaitingBatch, now: datetime) -> _Made:
        audience = Audience.of(owed.subscriber)
        items = await batch.wanted(owed)
        if owed.is_back:
            told = batch.each_once(owed.told)
            back = self.roundup.after_quiet(items, told, audience, now)
            if back.contents:
                lane = Lane.ALERT if back.is_urgent else Lane.DIGEST
                return _Made(owed, back.contents, lane, silent=False)
        contents = [] if owed.is_back else self.roundup.digest(items, audience, now)
        if not contents and owed.digests and owed.subscriber.told_nothing:
            contents = [self.roundup.nothing(audience)]
        silent = not any(subscription.sound for subscription in owed.digests)
        return _Made(owed, contents, Lane.DIGEST, silent)


async def _settle(
    transaction: Transaction, made: Sequence[_Made], batch: WaitingBatch, now: datetime
) -> None:
    """Puts into the outbox what is still owed: quiet may have begun again meanwhile."""
    back = await quiet_hours.settle(transaction, [m.owed.subscriber.number for m in made])
    still = [m for m in made if not m.owed.is_back or m.owed.subscriber.number in back]
    ids = [digest.id for m in still for digest in m.owed.digests]
    settled = back | await subscriptions.settle(transaction, ids, digested=batch.last)
    new = [
        NewDelivery(
            subscriber=each.owed.subscriber.number,
            lane=each.lane,
            content=content,
            silent=each.silent,
            due_at=now,
        )
        for each in still
        if each.owed.subscriber.number in settled
        for content in each.contents
    ]
    await deliveries.enqueue(transaction, new, now)
    await digest_carryover.join(
        transaction, _joined((each for each in still if each.contents), batch)
    )


def _joined(made: Iterable[_Made], batch: WaitingBatch) -> dict[int, BitMap]:
    """By id of a bulletin that joined later, to whom it goes."""
    joined: dict[int, BitMap] = {}
    for each in made:
        for bulletin in batch.again(each.owed):
            joined.setdefault(bulletin, BitMap()).add(each.owed.subscriber.number)
    return joined
