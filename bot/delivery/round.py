"""One round of the courier: a single transaction that stores outcomes and picks what goes next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.delivery.errands import Errand
from bot.delivery.picking import Picked, Picker, after
from bot.delivery.settling import keep_as_row, settle
from storage import broadcasts, deliveries
from storage.broadcasts import Broadcast
from storage.database import Database, Transaction

GROUP_SECONDS = 0.1
"""So long a broadcast's cursor waits for the slowest of a group of calls."""


@dataclass(eq=False)
class Group:
    """Recipients of one broadcast who were picked together."""

    broadcast: int
    number: int  # the cursor, when all of them are settled
    errands: list[Errand]
    picked_at: datetime

    def may_close(self, now: datetime) -> bool:
        late = (now - self.picked_at).total_seconds() >= GROUP_SECONDS
        return late or all(errand.outcome for errand in self.errands)

    def open_errands(self, storing: list[Errand]) -> list[Errand]:
        """Those whose outcome is neither stored nor among those being stored."""
        return [e for e in self.errands if not e.settled and e not in storing]


@dataclass
class Ledger:
    """What is under way: the memory that the rounds share."""

    broadcasts: dict[int, Broadcast] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    under_way: set[Errand] = field(default_factory=set)
    finished: list[Errand] = field(default_factory=list)  # with outcomes that are not stored yet

    def busy_chats(self) -> set[int]:
        return {errand.subscriber.chat_id for errand in self.under_way}

    def rows(self, storing: list[Errand]) -> set[int]:
        """Ids of deliveries whose outcome is neither stored nor among those being stored."""
        errands = (*self.under_way, *(e for e in self.finished if e not in storing))
        return {e.delivery for e in errands if e.delivery is not None}


@dataclass(frozen=True)
class Turn:
    """What a round has brought."""

    picked: Picked
    joined: list[int]  # ids of subscriptions that belong to another subscriber now
    next_due_at: datetime | None  # when the first delivery that is not due yet will be


async def play_round(
    database: Database,
    ledger: Ledger,
    room: int,
    chat_wait: Callable[[int], float],
    now: datetime,
) -> Turn:
    """Stores what is finished, picks at most `room` errands.

    The ledger changes after the commit and only then: a round that fails is played again.
    """
    finished = list(ledger.finished)
    joined: list[int] = []
    async with database.write() as transaction:
        for errand in finished:
            if errand.outcome:
                joined += await settle(transaction, errand, errand.outcome, now)
        closed, rows = await _close_groups(transaction, ledger, finished, now)
        known = max(ledger.broadcasts, default=0)
        new = {b.id: b for b in await broadcasts.unfinished(transaction, known)}
        owed = ledger.broadcasts | new
        over = await _finish(transaction, owed, ledger, closed, now)
        picker = Picker(transaction, now, chat_wait, ledger.busy_chats())
        waiting = [broadcast for id_, broadcast in owed.items() if id_ not in over]
        picked = await picker.pick(waiting, room, ledger.rows(finished)) if room else Picked()
        next_due_at = await deliveries.next_due(transaction, now)
    del ledger.finished[: len(finished)]
    for errand in finished:
        errand.settled = True
    for errand, row in rows:
        errand.delivery = row
    ledger.groups = [group for group in ledger.groups if group not in closed]
    ledger.groups += [Group(b.id, b.attempted, errands, now) for b, errands in picked.groups]
    ledger.broadcasts = {id_: b for id_, b in owed.items() if id_ not in over}
    ledger.broadcasts |= {broadcast.id: broadcast for broadcast, _ in picked.groups}
    ledger.under_way |= set(picked.errands)
    return Turn(picked, joined, next_due_at)


async def _close_groups(
    transaction: Transaction, ledger: Ledger, storing: list[Errand], now: datetime
) -> tuple[list[Group], list[tuple[Errand, int | None]]]:
    """Moves the cursors past what is settled; who is late gets a row that answers for the call."""
    closed: list[Group] = []
    rows: list[tuple[Errand, int | None]] = []
    stuck: set[int] = set()
    for group in ledger.groups:
        if group.broadcast in stuck or not group.may_close(now):
            stuck.add(group.broadcast)
            continue
        rows += [
            (errand, await keep_as_row(transaction, errand, now))
            for errand in group.open_errands(storing)
        ]
        await broadcasts.advance(transaction, group.broadcast, group.number)
        closed.append(group)
    return closed, rows


async def _finish(
    transaction: Transaction,
    owed: dict[int, Broadcast],
    ledger: Ledger,
    closed: list[Group],
    now: datetime,
) -> set[int]:
    open_groups = {group.broadcast for group in ledger.groups if group not in closed}
    over = {
        id_
        for id_, broadcast in owed.items()
        if id_ not in open_groups and not after(broadcast.recipients, broadcast.attempted)
    }
    for id_ in over:
        await broadcasts.finish(transaction, id_, now)
    return over
