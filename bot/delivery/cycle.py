"""Delivery cycle: settle finished attempts and claim new ones, in a single transaction.

Why a crash at any point is harmless:

- A call is made only after the commit of the transaction that records it: in a delivery's row, or
  as a subscriber number among a broadcast's calls in flight.
- The record is removed only by a transaction that stores the outcome: a receipt, a row to retry,
  or nothing more to do. So a recorded call without an outcome is exactly one that may have been
  sent. The next start decides about those (`bot.delivery.recovery`); everything else is either
  settled or was never begun.
- The worker limits the number of calls that are recorded without an outcome. A crash duplicates
  at most that many messages.
- `InFlight`, the state in memory, changes only after the commit. A cycle whose answer to COMMIT
  was lost ends here like any other, because `Database.write` reads the outcome back. So a cycle
  that fails has changed nothing and is run again. Only the lanes have been charged for it, which
  soon evens out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyroaring import BitMap

from bot.delivery.attempt import Attempt
from bot.delivery.claims import Claimer, Claims
from bot.delivery.fair_share import StrideScheduler
from bot.delivery.incident_message_builder import (
    WARNING_MERGE_WINDOW,
    IncidentMessageBuilder,
    LastWarning,
)
from bot.delivery.metrics import Disposition, DispositionCounts
from bot.delivery.outcome import Sent
from bot.delivery.settlement import Settlement
from storage.engine.database import Database, Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import backlog, broadcasts, flood_waits
from storage.outbox.backlog import Backlog
from storage.outbox.broadcasts import Broadcast, BroadcastState, Progress
from storage.values.lanes import Lane

BROADCAST_WINDOW = 64
"""Broadcasts of a lane kept in memory; the rest of a backlog stays in the database."""


@dataclass
class InFlight:
    """Delivery state in memory, shared by all cycles."""

    broadcasts: dict[int, Broadcast] = field(default_factory=dict)  # unfinished, by id
    bulletins: dict[int, StoredBulletin] = field(default_factory=dict)  # of `broadcasts`, by id
    attempts: set[Attempt] = field(default_factory=set)  # claimed, without an outcome
    finished: list[Attempt] = field(default_factory=list)  # with an outcome, not stored yet
    scheduler: StrideScheduler = field(default_factory=StrideScheduler)
    last_warnings: dict[int, LastWarning] = field(default_factory=dict)  # by subscriber number
    flood_waits: dict[int, datetime] = field(default_factory=dict)  # long, not stored yet, by chat

    def busy_chats(self) -> set[int]:
        """Return the ids of chats to which a message is being sent."""
        return {attempt.subscriber.chat_id for attempt in self.attempts}


@dataclass(frozen=True)
class CycleResult:
    """Result of one cycle."""

    claims: Claims
    moved_subscriptions: list[int]  # ids of subscriptions that have another subscriber now
    has_more: bool  # the next cycle may find something to send at once
    next_due_at: datetime | None  # of the first delivery that is not due yet
    dispositions: DispositionCounts  # decisions about messages that did not arrive


async def run_cycle(
    database: Database,
    in_flight: InFlight,
    room: int,
    chat_delay: Callable[[int], float],
    now: datetime,
) -> CycleResult:
    """Settle the finished attempts and claim at most `room` new ones, in one transaction.

    `chat_delay` returns the seconds until a chat may get a message.
    """
    cycle = _Cycle(in_flight, now)
    async with database.write() as transaction:
        await cycle.settle(transaction)
        await cycle.load_broadcasts(transaction)
        await cycle.claim(transaction, room, chat_delay)
        await cycle.record_progress(transaction)
    cycle.update_in_flight()
    return cycle.result()


class _Cycle:
    """Steps of one cycle. Only the last step, after the commit, changes `in_flight`."""

    def __init__(self, in_flight: InFlight, now: datetime) -> None:
        self._in_flight = in_flight
        self._now = now
        self._finished = list(in_flight.finished)
        self._flood_waits = dict(in_flight.flood_waits)
        self._unsettled = BitMap(
            attempt.subscriber.number for attempt in in_flight.attempts if attempt.incident_message
        )
        self._last_warnings = _last_warnings(in_flight.last_warnings, self._finished, now)
        self._moved_subscriptions: list[int] = []
        self._dispositions = DispositionCounts()
        self._backlogs: Mapping[Lane, Backlog] = {}
        self._window: dict[int, Broadcast] = {}
        self._locked_elsewhere: set[int] = set()  # broadcasts that another transaction changes
        self._claims = Claims()
        self._completed: list[int] = []  # ids of broadcasts

    async def settle(self, transaction: Transaction) -> None:
        """Store the outcomes of finished attempts, and long flood waits."""
        settlement = Settlement(transaction, self._now)
        self._moved_subscriptions = await settlement.settle(self._finished)
        for chat_id, until in self._flood_waits.items():
            await flood_waits.put(transaction, chat_id, until)
        self._dispositions = settlement.dispositions
        self._add_expired(settlement.expired.count_by_lane)

    async def load_broadcasts(self, transaction: Transaction) -> None:
        """Read the backlog, fill the window of broadcasts, and lock those that may change."""
        self._backlogs = await backlog.read(transaction)
        window = await _fill_window(transaction, self._in_flight.broadcasts, self._backlogs)
        self._window, self._locked_elsewhere = await _lock(transaction, window, self._now)

    async def claim(
        self, transaction: Transaction, room: int, chat_delay: Callable[[int], float]
    ) -> None:
        """Claim at most `room` messages."""
        if not room:
            return
        claimer = Claimer(
            transaction,
            self._now,
            chat_delay,
            self._in_flight.busy_chats(),
            self._in_flight.scheduler,
            self._in_flight.bulletins,
            IncidentMessageBuilder(transaction, self._now, self._last_warnings, self._unsettled),
        )
        free = [b for id_, b in self._window.items() if id_ not in self._locked_elsewhere]
        self._claims = await claimer.claim(self._backlogs, free, room)
        self._window |= self._claims.broadcasts
        self._add_expired(self._claims.expired.count_by_lane)

    async def record_progress(self, transaction: Transaction) -> None:
        """Record which calls of broadcasts are in flight, and finish those that are complete."""
        # Calls that have ended since the cycle began are not settled by it.
        ended = self._in_flight.finished[len(self._finished) :]
        in_flight = _subscribers_in_flight(
            (*self._in_flight.attempts, *ended, *self._claims.attempts)
        )
        self._completed = [
            id_
            for id_, broadcast in self._window.items()
            if id_ not in in_flight
            and id_ not in self._locked_elsewhere
            and broadcast.attempted >= broadcast.recipients.max()
        ]
        changed = {attempt.broadcast_id for attempt in self._finished if attempt.broadcast_id}
        changed |= set(self._claims.broadcasts)
        await broadcasts.record_progress(
            transaction,
            (
                Progress(id_, self._window[id_].attempted, in_flight.get(id_, BitMap()))
                for id_ in changed.intersection(self._window).difference(self._completed)
            ),
        )
        await broadcasts.finish(transaction, self._completed, self._now)

    def update_in_flight(self) -> None:
        """Apply the committed cycle to the state in memory."""
        memory = self._in_flight
        del memory.finished[: len(self._finished)]
        memory.last_warnings = self._last_warnings
        memory.flood_waits = {
            chat: until
            for chat, until in memory.flood_waits.items()
            if self._flood_waits.get(chat) != until
        }
        memory.broadcasts = {
            id_: b for id_, b in self._window.items() if id_ not in self._completed
        }
        needed = {broadcast.bulletin for broadcast in memory.broadcasts.values()}
        memory.bulletins = {id_: b for id_, b in memory.bulletins.items() if id_ in needed}
        memory.attempts |= set(self._claims.attempts)

    def result(self) -> CycleResult:
        """Return the result of the cycle."""
        due_times = [lane.due_at for lane in self._backlogs.values() if lane.due_at is not None]
        has_more = (
            bool(self._claims.broadcasts)
            or any(due_at <= self._now for due_at in due_times)
            or any(b.attempted < b.recipients.max() for b in self._window.values())
        )
        return CycleResult(
            self._claims,
            self._moved_subscriptions,
            has_more,
            min((due_at for due_at in due_times if due_at > self._now), default=None),
            self._dispositions,
        )

    def _add_expired(self, count_by_lane: Mapping[Lane, int]) -> None:
        for lane, count in count_by_lane.items():
            self._dispositions[Disposition.EXPIRED, lane] += count


async def _fill_window(
    transaction: Transaction, loaded: Mapping[int, Broadcast], backlogs: Mapping[Lane, Backlog]
) -> dict[int, Broadcast]:
    """Return the broadcasts in memory, and the next ones of each lane that has room for them."""
    window = dict(loaded)
    for lane in Lane:
        lane_ids = [id_ for id_, broadcast in loaded.items() if broadcast.lane is lane]
        last = max(lane_ids, default=0)
        # Read many at a time: only when the window is at most half full.
        if backlogs[lane].last_broadcast > last and len(lane_ids) <= BROADCAST_WINDOW // 2:
            following = await broadcasts.list_unfinished(
                transaction, lane, after=last, limit=BROADCAST_WINDOW - len(lane_ids)
            )
            window |= {broadcast.id: broadcast for broadcast in following}
    return window


async def _lock(
    transaction: Transaction, window: Mapping[int, Broadcast], now: datetime
) -> tuple[dict[int, Broadcast], set[int]]:
    """Lock broadcasts that others may change; return the current window and the ids not locked.

    The ingest pipeline ends edits of incidents and cancels warnings; an operator may stop an
    announcement. Broadcasts that are finished leave the window; those that were cancelled are read
    again. A broadcast that another transaction is changing is left alone for this cycle.
    """
    ids = {
        id_
        for id_, broadcast in window.items()
        if broadcast.incident is not None or broadcast.lane is Lane.ANNOUNCEMENT
    }
    if not ids:
        return dict(window), set()
    states = await broadcasts.lock(transaction, ids)
    finished = [id_ for id_, state in states.items() if state is BroadcastState.FINISHED]
    # Again, as calls may have been recorded since.
    await broadcasts.finish(transaction, finished, now)
    cancelled = [id_ for id_, state in states.items() if state is BroadcastState.CANCELLED]
    reread = {b.id: b for b in await broadcasts.get(transaction, cancelled)}
    current = {id_: b for id_, b in {**window, **reread}.items() if id_ not in finished}
    return current, ids - states.keys()


def _last_warnings(
    last_warnings: Mapping[int, LastWarning], finished: Iterable[Attempt], now: datetime
) -> dict[int, LastWarning]:
    """Return each subscriber's last warning while a next one would still merge into it."""
    recent = {
        number: warning
        for number, warning in last_warnings.items()
        if now - warning.sent_at < WARNING_MERGE_WINDOW
    }
    for attempt in finished:
        message, outcome = attempt.incident_message, attempt.outcome
        if message is None or not message.is_warning or attempt.lane is not Lane.ALERT:
            continue
        if not isinstance(outcome, Sent) or outcome.message_id is None:
            continue
        number = attempt.subscriber.number
        incident_ids = tuple(view.incident.id for view in message.snapshot.views)
        if outcome.message_id == message.edited_message_id:
            # The window starts at the notification; an edit does not notify.
            merged_into = recent.get(number)
            if merged_into and merged_into.message_id == outcome.message_id:
                recent[number] = replace(merged_into, incident_ids=incident_ids)
            continue
        recent[number] = LastWarning(
            sent_at=now,
            message_id=outcome.message_id,
            broadcast_id=message.broadcast_id,
            incident_ids=incident_ids,
            silent=attempt.silent,
        )
    return recent


def _subscribers_in_flight(attempts: Iterable[Attempt]) -> dict[int, BitMap]:
    """Return the numbers of subscribers to whom a call is in flight, by id of the broadcast."""
    numbers: dict[int, BitMap] = {}
    for attempt in attempts:
        if attempt.broadcast_id is not None:
            numbers.setdefault(attempt.broadcast_id, BitMap()).add(attempt.subscriber.number)
    return numbers
