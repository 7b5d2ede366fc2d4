"""What goes next: by lane, oldest first, to chats that may have a message now."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from bot.delivery.errands import Errand
from bot.delivery.pacing import CHAT_SECONDS
from storage import broadcasts, bulletins, deliveries, subscribers
from storage.broadcasts import NOBODY, Broadcast
from storage.bulletins import StoredBulletin
from storage.database import Transaction
from storage.deliveries import Delivery, NewDelivery
from storage.lanes import Lane
from storage.subscribers import Subscriber

LOOK_AHEAD = 64
"""Deliveries read at a time: some of them may have to wait for their chat."""


@dataclass
class Picked:
    """What one round sends. Nothing of it is true before the transaction is committed."""

    errands: list[Errand] = field(default_factory=list)
    put_off: int = 0  # how many were due and must wait for their chat
    groups: list[tuple[Broadcast, list[Errand]]] = field(default_factory=list)


class Picker:
    """Fills one round.

    `chat_wait` tells how many seconds a chat must be left alone.
    """

    def __init__(
        self,
        transaction: Transaction,
        now: datetime,
        chat_wait: Callable[[int], float],
        busy_chats: Collection[int],
    ) -> None:
        self._transaction = transaction
        self._now = now
        self._chat_wait = chat_wait
        self._busy = set(busy_chats)
        self._queued: dict[int, int] = {}
        self._picked = Picked()

    async def pick(self, owed: Iterable[Broadcast], room: int, without: Collection[int]) -> Picked:
        """At most `room` errands, their attempts recorded."""
        due = await deliveries.due(self._transaction, self._now, limit=LOOK_AHEAD, without=without)
        by_number = await subscribers.get(self._transaction, {d.subscriber for d in due})
        texts = await bulletins.get(self._transaction, {d.bulletin for d in due if d.bulletin})
        waiting = list(owed)
        for lane in Lane:
            for delivery in due:
                if delivery.lane is lane and len(self._picked.errands) < room:
                    await self._take(delivery, by_number[delivery.subscriber], texts)
            for broadcast in waiting:
                left = room - len(self._picked.errands)
                if broadcast.lane is lane and left > 0:
                    await self._advance(broadcast, left)
        await self._record()
        return self._picked

    async def _take(
        self, delivery: Delivery, subscriber: Subscriber, texts: dict[int, StoredBulletin]
    ) -> None:
        what = delivery.content or texts.get(delivery.bulletin or 0)
        if subscriber.suspended or what is None:
            await deliveries.done(self._transaction, [delivery.id])
            return
        if wait := self._wait(subscriber):
            self._picked.put_off += 1
            await deliveries.defer(self._transaction, delivery.id, self._now + wait)
            return
        self._picked.errands.append(
            Errand(
                subscriber,
                delivery.lane,
                what,
                delivery.silent,
                attempts=delivery.attempts + 1,
                delivery=delivery.id,
            )
        )

    async def _advance(self, broadcast: Broadcast, room: int) -> None:
        """Takes the next recipients of a broadcast, at most `room`."""
        numbers = after(broadcast.recipients, broadcast.attempted)[:room]
        if not numbers:
            return
        by_number = await subscribers.get(self._transaction, numbers)
        text = (await bulletins.get(self._transaction, [broadcast.bulletin]))[broadcast.bulletin]
        group = []
        for number in numbers:
            subscriber = by_number.get(number)
            if subscriber is None or subscriber.suspended:
                continue
            silent = number in broadcast.silent
            if wait := self._wait(subscriber):
                await self._put_off(broadcast, number, wait, silent=silent)
                continue
            group.append(
                Errand(subscriber, broadcast.lane, text, silent, attempts=1, delivery=None)
            )
        self._picked.errands += group
        self._picked.groups.append((replace(broadcast, attempted=numbers[-1]), group))

    def _wait(self, subscriber: Subscriber) -> timedelta | None:
        """How long the chat must be left alone; None, and the chat is taken, when it need not."""
        chat = subscriber.chat_id
        ahead = self._queued.get(chat, 0)
        seconds = self._chat_wait(chat) + ahead * CHAT_SECONDS
        if seconds == 0 and chat in self._busy:
            seconds = CHAT_SECONDS
        if seconds == 0:
            self._busy.add(chat)
            self._queued[chat] = ahead + 1
            return None
        self._queued[chat] = ahead + 1
        return timedelta(seconds=seconds)

    async def _put_off(
        self, broadcast: Broadcast, number: int, wait: timedelta, *, silent: bool
    ) -> None:
        new = NewDelivery(
            subscriber=number,
            lane=broadcast.lane,
            bulletin=broadcast.bulletin,
            silent=silent,
            due_at=self._now + wait,
        )
        await deliveries.enqueue(self._transaction, [new], self._now)

    async def _record(self) -> None:
        rows = [e.delivery for e in self._picked.errands if e.delivery is not None]
        if rows:
            await deliveries.attempt(self._transaction, rows, self._now)
        for broadcast, _ in self._picked.groups:
            await broadcasts.attempt(self._transaction, broadcast.id, broadcast.attempted)


def after(numbers: BitMap, number: int) -> BitMap:
    """Those of `numbers` that are higher than `number`."""
    return numbers[0 if number == NOBODY else numbers.rank(number) :]
