"""One round of the courier: a single transaction that stores outcomes and picks what goes next.

What makes a kill harmless, at whatever instruction it comes:

- A call is made only after the commit of the transaction that records it: by a delivery's row, or
  by a subscriber's number in the row that tells who is under way for a broadcast.
- It leaves that record only in a transaction that holds its outcome: a receipt, a row to be
  retried, or nothing more to do. So what is recorded and has no outcome is exactly what may have
  been sent and is not known to have been; at the next start that is decided about anew, everything
  else is either settled or was never begun.
- The courier lets no more than a fixed number be recorded without an outcome. That many messages
  a kill may double, and no more.
- The ledger, which is memory, changes after the commit and only then. A round that fails has
  changed nothing and is played again. Only the lanes were charged for it, which evens out soon.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap

from bot.delivery.attempt import Errand
from bot.delivery.claims import Picked, Picker
from bot.delivery.fair_share import Shares
from bot.delivery.incident_views import ONE_RING, LastRing, Teller
from bot.delivery.metrics import Fate, Tally
from bot.delivery.outcome import Sent
from bot.delivery.settlement import Settlement
from storage.engine.database import Database, Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import backlog, broadcasts, flood_waits
from storage.outbox.backlog import Backlog
from storage.outbox.broadcasts import Broadcast, Progress, Stand
from storage.values.lanes import Lane

WINDOW = 64
"""Broadcasts of a lane held in memory: a backlog of thousands waits in the database."""


@dataclass
class Ledger:
    """What is under way: the memory that the rounds share."""

    broadcasts: dict[int, Broadcast] = field(default_factory=dict)
    texts: dict[int, StoredBulletin] = field(default_factory=dict)  # what broadcasts say, by id
    under_way: set[Errand] = field(default_factory=set)  # picked, without an outcome
    finished: list[Errand] = field(default_factory=list)  # with outcomes that are not stored yet
    shares: Shares = field(default_factory=Shares)
    rings: dict[int, LastRing] = field(default_factory=dict)  # of the last moments, by subscriber
    waits: dict[int, datetime] = field(default_factory=dict)  # long ones, not stored yet, by chat

    def busy_chats(self) -> set[int]:
        return {errand.subscriber.chat_id for errand in self.under_way}


@dataclass(frozen=True)
class Turn:
    """What a round has brought."""

    picked: Picked
    joined: list[int]  # ids of subscriptions that belong to another subscriber now
    more: bool  # whether there was something to send now, picked or not
    next_due_at: datetime | None  # when the first delivery that is not due yet will be
    tally: Tally  # what was decided about messages that did not arrive


async def play_round(
    database: Database,
    ledger: Ledger,
    room: int,
    chat_wait: Callable[[int], float],
    now: datetime,
) -> Turn:
    """Stores what is finished, picks at most `room` errands."""
    finished, told = list(ledger.finished), dict(ledger.waits)
    unsettled = BitMap(errand.subscriber.number for errand in ledger.under_way if errand.told)
    rings = _rings(ledger.rings, finished, now)
    async with database.write() as transaction:
        settlement = Settlement(transaction, now)
        joined = await settlement.settle(finished)
        for chat_id, until in told.items():
            await flood_waits.put(transaction, chat_id, until)
        owed = await backlog.look(transaction)
        window = await _window(transaction, ledger.broadcasts, owed)
        window, locked = await _checked(transaction, window, now)
        free = [broadcast for id_, broadcast in window.items() if id_ not in locked]
        picker = Picker(
            transaction,
            now,
            chat_wait,
            ledger.busy_chats(),
            ledger.shares,
            ledger.texts,
            Teller(transaction, now, rings, unsettled),
        )
        picked = await picker.pick(owed, free, room) if room else Picked()
        window |= picked.broadcasts
        # Calls have ended since the transaction began: their outcomes are not stored by it.
        ended = ledger.finished[len(finished) :]
        under_way = _under_way((*ledger.under_way, *ended, *picked.errands))
        over = [
            id_
            for id_, broadcast in window.items()
            if id_ not in under_way
            and id_ not in locked
            and broadcast.attempted >= broadcast.recipients.max()
        ]
        changed = {e.broadcast for e in finished if e.broadcast} | set(picked.broadcasts)
        await broadcasts.record(
            transaction,
            (
                Progress(id_, window[id_].attempted, under_way.get(id_, BitMap()))
                for id_ in changed.intersection(window).difference(over)
            ),
        )
        await broadcasts.finish(transaction, over, now)
    del ledger.finished[: len(finished)]
    ledger.rings = rings
    ledger.waits = {chat: at for chat, at in ledger.waits.items() if told.get(chat) != at}
    ledger.broadcasts = {id_: b for id_, b in window.items() if id_ not in over}
    said = {broadcast.bulletin for broadcast in ledger.broadcasts.values()}
    ledger.texts = {id_: text for id_, text in ledger.texts.items() if id_ in said}
    ledger.under_way |= set(picked.errands)
    more = _is_more(owed, window.values(), picked, now)
    tally = settlement.tally
    for lane, count in (settlement.expired.count + picked.expired.count).items():
        tally[Fate.EXPIRED, lane] += count
    return Turn(picked, joined, more, _next_due(owed, now), tally)


async def _window(
    transaction: Transaction, held: Mapping[int, Broadcast], owed: Mapping[Lane, Backlog]
) -> dict[int, Broadcast]:
    """The broadcasts in memory, and those that come next where there is room for them."""
    window = dict(held)
    for lane in Lane:
        known = [id_ for id_, broadcast in held.items() if broadcast.lane is lane]
        newest = max(known, default=0)
        # Half a window is enough to go on with: so they are read many at a time.
        if owed[lane].newest > newest and len(known) <= WINDOW // 2:
            more = await broadcasts.unfinished(
                transaction, lane, after=newest, limit=WINDOW - len(known)
            )
            window |= {broadcast.id: broadcast for broadcast in more}
    return window


async def _checked(
    transaction: Transaction, window: Mapping[int, Broadcast], now: datetime
) -> tuple[dict[int, Broadcast], set[int]]:
    """The window without what was ended meanwhile, and with what was cut short as it is now.

    Intake ends edits of incidents and cuts rings short; a person may stop an announcement. And the
    ids of broadcasts that somebody is changing now: they are left alone for this round.
    """
    ids = {
        id_
        for id_, broadcast in window.items()
        if broadcast.incident is not None or broadcast.lane is Lane.ANNOUNCEMENT
    }
    if not ids:
        return dict(window), set()
    stands = await broadcasts.hold(transaction, ids)
    ended = [id_ for id_, stand in stands.items() if stand is Stand.FINISHED]
    await broadcasts.finish(transaction, ended, now)  # their calls may have been recorded since
    cut = [id_ for id_, stand in stands.items() if stand is Stand.CUT]
    left = {one.id: one for one in await broadcasts.get(transaction, cut)}
    checked = {id_: b for id_, b in {**window, **left}.items() if id_ not in ended}
    return checked, ids - stands.keys()


def _rings(
    rings: Mapping[int, LastRing], finished: Iterable[Errand], now: datetime
) -> dict[int, LastRing]:
    """The rings of the last moments: what rings the same chat now joins one of them."""
    recent = {number: rung for number, rung in rings.items() if now - rung.at < ONE_RING}
    for errand in finished:
        told, outcome = errand.told, errand.outcome
        if not (told and told.rings and errand.lane is Lane.ALERT and isinstance(outcome, Sent)):
            continue
        if outcome.message_id is None:
            continue
        number = errand.subscriber.number
        joined = rings.get(number) if outcome.message_id == told.edits else None
        recent[number] = LastRing(
            at=now,
            message_id=outcome.message_id,
            broadcast=joined.broadcast if joined else told.broadcast,
            incidents=tuple(view.incident.id for view in told.scene.views),
            silent=joined.silent if joined else errand.silent,
        )
    return recent


def _under_way(errands: Iterable[Errand]) -> dict[int, BitMap]:
    """Numbers of subscribers, by the broadcast that answers for the call."""
    numbers: dict[int, BitMap] = {}
    for errand in errands:
        if errand.broadcast is not None:
            numbers.setdefault(errand.broadcast, BitMap()).add(errand.subscriber.number)
    return numbers


def _is_more(
    owed: Mapping[Lane, Backlog], window: Iterable[Broadcast], picked: Picked, now: datetime
) -> bool:
    """Whether the next round may find something to send now."""
    return (
        bool(picked.broadcasts)
        or any(one.due_at is not None and one.due_at <= now for one in owed.values())
        or any(broadcast.attempted < broadcast.recipients.max() for broadcast in window)
    )


def _next_due(owed: Mapping[Lane, Backlog], now: datetime) -> datetime | None:
    later = [one.due_at for one in owed.values() if one.due_at is not None and one.due_at > now]
    return min(later, default=None)
