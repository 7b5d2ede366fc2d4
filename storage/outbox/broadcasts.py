"""Broadcast queue: fan-out of one bulletin to many subscribers, as a bitmap and its progress.

The bitmaps are written once. Progress changes with every few calls, so it has its own row: the
highest subscriber number attempted, and the numbers of calls in flight.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from pyroaring import BitMap
from sqlalchemy import Row, Select, and_, bindparam, delete, insert, select, text, update

from storage import schema
from storage.engine.column_types import SubscriberSet
from storage.engine.database import Transaction
from storage.inbound.incidents import NotificationReason
from storage.values.lanes import Lane

_table = schema.broadcast
_progress = schema.progress
_incident = schema.incident

_is_cancellable = and_(_table.c.lane == Lane.ALERT, _table.c.reason != NotificationReason.CLOSED)

# Raw SQL, valid on both databases: every delivery cycle runs it.
_RECORD = text(
    """
    INSERT INTO progress (broadcast, attempted, in_flight)
    VALUES (:broadcast, :attempted, :in_flight)
    ON CONFLICT (broadcast)
    DO UPDATE SET attempted = excluded.attempted, in_flight = excluded.in_flight
    """
).bindparams(bindparam("in_flight", type_=SubscriberSet))

NONE_ATTEMPTED = -1
"""Value of `attempted` while no subscriber was attempted."""


@dataclass(frozen=True, kw_only=True)
class NewBroadcast:
    """A broadcast that is not stored yet."""

    bulletin: int  # the bulletin's id
    lane: Lane
    recipients: BitMap  # subscriber numbers
    silent: BitMap  # the recipients who get it silently
    incident: int | None = None  # id of the incident whose latest state it shows; None: a bulletin
    reason: NotificationReason | None = None  # without an incident: of a summary of many


@dataclass(frozen=True, kw_only=True)
class Broadcast(NewBroadcast):
    """One bulletin for many recipients.

    Recipients up to `attempted` are settled (sent, given up, or moved to a delivery of their own),
    except those `in_flight`: after a crash it is unknown whether they got the message.
    """

    id: int
    attempted: int  # highest subscriber number with a recorded attempt
    in_flight: BitMap  # numbers with a recorded attempt and no outcome
    created_at: datetime


@dataclass(frozen=True)
class Progress:
    """Progress of a broadcast."""

    broadcast: int  # its id
    attempted: int  # as in Broadcast
    in_flight: BitMap  # as in Broadcast


async def enqueue(
    transaction: Transaction, new: Sequence[NewBroadcast], now: datetime
) -> list[int]:
    """Store broadcasts and return their ids, in the order given."""
    if not new:
        return []
    values = [
        {
            "bulletin": broadcast.bulletin,
            "lane": broadcast.lane,
            "recipients": broadcast.recipients,
            "silent": broadcast.silent,
            "incident": broadcast.incident,
            "reason": broadcast.reason,
            "created_at": now,
        }
        for broadcast in new
    ]
    statement = insert(_table).returning(_table.c.id, sort_by_parameter_order=True)
    return list((await transaction.execute(statement, values)).scalars())


async def list_unfinished(
    transaction: Transaction, lane: Lane, *, after: int = 0, limit: int
) -> list[Broadcast]:
    """Return unfinished broadcasts of a lane with ids above `after`, oldest first."""
    query = (
        _select_with_progress()
        .where(_table.c.finished_at.is_(None), _table.c.lane == lane, _table.c.id > after)
        .order_by(_table.c.id)
        .limit(limit)
    )
    return [_from_row(row) for row in await transaction.execute(query)]


class BroadcastState(Enum):
    """State of a broadcast that may have been cancelled."""

    ACTIVE = auto()
    CANCELLED = auto()  # the incident is closed: do not attempt further recipients
    FINISHED = auto()


async def lock(transaction: Transaction, ids: Collection[int]) -> dict[int, BroadcastState]:
    """Lock broadcasts until the transaction ends and return their states by id.

    Leaves out broadcasts that another transaction has locked.
    """
    if not ids:
        return {}
    condition = _table.c.id.in_(ids)
    if transaction.dialect.name != "sqlite":  # SQLite has one writer at a time
        locking = (
            select(_table.c.id).where(condition).with_for_update(key_share=True, skip_locked=True)
        )
        condition = _table.c.id.in_((await transaction.execute(locking)).scalars().all())
    # Read after locking: changes committed just before the lock are visible only now.
    query = (
        select(_table.c.id, _table.c.finished_at, _incident.c.closed_at, _is_cancellable)
        .outerjoin_from(_table, _incident, _incident.c.id == _table.c.incident)
        .where(condition)
    )
    rows = await transaction.execute(query)
    return {
        id_: _state(finished_at, closed_at, is_cancellable=is_cancellable)
        for id_, finished_at, closed_at, is_cancellable in rows
    }


def _state(
    finished_at: datetime | None, closed_at: datetime | None, *, is_cancellable: bool
) -> BroadcastState:
    if finished_at:
        return BroadcastState.FINISHED
    return BroadcastState.CANCELLED if closed_at and is_cancellable else BroadcastState.ACTIVE


async def get(transaction: Transaction, ids: Collection[int]) -> list[Broadcast]:
    """Return the broadcasts of `ids` that exist."""
    if not ids:
        return []
    rows = await transaction.execute(_select_with_progress().where(_table.c.id.in_(ids)))
    return [_from_row(row) for row in rows]


async def list_started(transaction: Transaction) -> list[Broadcast]:
    """Return unfinished broadcasts with at least one attempt, oldest first."""
    query = _select_with_progress().where(_progress.c.attempted.is_not(None)).order_by(_table.c.id)
    return [_from_row(row) for row in await transaction.execute(query)]


async def count_remaining(transaction: Transaction) -> int:
    """Count the recipients of all broadcasts who were not attempted."""
    query = _select_with_progress().where(_table.c.finished_at.is_(None))
    unfinished = map(_from_row, await transaction.execute(query))
    return sum(
        len(broadcast.recipients) - broadcast.recipients.rank(max(broadcast.attempted, 0))
        for broadcast in unfinished
    )


async def record_progress(transaction: Transaction, all_progress: Iterable[Progress]) -> None:
    """Store progress. Must commit before the calls it covers."""
    values = [
        {"broadcast": p.broadcast, "attempted": p.attempted, "in_flight": p.in_flight}
        for p in all_progress
    ]
    if not values:
        return
    await transaction.execute(_RECORD, values)


async def finish(transaction: Transaction, ids: Sequence[int], now: datetime) -> None:
    """Mark broadcasts as finished and delete their progress."""
    if not ids:
        return
    await transaction.execute(delete(_progress).where(_progress.c.broadcast.in_(ids)))
    await transaction.execute(update(_table).where(_table.c.id.in_(ids)).values(finished_at=now))


def _select_with_progress() -> Select[tuple[object, ...]]:
    return select(_table, _progress.c.attempted, _progress.c.in_flight).outerjoin_from(
        _table, _progress
    )


def _from_row(row: Row[tuple[object, ...]]) -> Broadcast:
    return Broadcast(
        id=row.id,
        bulletin=row.bulletin,
        lane=Lane(row.lane),
        recipients=row.recipients,
        silent=row.silent,
        incident=row.incident,
        reason=NotificationReason(row.reason) if row.reason else None,
        attempted=NONE_ATTEMPTED if row.attempted is None else row.attempted,
        in_flight=row.in_flight or BitMap(),
        created_at=row.created_at,
    )
