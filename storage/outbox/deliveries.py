"""Delivery queue: one message to one subscriber, with attempts and retries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import bulk_insert
from storage.values.lanes import Lane
from storage.values.message import MessageContent, from_json, to_json

_table = schema.delivery


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """A delivery that is not stored yet: of a bulletin, or of rendered content."""

    subscriber: int  # the subscriber's number
    lane: Lane
    bulletin: int | None = None  # id of the bulletin, rendered on sending
    broadcast: int | None = None  # id of the broadcast it was split off from
    message_id: int | None = None  # Telegram's id of the message to edit; None: the last one
    content: MessageContent | None = None  # rendered content, instead of a bulletin
    silent: bool = False  # without notification sound
    attempts: int = 0  # calls to Telegram that count
    maybe_sent: int = 0  # attempts that Telegram may have accepted
    due_at: datetime  # aware; earliest time of the next attempt
    attempted_at: datetime | None = None  # aware; set while a call is in flight
    failure: str | None = None  # error of the last attempt


@dataclass(frozen=True, kw_only=True)
class Delivery(NewDelivery):
    """A stored delivery."""

    id: int
    created_at: datetime


async def enqueue(
    transaction: Transaction, new: Sequence[NewDelivery], now: datetime
) -> list[Delivery]:
    """Store deliveries and return them with their ids, in the order given."""
    ids = await bulk_insert(transaction, _table, (_values(delivery, now) for delivery in new))
    stored = zip(new, ids, strict=True)
    return [Delivery(**_field_values(delivery), id=id_, created_at=now) for delivery, id_ in stored]


async def list_due(
    transaction: Transaction, lane: Lane, now: datetime, *, limit: int
) -> list[Delivery]:
    """Return idle deliveries of a lane that are due at `now`, longest due first."""
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
    return [_from_row(row) for row in (await transaction.execute(query)).mappings()]


async def list_in_doubt(transaction: Transaction) -> list[Delivery]:
    """Return deliveries in doubt: the process ended between an attempt and its outcome."""
    query = select(_table).where(_table.c.attempted_at.is_not(None), _table.c.failed_at.is_(None))
    return [_from_row(row) for row in (await transaction.execute(query)).mappings()]


async def count_pending(transaction: Transaction) -> int:
    """Count the deliveries that are not given up, in flight or not."""
    query = select(func.count()).select_from(_table).where(_table.c.failed_at.is_(None))
    return (await transaction.execute(query)).scalar_one()


async def has_waiting_message(transaction: Transaction, subscriber: int, lane: Lane) -> bool:
    """Return whether a delivery with rendered content waits for a subscriber in a lane."""
    query = select(_table.c.id).where(
        _table.c.subscriber == subscriber,
        _table.c.lane == lane,
        _table.c.content.is_not(None),
        _table.c.failed_at.is_(None),
    )
    return (await transaction.execute(query.limit(1))).first() is not None


async def count_waiting(transaction: Transaction, lane: Lane, limit: int) -> int:
    """Count the idle deliveries of a lane, up to `limit`."""
    waiting = (
        select(_table.c.id)
        .where(_table.c.lane == lane, _table.c.attempted_at.is_(None), _table.c.failed_at.is_(None))
        .limit(limit)
    )
    counted = select(func.count()).select_from(waiting.subquery())
    return (await transaction.execute(counted)).scalar_one()


async def defer(transaction: Transaction, due_at: Mapping[int, datetime]) -> None:
    """Postpone deliveries, given as due times by id: their chats have reached a rate limit."""
    if not due_at:
        return
    await transaction.execute(
        update(_table).where(_table.c.id == bindparam("row")).values(due_at=bindparam("due_at")),
        [{"row": id_, "due_at": time} for id_, time in due_at.items()],
    )


async def bring_forward(transaction: Transaction, duration: timedelta, *, after: datetime) -> None:
    """Make deliveries due `duration` earlier if due after `after`: the clock was wrong before."""
    query = select(_table.c.id, _table.c.due_at).where(
        _table.c.due_at > after, _table.c.failed_at.is_(None)
    )
    rows = await transaction.execute(query)
    await defer(transaction, {row.id: max(row.due_at - duration, after) for row in rows})


async def record_attempts(transaction: Transaction, ids: Sequence[int], now: datetime) -> None:
    """Record attempts. Must commit before the calls."""
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
    maybe_sent: int,
    failure: str,
) -> None:
    """Schedule a retry at `due_at`. `attempts` excludes calls that certainly sent nothing."""
    changed = {"due_at": due_at, "attempts": attempts, "maybe_sent": maybe_sent, "failure": failure}
    await transaction.execute(
        update(_table).where(_table.c.id == delivery).values(attempted_at=None, **changed)
    )


async def fail(transaction: Transaction, delivery: int, now: datetime, failure: str) -> None:
    """Give up a delivery: it becomes a dead letter."""
    await transaction.execute(
        update(_table)
        .where(_table.c.id == delivery)
        .values(attempted_at=None, failed_at=now, failure=failure)
    )


async def complete(transaction: Transaction, ids: Sequence[int]) -> None:
    """Delete deliveries that were sent or are no longer needed."""
    if not ids:
        return
    await transaction.execute(delete(_table).where(_table.c.id.in_(ids)))


async def delete_failed(transaction: Transaction, before: datetime) -> None:
    """Delete dead letters given up before `before`."""
    await transaction.execute(delete(_table).where(_table.c.failed_at < before))


def _field_values(delivery: NewDelivery) -> dict[str, Any]:
    return {field.name: getattr(delivery, field.name) for field in fields(NewDelivery)}


def _values(delivery: NewDelivery, now: datetime) -> dict[str, Any]:
    content = None if delivery.content is None else to_json(delivery.content)
    return _field_values(delivery) | {"content": content, "created_at": now}


def _from_row(row: RowMapping) -> Delivery:
    values = dict(row)
    del values["failed_at"]
    values["lane"] = Lane(values["lane"])
    values["content"] = from_json(values["content"]) if values["content"] else None
    return Delivery(**values)
