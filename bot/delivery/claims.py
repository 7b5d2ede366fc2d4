"""What goes next: a share of each lane, oldest first, to chats that may have a message now."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from bot.delivery.attempt import Errand, Told
from bot.delivery.expiry import Expired
from bot.delivery.fair_share import Shares
from bot.delivery.incident_views import Teller
from bot.delivery.rate_limiter import CHAT_SECONDS
from bot.delivery.ttl import is_fresh
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import deliveries
from storage.outbox.backlog import Backlog
from storage.outbox.broadcasts import NOBODY, Broadcast
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane

LOOK_AHEAD = 64
"""Deliveries read at a time: some of them may have to wait for their chat."""

EDITS_AT_ONCE = 2
"""Broadcasts of edits in one round: rings wait while the messages to edit are looked for."""

EDITS_AHEAD = 8
"""Deliveries of edits in one round, for the same reason."""


@dataclass
class Picked:
    """What one round sends. Nothing of it is true before the transaction is committed."""

    errands: list[Errand] = field(default_factory=list)
    broadcasts: dict[int, Broadcast] = field(default_factory=dict)  # those advanced, as they are
    expired: Expired = field(default_factory=Expired)


@dataclass(frozen=True)
class _Due:
    """A delivery that is due, and all it takes to send it."""

    delivery: Delivery
    subscriber: Subscriber
    texts: Mapping[int, StoredBulletin]  # by id; without words of its own it says one of them
    is_of_incident: bool  # and says nothing of its bulletin
    told: Told | None  # what there is to tell of an incident


class Picker:
    """Fills one round.

    `chat_wait` tells how many seconds a chat must be left alone. `shares` tell how much each lane
    may take, and are charged for it. `texts` are bulletins by id that were read before; those that
    broadcasts need are added. `teller` tells of incidents.
    """

    def __init__(
        self,
        transaction: Transaction,
        now: datetime,
        chat_wait: Callable[[int], float],
        busy_chats: Collection[int],
        shares: Shares,
        texts: dict[int, StoredBulletin],
        teller: Teller,
    ) -> None:
        self._transaction = transaction
        self._now = now
        self._chat_wait = chat_wait
        self._busy = set(busy_chats)
        self._shares = shares
        self._texts = texts
        self._teller = teller
        self._queued: dict[int, int] = {}
        self._room = 0  # of the lane that is filled
        self._edits = EDITS_AT_ONCE
        self._due: dict[Lane, Iterator[_Due]] = {}  # read once a round
        self._picked = Picked()
        self._over: list[int] = []
        self._later: dict[int, datetime] = {}
        self._put_off: list[NewDelivery] = []

    async def pick(
        self, owed: Mapping[Lane, Backlog], window: Sequence[Broadcast], room: int
    ) -> Picked:
        """At most `room` errands, the attempts of deliveries recorded.

        What a lane leaves of its share is dealt to the others.
        """
        broadcasts = {broadcast.id: broadcast for broadcast in window}
        waiting = {lane for lane, one in owed.items() if _is_due(one, self._now)}
        waiting |= {b.lane for b in window if b.attempted < b.recipients.max()}
        while room and waiting:
            made = {}
            for lane, share in self._shares.deal(room, waiting).items():
                own = [b for b in (broadcasts | self._picked.broadcasts).values() if b.lane is lane]
                made[lane] = await self._fill(lane, own, owed[lane], share)
                if made[lane] < share:
                    waiting.discard(lane)
            self._shares.charge(made)
            room -= sum(made.values())
        await self._record()
        return self._picked

    async def _fill(
        self, lane: Lane, window: Sequence[Broadcast], owed: Backlog, share: int
    ) -> int:
        """Takes so many of one lane; how many there were."""
        self._room = share
        if _is_due(owed, self._now):
            await self._take_due(lane)
        for broadcast in window:
            if self._room:
                await self._advance(broadcast)
        return share - self._room

    async def _take_due(self, lane: Lane) -> None:
        if lane not in self._due:
            self._due[lane] = iter(await self._read_due(lane))
        while self._room and (one := next(self._due[lane], None)):
            self._take(one)

    async def _read_due(self, lane: Lane) -> list["_Due"]:
        ahead = EDITS_AHEAD if lane is Lane.EDIT else LOOK_AHEAD
        due = await deliveries.due(self._transaction, lane, self._now, limit=ahead)
        by_number = await subscribers.get(self._transaction, {d.subscriber for d in due})
        ids = {d.bulletin for d in due if d.bulletin}
        texts = await bulletins.get(self._transaction, ids) if ids else {}
        told, busy = await self._teller.tell_each(due, texts)
        return [
            _Due(
                delivery,
                by_number[delivery.subscriber],
                texts,
                delivery.id in told,
                told.get(delivery.id),
            )
            # Two to one chat may have been put off to the same instant: the older goes first.
            for delivery in sorted(due, key=lambda delivery: delivery.id)
            if delivery.id not in busy
        ]

    def _take(self, one: "_Due") -> None:
        delivery, subscriber = one.delivery, one.subscriber
        what = delivery.content or one.texts.get(delivery.bulletin or 0)
        if subscriber.suspended or what is None:
            self._over.append(delivery.id)
        elif one.is_of_incident and one.told is None:
            if delivery.lane is Lane.EDIT and subscriber.number in self._teller.unsettled:
                self._later[delivery.id] = self._now + timedelta(seconds=CHAT_SECONDS)
            else:
                self._over.append(delivery.id)
        elif not one.told and not is_fresh(delivery.lane, what, self._now):
            self._over.append(delivery.id)
            self._picked.expired.note(delivery.lane, delivery.bulletin, [delivery.subscriber])
        elif wait := self._wait(subscriber):
            self._later[delivery.id] = self._now + wait
        else:
            self._send(
                Errand(
                    subscriber,
                    delivery.lane,
                    what,
                    delivery.silent,
                    attempts=delivery.attempts + 1,
                    delivery=delivery.id,
                    doubts=delivery.doubts,
                    told=one.told,
                )
            )

    async def _advance(self, broadcast: Broadcast) -> None:
        """Takes the next recipients of a broadcast, while there is room."""
        numbers = _next(broadcast, self._room)
        if not numbers:
            return
        text = await self._text(broadcast.bulletin)
        if not broadcast.telling and not is_fresh(broadcast.lane, text, self._now):
            left = _next(broadcast, len(broadcast.recipients))
            self._picked.expired.note(broadcast.lane, broadcast.bulletin, left)
            self._picked.broadcasts[broadcast.id] = replace(broadcast, attempted=left[-1])
            return
        told: dict[int, Told] = {}
        if broadcast.telling:
            if broadcast.lane is Lane.EDIT:
                if not self._edits:
                    return
                self._edits -= 1
                # Many of them may not have been rung yet.
                numbers = _next(broadcast, max(self._room, LOOK_AHEAD))
            told = await self._teller.tell(broadcast, text, numbers)
        by_number = await subscribers.get(self._transaction, numbers)
        attempted = broadcast.attempted
        for number in numbers:
            if not self._room:
                break
            attempted = number
            if subscriber := by_number.get(number):
                self._address(broadcast, text, subscriber, told.get(number))
        self._picked.broadcasts[broadcast.id] = replace(broadcast, attempted=attempted)

    def _address(
        self, broadcast: Broadcast, text: StoredBulletin, subscriber: Subscriber, told: Told | None
    ) -> None:
        """One recipient's turn: now, or when their chat may have a message."""
        number = subscriber.number
        is_late = broadcast.lane is Lane.EDIT and number in self._teller.unsettled and told is None
        if subscriber.suspended or (broadcast.telling and told is None and not is_late):
            return
        silent = number in broadcast.silent
        wait = self._wait(subscriber)
        if is_late:  # whatever they are told now, they get the newest after it
            wait = max(wait or timedelta(), timedelta(seconds=CHAT_SECONDS))
        put_off = NewDelivery(
            subscriber=number,
            lane=broadcast.lane,
            bulletin=broadcast.bulletin,
            broadcast=broadcast.id,
            silent=silent,
            due_at=self._now + (wait or timedelta()),
        )
        self._put_off += [
            replace(put_off, message=one.edits) for one in (told.older if told else ())
        ]
        if wait:
            self._put_off.append(put_off)
            return
        errand = Errand(
            subscriber, broadcast.lane, text, silent, attempts=1, broadcast=broadcast.id, told=told
        )
        self._send(errand)

    async def _text(self, bulletin: int) -> StoredBulletin:
        if bulletin not in self._texts:
            self._texts |= await bulletins.get(self._transaction, [bulletin])
        return self._texts[bulletin]

    def _send(self, errand: Errand) -> None:
        self._picked.errands.append(errand)
        self._room -= 1

    def _wait(self, subscriber: Subscriber) -> timedelta | None:
        """How long the chat must be left alone; None, and the chat is taken, when it need not."""
        chat = subscriber.chat_id
        ahead = self._queued.get(chat, 0)
        self._queued[chat] = ahead + 1
        seconds = self._chat_wait(chat) + ahead * CHAT_SECONDS
        if seconds == 0 and chat in self._busy:
            seconds = CHAT_SECONDS
        if seconds == 0:
            self._busy.add(chat)
            return None
        return timedelta(seconds=seconds)

    async def _record(self) -> None:
        rows = [e.delivery for e in self._picked.errands if e.delivery is not None]
        await deliveries.attempt(self._transaction, rows, self._now)
        await deliveries.done(self._transaction, self._over)
        await deliveries.defer(self._transaction, self._later)
        await deliveries.enqueue(self._transaction, self._put_off, self._now)
        await self._picked.expired.store(self._transaction)


def _is_due(owed: Backlog, now: datetime) -> bool:
    """Whether a delivery may be sent now."""
    return owed.due_at is not None and owed.due_at <= now


def _next(broadcast: Broadcast, count: int) -> BitMap:
    """The next so many recipients who were not attempted."""
    passed = 0 if broadcast.attempted == NOBODY else broadcast.recipients.rank(broadcast.attempted)
    return broadcast.recipients[passed : passed + count]
