"""Subscriptions: a query of one subscriber with when to deliver."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, delete, func, insert, literal, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.column_types import Instant
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.values import local_time
from storage.values.schedules import AT_ONCE, Schedule, parse_schedule

_table = schema.subscription

_zone = func.coalesce(
    select(schema.subscriber.c.zone)
    .where(schema.subscriber.c.number == _table.c.subscriber)
    .scalar_subquery(),
    "",
)
_quiet_until = (
    select(schema.quiet.c.turns_at)
    .where(schema.quiet.c.subscriber == _table.c.subscriber, schema.quiet.c.since.is_not(None))
    .scalar_subquery()
)
_BATCH = 1_000
"""So many rows keep an event loop for about a millisecond."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What one subscriber wants to hear of, and when."""

    id: int
    subscriber: int  # the subscriber's number
    query: str  # compiled: what `matching.query.load` reads
    written: str  # as the person typed it
    schedule: Schedule
    sound: bool  # False: comes without a sound
    created_at: datetime
    next_due_at: datetime | None  # aware; when its next digest is due; None: no digest is to come
    digested: int  # id of the last bulletin its digests have dealt with
    owed_at: datetime | None  # aware; a digest is owed since then, or from then on; None: none is


class Wanted(NamedTuple):
    """What of a subscription decides who hears of a bulletin, and how."""

    id: int
    subscriber: int  # the subscriber's number
    query: str  # compiled
    at_once: bool  # False: in a digest
    sound: bool


async def add(
    transaction: Transaction,
    subscriber: int,
    *,
    query: str,
    written: str,
    schedule: Schedule,
    next_due_at: datetime | None,
    now: datetime,
) -> Subscription:
    digested = await bulletins.last_id(transaction)
    statement = insert(_table).values(
        subscriber=subscriber,
        query=query,
        written=written,
        schedule=str(schedule),
        sound=True,
        created_at=now,
        next_due_at=next_due_at,
        digested=digested,
    )
    result = await transaction.execute(statement.returning(_table))
    return _subscription(result.mappings().one())


async def of(transaction: Transaction, subscriber: int) -> list[Subscription]:
    """All of one subscriber's, oldest first: as /subscriptions numbers them."""
    query = select(_table).where(_table.c.subscriber == subscriber).order_by(_table.c.id)
    return [_subscription(row) for row in (await transaction.execute(query)).mappings()]


async def find(transaction: Transaction, subscription: int, subscriber: int) -> Subscription | None:
    """None also when it is somebody else's."""
    query = select(_table).where(_table.c.id == subscription, _table.c.subscriber == subscriber)
    row = (await transaction.execute(query)).mappings().first()
    return _subscription(row) if row else None


async def change(
    transaction: Transaction,
    subscription: Subscription,
    *,
    query: str | None = None,
    sound: bool | None = None,
) -> Subscription:
    """Stores what is given, leaves the rest; the subscription as it is then."""
    given = {"query": query, "sound": sound}
    values = {name: value for name, value in given.items() if value is not None}
    statement = update(_table).where(_table.c.id == subscription.id).values(values)
    result = await transaction.execute(statement.returning(_table))
    return _subscription(result.mappings().one())


async def remove(transaction: Transaction, ids: Sequence[int]) -> None:
    await transaction.execute(delete(_table).where(_table.c.id.in_(ids)))


async def count(transaction: Transaction) -> int:
    return (await transaction.execute(select(func.count()).select_from(_table))).scalar_one()


async def every(transaction: Transaction) -> AsyncIterator[list[Wanted]]:
    """All of everybody, in batches, so that memory does not grow with them."""
    at_once = _table.c.schedule == str(AT_ONCE)
    columns = (_table.c.id, _table.c.subscriber, _table.c.query, at_once, _table.c.sound)
    query = select(*columns).order_by(_table.c.id).limit(_BATCH)
    last = 0
    while rows := (await transaction.execute(query.where(_table.c.id > last))).all():
        yield [Wanted._make(row) for row in rows]
        last = rows[-1][0]


async def is_due(transaction: Transaction, now: datetime) -> bool:
    """Whether `owe` has anything to do."""
    first = (await transaction.execute(select(func.min(_table.c.next_due_at)))).scalar_one()
    return first is not None and first <= now


async def owe(transaction: Transaction, now: datetime, limit: int) -> int:
    """Owes the digests that are due at `now` and sets when the next are; how many, at most `limit`.

    Who is quiet is owed theirs when that ends.
    """
    due = (
        select(_table.c.id)
        .where(_table.c.next_due_at <= now)
        .order_by(_table.c.next_due_at, _table.c.id)
        .limit(limit)
    )
    # No row of theirs is read here: of many who are due at once, only a few differ.
    alike = select(_table.c.schedule, _zone).where(_table.c.id.in_(due)).distinct()
    next_due_at = {
        f"{schedule} {zone}": parse_schedule(schedule).next_due(
            now, local_time.zone_of(zone or None)
        )
        for schedule, zone in await transaction.execute(alike)
    }
    if not next_due_at:
        return 0
    statement = (
        update(_table)
        .where(_table.c.id.in_(due), _table.c.next_due_at <= now)
        .values(
            next_due_at=case(
                {key: literal(at, Instant()) for key, at in next_due_at.items()},
                value=_table.c.schedule + " " + _zone,
                else_=_table.c.next_due_at,
            ),
            owed_at=func.coalesce(_table.c.owed_at, _quiet_until, literal(now, Instant())),
        )
    )
    return (await transaction.execute(statement)).rowcount


async def next_owed(transaction: Transaction, now: datetime, limit: int) -> list[int]:
    """Numbers of the subscribers whose digests are to be made, longest owed first."""
    query = (
        select(_table.c.subscriber)
        .where(_table.c.owed_at <= now)
        .order_by(_table.c.owed_at, _table.c.id)
        .limit(limit)
    )
    return list(dict.fromkeys((await transaction.execute(query)).scalars()))


async def owed(
    transaction: Transaction, numbers: Collection[int], now: datetime
) -> list[Subscription]:
    """Those of the subscribers `numbers` whose digests are to be made."""
    query = select(_table).where(_table.c.subscriber.in_(numbers), _table.c.owed_at <= now)
    return [_subscription(row) for row in (await transaction.execute(query)).mappings()]


async def settle(transaction: Transaction, ids: Collection[int], *, digested: int) -> set[int]:
    """Notes that those of `ids` that were owed have their digest, up to the bulletin `digested`.

    Returns the subscribers whose they are.
    """
    statement = (
        update(_table)
        .where(_table.c.id.in_(ids), _table.c.owed_at.is_not(None))
        .values(digested=digested, owed_at=None)
        .returning(_table.c.subscriber)
    )
    return set((await transaction.execute(statement)).scalars())


async def defer(transaction: Transaction, subscriber: int, until: datetime) -> None:
    """What is owed to the subscriber is owed from then on."""
    await transaction.execute(
        update(_table)
        .where(_table.c.subscriber == subscriber, _table.c.owed_at.is_not(None))
        .values(owed_at=until)
    )


async def reschedule(
    transaction: Transaction,
    subscription: Subscription,
    schedule: Schedule,
    next_due_at: datetime | None,
) -> Subscription:
    """Delivers by another schedule, or by the same at another time; as it is then.

    What was delivered at once until now gathers from here on: all before was delivered.
    """
    digested = subscription.digested
    if subscription.next_due_at is None:
        digested = await bulletins.last_id(transaction)
    statement = (
        update(_table)
        .where(_table.c.id == subscription.id)
        .values(schedule=str(schedule), next_due_at=next_due_at, digested=digested)
        .returning(_table)
    )
    return _subscription((await transaction.execute(statement)).mappings().one())


async def get(transaction: Transaction, ids: Sequence[int]) -> list[Subscription]:
    """Those of `ids` that are there, whoever's they are."""
    query = select(_table).where(_table.c.id.in_(ids)).order_by(_table.c.id)
    return [_subscription(row) for row in (await transaction.execute(query)).mappings()]


async def count_in_chat(transaction: Transaction, chat_id: int) -> int:
    """How many a chat has, those of its topics included."""
    numbers = select(schema.subscriber.c.number).where(schema.subscriber.c.chat_id == chat_id)
    query = select(func.count()).select_from(_table).where(_table.c.subscriber.in_(numbers))
    return (await transaction.execute(query)).scalar_one()


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(**{**row, "schedule": parse_schedule(row["schedule"])})
