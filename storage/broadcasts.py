"""Broadcasts: one bulletin owed to many subscribers, as a bitmap and a cursor over it."""

from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import insert, select, update

from storage import schema
from storage.database import Transaction
from storage.lanes import Lane

_table = schema.broadcast

NOBODY = -1
"""A cursor that has passed no subscriber number yet."""


@dataclass(frozen=True)
class Broadcast:
    """One bulletin owed to many.

    Numbers up to `cursor` are settled: sent, given up, or a delivery of their own. Those above it
    up to `attempted` were being sent when this was read: whether they arrived, nobody knows.
    """

    id: int
    bulletin: int  # the bulletin's id
    lane: Lane
    recipients: BitMap  # subscriber numbers
    silent: BitMap  # those of them who get it without a sound
    attempted: int  # the highest subscriber number whose attempt was recorded
    cursor: int  # the highest subscriber number up to which all is settled
    created_at: datetime


async def enqueue(
    transaction: Transaction,
    bulletin: int,
    lane: Lane,
    recipients: BitMap,
    silent: BitMap,
    now: datetime,
) -> None:
    await transaction.execute(
        insert(_table).values(
            bulletin=bulletin,
            lane=lane,
            recipients=recipients,
            silent=silent,
            attempted=NOBODY,
            cursor=NOBODY,
            created_at=now,
        )
    )


async def unfinished(transaction: Transaction, after: int = 0) -> list[Broadcast]:
    """Those with an id above `after` that still owe something, oldest first."""
    query = (
        select(_table)
        .where(_table.c.finished_at.is_(None), _table.c.id > after)
        .order_by(_table.c.id)
    )
    return [
        Broadcast(
            id=row.id,
            bulletin=row.bulletin,
            lane=Lane(row.lane),
            recipients=row.recipients,
            silent=row.silent,
            attempted=row.attempted,
            cursor=row.cursor,
            created_at=row.created_at,
        )
        for row in await transaction.execute(query)
    ]


async def attempt(transaction: Transaction, broadcast: int, number: int) -> None:
    """Records, before the calls, that everybody up to `number` is being sent to."""
    await transaction.execute(
        update(_table).where(_table.c.id == broadcast).values(attempted=number)
    )


async def advance(transaction: Transaction, broadcast: int, number: int) -> None:
    """Records that everybody up to `number` is settled."""
    await transaction.execute(update(_table).where(_table.c.id == broadcast).values(cursor=number))


async def finish(transaction: Transaction, broadcast: int, now: datetime) -> None:
    await transaction.execute(
        update(_table).where(_table.c.id == broadcast).values(finished_at=now)
    )
