"""Broadcasts: one bulletin owed to many subscribers, as a bitmap and how far it has come.

The bitmaps are written once. What changes with every few calls stands in a row of its own: up to
which number everybody was attempted, and who of them is under way.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from pyroaring import BitMap
from sqlalchemy import Row, Select, and_, bindparam, delete, insert, select, text, update

from storage import schema
from storage.engine.column_types import Numbers
from storage.engine.database import Transaction
from storage.inbound.incidents import Telling
from storage.values.lanes import Lane

_table = schema.broadcast
_progress = schema.progress
_incident = schema.incident

_is_ring = and_(_table.c.lane == Lane.ALERT, _table.c.telling != Telling.CLOSED)

# Written out: both databases have the words, and each round of a broadcast says them.
_RECORD = text(
    """
    INSERT INTO progress (broadcast, attempted, under_way)
    VALUES (:broadcast, :attempted, :under_way)
    ON CONFLICT (broadcast)
    DO UPDATE SET attempted = excluded.attempted, under_way = excluded.under_way
    """
).bindparams(bindparam("under_way", type_=Numbers))

NOBODY = -1
"""What stands for the highest number attempted as long as there is none."""


@dataclass(frozen=True, kw_only=True)
class NewBroadcast:
    """One bulletin owed to many, not stored yet."""

    bulletin: int  # the bulletin's id
    lane: Lane
    recipients: BitMap  # subscriber numbers
    silent: BitMap  # those of them who get it without a sound
    incident: int | None = None  # id of the incident whose newest state it tells; None: of none
    telling: Telling | None = None  # what it tells of it; without an incident: of many


@dataclass(frozen=True, kw_only=True)
class Broadcast(NewBroadcast):
    """One bulletin owed to many.

    Recipients up to `attempted` are settled: sent, given up, or a delivery of their own. But for
    those `under_way`: whether they have it, nobody knows once the process has ended.
    """

    id: int
    attempted: int  # the highest subscriber number whose attempt was recorded
    under_way: BitMap  # numbers up to it with a call that has no outcome stored
    created_at: datetime


@dataclass(frozen=True)
class Progress:
    """How far a broadcast has come."""

    broadcast: int  # its id
    attempted: int  # as in Broadcast
    under_way: BitMap  # as in Broadcast


async def enqueue(
    transaction: Transaction, new: Sequence[NewBroadcast], now: datetime
) -> list[int]:
    """Stores them; their ids, in the order given."""
    if not new:
        return []
    values = [
        {
            "bulletin": broadcast.bulletin,
            "lane": broadcast.lane,
            "recipients": broadcast.recipients,
            "silent": broadcast.silent,
            "incident": broadcast.incident,
            "telling": broadcast.telling,
            "created_at": now,
        }
        for broadcast in new
    ]
    statement = insert(_table).returning(_table.c.id, sort_by_parameter_order=True)
    return list((await transaction.execute(statement, values)).scalars())


async def unfinished(
    transaction: Transaction, lane: Lane, *, after: int = 0, limit: int
) -> list[Broadcast]:
    """Those of a lane with an id above `after` that still owe something, oldest first."""
    query = (
        _with_progress()
        .where(_table.c.finished_at.is_(None), _table.c.lane == lane, _table.c.id > after)
        .order_by(_table.c.id)
        .limit(limit)
    )
    return [_broadcast(row) for row in await transaction.execute(query)]


class Stand(Enum):
    """How it stands with a broadcast that may be cut short."""

    OWED = auto()
    CUT = auto()  # the incident is over: whoever was not begun with is not owed it any more
    FINISHED = auto()


async def hold(transaction: Transaction, ids: Collection[int]) -> dict[int, Stand]:
    """Keeps others from changing them until the transaction ends.

    By id how they stand. Those are missing that somebody else is changing now.
    """
    if not ids:
        return {}
    which = _table.c.id.in_(ids)
    if transaction.dialect.name != "sqlite":  # which has one writer at a time
        locking = select(_table.c.id).where(which).with_for_update(key_share=True, skip_locked=True)
        which = _table.c.id.in_((await transaction.execute(locking)).scalars().all())
    # Asked apart from the lock: what was changed just before it shows only now.
    query = (
        select(_table.c.id, _table.c.finished_at, _incident.c.closed_at, _is_ring)
        .outerjoin_from(_table, _incident, _incident.c.id == _table.c.incident)
        .where(which)
    )
    rows = await transaction.execute(query)
    return {
        id_: Stand.FINISHED if finished_at else Stand.CUT if closed_at and is_ring else Stand.OWED
        for id_, finished_at, closed_at, is_ring in rows
    }


async def get(transaction: Transaction, ids: Collection[int]) -> list[Broadcast]:
    """Those of `ids` that are there, as they are."""
    if not ids:
        return []
    rows = await transaction.execute(_with_progress().where(_table.c.id.in_(ids)))
    return [_broadcast(row) for row in rows]


async def begun(transaction: Transaction) -> list[Broadcast]:
    """Those that were attempted and are not finished, oldest first."""
    query = _with_progress().where(_progress.c.attempted.is_not(None)).order_by(_table.c.id)
    return [_broadcast(row) for row in await transaction.execute(query)]


async def left(transaction: Transaction) -> int:
    """How many messages all broadcasts owe still, without those under way."""
    query = _with_progress().where(_table.c.finished_at.is_(None))
    all_left = map(_broadcast, await transaction.execute(query))
    return sum(len(one.recipients) - one.recipients.rank(max(one.attempted, 0)) for one in all_left)


async def record(transaction: Transaction, all_progress: Iterable[Progress]) -> None:
    """Stores how far they have come: before the calls that it tells of."""
    values = [
        {"broadcast": p.broadcast, "attempted": p.attempted, "under_way": p.under_way}
        for p in all_progress
    ]
    if not values:
        return
    await transaction.execute(_RECORD, values)


async def finish(transaction: Transaction, ids: Sequence[int], now: datetime) -> None:
    """Nothing more is owed by them, and nothing of them is under way."""
    if not ids:
        return
    await transaction.execute(delete(_progress).where(_progress.c.broadcast.in_(ids)))
    await transaction.execute(update(_table).where(_table.c.id.in_(ids)).values(finished_at=now))


def _with_progress() -> Select[tuple[object, ...]]:
    return select(_table, _progress.c.attempted, _progress.c.under_way).outerjoin_from(
        _table, _progress
    )


def _broadcast(row: Row[tuple[object, ...]]) -> Broadcast:
    return Broadcast(
        id=row.id,
        bulletin=row.bulletin,
        lane=Lane(row.lane),
        recipients=row.recipients,
        silent=row.silent,
        incident=row.incident,
        telling=Telling(row.telling) if row.telling else None,
        attempted=NOBODY if row.attempted is None else row.attempted,
        under_way=row.under_way or BitMap(),
        created_at=row.created_at,
    )
