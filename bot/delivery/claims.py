"""Claims: choose the next messages, a share of each lane, oldest first, to chats that are free."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from bot.delivery.attempt import Attempt, IncidentMessage
from bot.delivery.expiry import ExpiredMessages, is_fresh
from bot.delivery.fair_share import StrideScheduler
from bot.delivery.followed_circles import read_circles
from bot.delivery.incident_message_builder import IncidentMessageBuilder
from bot.delivery.rate_limiter import CHAT_INTERVAL_SECONDS
from handlers.messages.place_distance import can_have_distance
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import deliveries
from storage.outbox.backlog import Backlog
from storage.outbox.broadcasts import NONE_ATTEMPTED, Broadcast
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane

LOOK_AHEAD = 64
"""Due deliveries read at a time: some of them may have to wait for their chat."""

EDIT_BROADCASTS_PER_CYCLE = 2
"""Edit broadcasts advanced in one cycle: alerts wait while the messages to edit are looked up."""

EDIT_LOOK_AHEAD = 8
"""Due edits read in one cycle, for the same reason."""


@dataclass
class Claims:
    """Messages that one cycle sends, valid once its transaction is committed."""

    attempts: list[Attempt] = field(default_factory=list)
    broadcasts: dict[int, Broadcast] = field(default_factory=dict)  # advanced, by id
    expired: ExpiredMessages = field(default_factory=ExpiredMessages)


@dataclass(frozen=True)
class _DueDelivery:
    """Delivery that is due, with everything needed to send it."""

    delivery: Delivery
    subscriber: Subscriber
    bulletins: Mapping[int, StoredBulletin]  # by id; sent if it has no content
    is_about_incident: bool  # sends `incident_message`, not its bulletin
    incident_message: IncidentMessage | None  # None: nothing to send any more


class Claimer:
    """Claims the messages of one cycle.

    `chat_delay` returns the seconds until a chat may get a message. `scheduler` divides the room
    among the lanes and is charged for what they use. `bulletin_cache` maps ids to bulletins; those
    that broadcasts need are added. `message_builder` builds the messages about incidents.
    """

    def __init__(
        self,
        transaction: Transaction,
        now: datetime,
        chat_delay: Callable[[int], float],
        busy_chats: Collection[int],
        scheduler: StrideScheduler,
        bulletin_cache: dict[int, StoredBulletin],
        message_builder: IncidentMessageBuilder,
    ) -> None:
        self._transaction = transaction
        self._now = now
        self._chat_delay = chat_delay
        self._busy_chats = set(busy_chats)
        self._scheduler = scheduler
        self._bulletin_cache = bulletin_cache
        self._message_builder = message_builder
        self._queued_by_chat: dict[int, int] = {}
        self._room = 0  # left in the share of the current lane
        self._edit_broadcasts_left = EDIT_BROADCASTS_PER_CYCLE
        self._due: dict[Lane, Iterator[_DueDelivery]] = {}  # read once a cycle
        self._claims = Claims()
        self._dropped: list[int] = []
        self._deferred: dict[int, datetime] = {}
        self._new_deliveries: list[NewDelivery] = []

    async def claim(
        self, backlogs: Mapping[Lane, Backlog], window: Sequence[Broadcast], room: int
    ) -> Claims:
        """Claim at most `room` messages and record them in the outbox.

        The share that a lane does not use goes to the other lanes.
        """
        broadcasts = {broadcast.id: broadcast for broadcast in window}
        lanes = {
            lane for lane, lane_backlog in backlogs.items() if _is_due(lane_backlog, self._now)
        }
        lanes |= {b.lane for b in window if b.attempted < b.recipients.max()}
        while room and lanes:
            used = {}
            for lane, share in self._scheduler.allot(room, lanes).items():
                lane_broadcasts = [
                    b for b in (broadcasts | self._claims.broadcasts).values() if b.lane is lane
                ]
                used[lane] = await self._fill_lane(lane, lane_broadcasts, backlogs[lane], share)
                if used[lane] < share:
                    lanes.discard(lane)
            self._scheduler.charge(used)
            room -= sum(used.values())
        await self._add_circles()
        await self._store()
        return self._claims

    async def _fill_lane(
        self, lane: Lane, lane_broadcasts: Sequence[Broadcast], lane_backlog: Backlog, share: int
    ) -> int:
        """Claim at most `share` messages of one lane; return how many there were."""
        self._room = share
        if _is_due(lane_backlog, self._now):
            await self._claim_due(lane)
        for broadcast in lane_broadcasts:
            if self._room:
                await self._advance(broadcast)
        return share - self._room

    async def _claim_due(self, lane: Lane) -> None:
        if lane not in self._due:
            self._due[lane] = iter(await self._read_due(lane))
        while self._room and (due := next(self._due[lane], None)):
            self._claim_delivery(due)

    async def _read_due(self, lane: Lane) -> list["_DueDelivery"]:
        ahead = EDIT_LOOK_AHEAD if lane is Lane.EDIT else LOOK_AHEAD
        due = await deliveries.list_due(self._transaction, lane, self._now, limit=ahead)
        by_number = await subscribers.get(self._transaction, {d.subscriber for d in due})
        ids = {d.bulletin for d in due if d.bulletin}
        bulletins_by_id = await bulletins.get(self._transaction, ids) if ids else {}
        messages, locked = await self._message_builder.build_for_deliveries(due, bulletins_by_id)
        return [
            _DueDelivery(
                delivery,
                by_number[delivery.subscriber],
                bulletins_by_id,
                delivery.id in messages,
                messages.get(delivery.id),
            )
            # Two deliveries to a chat may have the same due time: the older one is sent first.
            for delivery in sorted(due, key=lambda delivery: delivery.id)
            if delivery.id not in locked
        ]

    def _claim_delivery(self, due: "_DueDelivery") -> None:
        delivery, subscriber = due.delivery, due.subscriber
        payload = delivery.content or due.bulletins.get(delivery.bulletin or 0)
        if subscriber.suspended or payload is None:
            self._dropped.append(delivery.id)
        elif due.is_about_incident and due.incident_message is None:
            if delivery.lane is Lane.EDIT and subscriber.number in self._message_builder.unsettled:
                self._deferred[delivery.id] = self._now + timedelta(seconds=CHAT_INTERVAL_SECONDS)
            else:
                self._dropped.append(delivery.id)
        elif not due.incident_message and not is_fresh(delivery.lane, payload, self._now):
            self._dropped.append(delivery.id)
            self._claims.expired.expire(delivery.lane, delivery.bulletin, [delivery.subscriber])
        elif delay := self._reserve_chat(subscriber):
            self._deferred[delivery.id] = self._now + delay
        else:
            self._add(
                Attempt(
                    subscriber,
                    delivery.lane,
                    payload,
                    delivery.silent,
                    attempts=delivery.attempts + 1,
                    delivery_id=delivery.id,
                    maybe_sent=delivery.maybe_sent,
                    incident_message=due.incident_message,
                )
            )

    async def _advance(self, broadcast: Broadcast) -> None:
        """Claim the next recipients of a broadcast while there is room."""
        numbers = _next_recipients(broadcast, self._room)
        if not numbers:
            return
        bulletin = await self._bulletin(broadcast.bulletin)
        if not broadcast.reason and not is_fresh(broadcast.lane, bulletin, self._now):
            remaining = _next_recipients(broadcast, len(broadcast.recipients))
            self._claims.expired.expire(broadcast.lane, broadcast.bulletin, remaining)
            self._claims.broadcasts[broadcast.id] = replace(broadcast, attempted=remaining[-1])
            return
        messages: dict[int, IncidentMessage] = {}
        if broadcast.reason:
            if broadcast.lane is Lane.EDIT:
                if not self._edit_broadcasts_left:
                    return
                self._edit_broadcasts_left -= 1
                # Many of them may not have a message to edit yet.
                numbers = _next_recipients(broadcast, max(self._room, LOOK_AHEAD))
            messages = await self._message_builder.build(broadcast, bulletin, numbers)
        by_number = await subscribers.get(self._transaction, numbers)
        attempted = broadcast.attempted
        for number in numbers:
            if not self._room:
                break
            attempted = number
            if subscriber := by_number.get(number):
                self._claim_recipient(broadcast, bulletin, subscriber, messages.get(number))
        self._claims.broadcasts[broadcast.id] = replace(broadcast, attempted=attempted)

    def _claim_recipient(
        self,
        broadcast: Broadcast,
        bulletin: StoredBulletin,
        subscriber: Subscriber,
        message: IncidentMessage | None,
    ) -> None:
        """Claim a message to one recipient, or defer it until the chat is free."""
        number = subscriber.number
        is_unsettled_edit = (
            broadcast.lane is Lane.EDIT
            and number in self._message_builder.unsettled
            and message is None
        )
        if subscriber.suspended or (broadcast.reason and message is None and not is_unsettled_edit):
            return
        silent = number in broadcast.silent
        delay = self._reserve_chat(subscriber)
        if is_unsettled_edit:  # edit the message that is being sent, once its id is known
            delay = max(delay or timedelta(), timedelta(seconds=CHAT_INTERVAL_SECONDS))
        deferred = NewDelivery(
            subscriber=number,
            lane=broadcast.lane,
            bulletin=broadcast.bulletin,
            broadcast=broadcast.id,
            silent=silent,
            due_at=self._now + (delay or timedelta()),
        )
        self._new_deliveries += [
            replace(deferred, message_id=edit.edited_message_id)
            for edit in (message.older_edits if message else ())
        ]
        if delay:
            self._new_deliveries.append(deferred)
            return
        attempt = Attempt(
            subscriber,
            broadcast.lane,
            bulletin,
            silent,
            attempts=1,
            broadcast_id=broadcast.id,
            incident_message=message,
        )
        self._add(attempt)

    async def _bulletin(self, bulletin: int) -> StoredBulletin:
        if bulletin not in self._bulletin_cache:
            self._bulletin_cache |= await bulletins.get(self._transaction, [bulletin])
        return self._bulletin_cache[bulletin]

    def _add(self, attempt: Attempt) -> None:
        self._claims.attempts.append(attempt)
        self._room -= 1

    def _reserve_chat(self, subscriber: Subscriber) -> timedelta | None:
        """Reserve the chat and return None, or return how long the chat must wait."""
        chat = subscriber.chat_id
        ahead = self._queued_by_chat.get(chat, 0)
        self._queued_by_chat[chat] = ahead + 1
        seconds = self._chat_delay(chat) + ahead * CHAT_INTERVAL_SECONDS
        if seconds == 0 and chat in self._busy_chats:
            seconds = CHAT_INTERVAL_SECONDS
        if seconds == 0:
            self._busy_chats.add(chat)
            return None
        return timedelta(seconds=seconds)

    async def _add_circles(self) -> None:
        """Add the circles that recipients of messages with a position follow."""
        attempts = {
            attempt.subscriber.number: attempt
            for attempt in self._claims.attempts
            if isinstance(attempt.payload, StoredBulletin) and can_have_distance(attempt.payload)
        }
        if attempts:
            for number, circles in (await read_circles(self._transaction, attempts)).items():
                attempts[number].circles = circles

    async def _store(self) -> None:
        rows = [a.delivery_id for a in self._claims.attempts if a.delivery_id is not None]
        await deliveries.record_attempts(self._transaction, rows, self._now)
        await deliveries.complete(self._transaction, self._dropped)
        await deliveries.defer(self._transaction, self._deferred)
        await deliveries.enqueue(self._transaction, self._new_deliveries, self._now)
        await self._claims.expired.store(self._transaction)


def _is_due(lane_backlog: Backlog, now: datetime) -> bool:
    """Return whether a delivery of the lane is due."""
    return lane_backlog.due_at is not None and lane_backlog.due_at <= now


def _next_recipients(broadcast: Broadcast, count: int) -> BitMap:
    """Return the next `count` recipients to whom no call was made."""
    start = 0
    if broadcast.attempted != NONE_ATTEMPTED:
        start = broadcast.recipients.rank(broadcast.attempted)
    return broadcast.recipients[start : start + count]
