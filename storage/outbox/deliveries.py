"""Deliveries: one message owed to one subscriber."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.bulk_insert import insert_all
from storage.engine.database import Transaction
from storage.values.lanes import Lane
from storage.values.message import Content, from_json, to_json

_table = schema.delivery


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """One message owed to one subscriber, not stored yet: a bulletin, or words of their own."""

    subscriber: int  # the subscriber's number
    lane: Lane
    bulletin: int | None = None  # id of the bulletin, rendered when it is sent
    broadcast: int | None = None  # id of the one it was put off from
    message: int | None = None  # of an edit: Telegram's id of an older message; None: the newest
    content: Content | None = None  # or what to say, rendered already
    silent: bool = False  # arrives without a sound
    attempts: int = 0  # calls to Telegram so far
    doubts: int = 0  # those of them that Telegram may have taken
    due_at: datetime  # aware; not before
    attempted_at: datetime | None = None  # aware; set while a call is under way
    failure: str | None = None  # what the last call said


@dataclass(frozen=True, kw_only=True)
class Delivery(NewDelivery):
    """One message owed to one subscriber."""

    id: int
    created_at: datetime


async def enqueue(
    transaction: Transaction, new: Sequence[NewDelivery], now: datetime
) -> list[Delivery]:
    """Stores them in the order given and returns them with their ids."""
    ids = await insert_all(transaction, _table, (_values(delivery, now) for delivery in new))
    stored = zip(new, ids, strict=True)
    return [Delivery(**_own_fields(one), id=id_, created_at=now) for one, id_ in stored]


async def due(transaction: Transaction, lane: Lane, now: datetime, *, limit: int) -> list[Delivery]:
    """Those of a lane that may be sent at `now` and are not under way, longest due first."""
    query = (
        select(_table)
        .where(
            _table.c.lane == lane,
            _table.c.due_at <= now,
            _table.c.attempted_at.is_(None),
            _table.c.failed_at.is_(None),
        )
        .order_by(_table.c.due_at, _table.c.id)
        .limit(limit)
    )
    return [_delivery(row) for row in (await transaction.execute(query)).mappings()]


async def in_doubt(transaction: Transaction) -> list[Delivery]:
    """Those with a call recorded and no outcome: a process ended in between."""
    query = select(_table).where(_table.c.attempted_at.is_not(None), _table.c.failed_at.is_(None))
    return [_delivery(row) for row in (await transaction.execute(query)).mappings()]


async def left(transaction: Transaction) -> int:
    """How many are owed, under way or not."""
    query = select(func.count()).select_from(_table).where(_table.c.failed_at.is_(None))
    return (await transaction.execute(query)).scalar_one()


async def is_waiting(transaction: Transaction, subscriber: int, lane: Lane) -> bool:
    """Whether words of their own wait for a subscriber in that lane."""
    query = select(_table.c.id).where(
        _table.c.subscriber == subscriber,
        _table.c.lane == lane,
        _table.c.content.is_not(None),
        _table.c.failed_at.is_(None),
    )
    return (await transaction.execute(query.limit(1))).first() is not None


async def count(transaction: Transaction, lane: Lane, most: int) -> int:
    """How many of a lane wait for their first call or the next; `most` stands for more, too."""
    waiting = (
        select(_table.c.id)
        .where(_table.c.lane == lane, _table.c.attempted_at.is_(None), _table.c.failed_at.is_(None))
        .limit(most)
    )
    counted = select(func.count()).select_from(waiting.subquery())
    return (await transaction.execute(counted)).scalar_one()


async def defer(transaction: Transaction, due_at: Mapping[int, datetime]) -> None:
    """Not before those times, by id: their chats have had enough for now."""
    if not due_at:
        return
    await transaction.execute(
        update(_table).where(_table.c.id == bindparam("row")).values(due_at=bindparam("due_at")),
        [{"row": id_, "due_at": at} for id_, at in due_at.items()],
    )


async def hasten(transaction: Transaction, by: timedelta, *, after: datetime) -> None:
    """What is due after that is due so much earlier: the clock it was put off by was wrong."""
    query = select(_table.c.id, _table.c.due_at).where(
        _table.c.due_at > after, _table.c.failed_at.is_(None)
    )
    rows = await transaction.execute(query)
    await defer(transaction, {row.id: max(row.due_at - by, after) for row in rows})


async def attempt(transaction: Transaction, ids: Sequence[int], now: datetime) -> None:
    """Records, before the calls, that they are being sent."""
    if not ids:
        return
    await transaction.execute(
        update(_table)
        .where(_table.c.id.in_(ids))
        .values(attempted_at=now, attempts=_table.c.attempts + 1)
    )


async def retry(
    transaction: Transaction,
    delivery: int,
    *,
    due_at: datetime,
    attempts: int,
    doubts: int,
    failure: str,
) -> None:
    """Not before `due_at` again. `attempts` are the calls that count: a refused one does not."""
    changed = {"due_at": due_at, "attempts": attempts, "doubts": doubts, "failure": failure}
    await transaction.execute(
        update(_table).where(_table.c.id == delivery).values(attempted_at=None, **changed)
    )


async def fail(transaction: Transaction, delivery: int, now: datetime, failure: str) -> None:
    """Gives it up, and keeps it where an administrator can see why."""
    await transaction.execute(
        update(_table)
        .where(_table.c.id == delivery)
        .values(attempted_at=None, failed_at=now, failure=failure)
    )


async def done(transaction: Transaction, ids: Sequence[int]) -> None:
    """Arrived, or not owed any more."""
    if not ids:
        return
    await transaction.execute(delete(_table).where(_table.c.id.in_(ids)))


async def forget(transaction: Transaction, before: datetime) -> None:
    """Deletes what was given up before that."""
    await transaction.execute(delete(_table).where(_table.c.failed_at < before))


def _own_fields(delivery: NewDelivery) -> dict[str, Any]:
    return {field.name: getattr(delivery, field.name) for field in fields(NewDelivery)}


def _values(delivery: NewDelivery, now: datetime) -> dict[str, Any]:
    content = None if delivery.content is None else to_json(delivery.content)
    return _own_fields(delivery) | {"content": content, "created_at": now}


def _delivery(row: RowMapping) -> Delivery:
    values = dict(row)
    del values["failed_at"]
    values["lane"] = Lane(values["lane"])
    values["content"] = from_json(values["content"]) if values["content"] else None
    return Delivery(**values)
