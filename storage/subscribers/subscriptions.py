"""Subscription repository: a subscriber's query with its delivery schedule and due digests."""

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
from storage.values.schedules import IMMEDIATE, Schedule, parse_schedule

_table = schema.subscription

_zone = func.coalesce(
    select(schema.subscriber.c.zone)
    .where(schema.subscriber.c.number == _table.c.subscriber)
    .scalar_subquery(),
    "",
)
_quiet_until = (
    select(schema.quiet_state.c.next_transition_at)
    .where(
        schema.quiet_state.c.subscriber == _table.c.subscriber,
        schema.quiet_state.c.quiet_since.is_not(None),
    )
    .scalar_subquery()
)
_BATCH = 1_000
"""Rows to convert at a time: about a millisecond of the event loop."""


class Sound(NamedTuple):
    """Sound of one subscription, as a person chooses it."""

    has_sound: bool = True
    sound_from: str | None = None  # as in Subscription


DEFAULT_SOUND = Sound()


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """Query of one subscriber, with its schedule."""

    id: int
    subscriber: int  # the subscriber's number
    query: str  # compiled, for `matching.query.load`
    query_text: str  # as the person typed it
    schedule: Schedule
    has_sound: bool  # False: messages are silent
    sound_from: str | None  # level from which they have sound; None: the operator's default
    has_neighbours: bool  # alerts in regions that border on its places come too, silently
    created_at: datetime
    next_due_at: datetime | None  # aware; of its next digest; None: it has no digests
    last_bulletin: int  # id of the last bulletin that its digests cover
    due_at: datetime | None  # aware; of the digest to make now or after quiet; None: no digest

    @property
    def sound(self) -> Sound:
        """Return its sound, as a person chose it."""
        return Sound(self.has_sound, self.sound_from)

    @property
    def indexed(self) -> "IndexedSubscription":
        """Return the fields that the index needs."""
        return IndexedSubscription(
            self.id,
            self.subscriber,
            self.query,
            self.schedule == IMMEDIATE,
            self.has_sound,
            self.sound_from,
            self.has_neighbours,
        )


class IndexedSubscription(NamedTuple):
    """Fields of a subscription that the index needs."""

    id: int
    subscriber: int  # the subscriber's number
    query: str  # compiled
    is_immediate: bool  # False: in a digest
    has_sound: bool
    sound_from: str | None
    has_neighbours: bool


async def add(
    transaction: Transaction,
    subscriber: int,
    *,
    query: str,
    query_text: str,
    schedule: Schedule,
    next_due_at: datetime | None,
    now: datetime,
) -> Subscription:
    """Store a new subscription. Its digests begin after the newest bulletin."""
    last_bulletin = await bulletins.last_id(transaction)
    statement = insert(_table).values(
        subscriber=subscriber,
        query=query,
        query_text=query_text,
        schedule=str(schedule),
        **DEFAULT_SOUND._asdict(),
        has_neighbours=False,
        created_at=now,
        next_due_at=next_due_at,
        last_bulletin=last_bulletin,
    )
    result = await transaction.execute(statement.returning(_table))
    return _subscription(result.mappings().one())


async def of(transaction: Transaction, subscriber: int) -> list[Subscription]:
    """Return a subscriber's subscriptions, oldest first, as /subscriptions numbers them."""
    query = select(_table).where(_table.c.subscriber == subscriber).order_by(_table.c.id)
    return [_subscription(row) for row in (await transaction.execute(query)).mappings()]


async def find(transaction: Transaction, subscription: int, subscriber: int) -> Subscription | None:
    """Return a subscription, None if it does not exist or is another subscriber's."""
    query = select(_table).where(_table.c.id == subscription, _table.c.subscriber == subscriber)
    row = (await transaction.execute(query)).mappings().first()
    return _subscription(row) if row else None


async def change(
    transaction: Transaction,
    subscription: Subscription,
    *,
    query: str | None = None,
    sound: Sound | None = None,
    has_neighbours: bool | None = None,
) -> Subscription:
    """Store the given fields. Return the updated subscription."""
    given = {"query": query, "has_neighbours": has_neighbours}
    values = {name: value for name, value in given.items() if value is not None}
    if sound is not None:
        values |= sound._asdict()
    statement = update(_table).where(_table.c.id == subscription.id).values(values)
    result = await transaction.execute(statement.returning(_table))
    return _subscription(result.mappings().one())


async def remove(transaction: Transaction, ids: Sequence[int]) -> None:
    """Delete subscriptions."""
    await transaction.execute(delete(_table).where(_table.c.id.in_(ids)))


async def count(transaction: Transaction) -> int:
    """Count all subscriptions."""
    return (await transaction.execute(select(func.count()).select_from(_table))).scalar_one()


async def iterate_batches(transaction: Transaction) -> AsyncIterator[list[IndexedSubscription]]:
    """Yield all subscriptions in batches, so that memory does not grow with them."""
    is_immediate = _table.c.schedule == str(IMMEDIATE)
    columns = (
        _table.c.id,
        _table.c.subscriber,
        _table.c.query,
        is_immediate,
        _table.c.has_sound,
        _table.c.sound_from,
        _table.c.has_neighbours,
    )
    query = select(*columns).order_by(_table.c.id).limit(_BATCH)
    last_id = 0
    while rows := (await transaction.execute(query.where(_table.c.id > last_id))).all():
        yield [IndexedSubscription._make(row) for row in rows]
        last_id = rows[-1][0]


async def is_due(transaction: Transaction, now: datetime) -> bool:
    """Return whether `mark_due` has anything to do."""
    first = (await transaction.execute(select(func.min(_table.c.next_due_at)))).scalar_one()
    return first is not None and first <= now


async def mark_due(transaction: Transaction, now: datetime, limit: int) -> int:
    """Mark digests as due whose time has come, and schedule the next ones.

    Handles at most `limit` subscriptions and returns their count. During quiet hours a digest is
    due when they end.
    """
    due = (
        select(_table.c.id)
        .where(_table.c.next_due_at <= now)
        .order_by(_table.c.next_due_at, _table.c.id)
        .limit(limit)
    )
    # Reads no row per subscription: of many due at once, few have different schedules and zones.
    distinct = select(_table.c.schedule, _zone).where(_table.c.id.in_(due)).distinct()
    next_due_at = {
        f"{schedule} {zone}": parse_schedule(schedule).next_due(
            now, local_time.zone_of(zone or None)
        )
        for schedule, zone in await transaction.execute(distinct)
    }
    if not next_due_at:
        return 0
    statement = (
        update(_table)
        .where(_table.c.id.in_(due), _table.c.next_due_at <= now)
        .values(
            next_due_at=case(
                {key: literal(due_at, Instant()) for key, due_at in next_due_at.items()},
                value=_table.c.schedule + " " + _zone,
                else_=_table.c.next_due_at,
            ),
            due_at=func.coalesce(_table.c.due_at, _quiet_until, literal(now, Instant())),
        )
    )
    return (await transaction.execute(statement)).rowcount


async def next_due(transaction: Transaction, now: datetime, limit: int) -> list[int]:
    """Return the numbers of subscribers with a digest due, the longest due first."""
    query = (
        select(_table.c.subscriber)
        .where(_table.c.due_at <= now)
        .order_by(_table.c.due_at, _table.c.id)
        .limit(limit)
    )
    return list(dict.fromkeys((await transaction.execute(query)).scalars()))


async def get_due(
    transaction: Transaction, numbers: Collection[int], now: datetime
) -> list[Subscription]:
    """Return the subscriptions of `numbers` with a digest due."""
    query = select(_table).where(_table.c.subscriber.in_(numbers), _table.c.due_at <= now)
    return [_subscription(row) for row in (await transaction.execute(query)).mappings()]


async def settle(transaction: Transaction, ids: Collection[int], *, last_bulletin: int) -> set[int]:
    """Record that the due digests of `ids` were made, up to and including `last_bulletin`.

    Returns their subscribers.
    """
    statement = (
        update(_table)
        .where(_table.c.id.in_(ids), _table.c.due_at.is_not(None))
        .values(last_bulletin=last_bulletin, due_at=None)
        .returning(_table.c.subscriber)
    )
    return set((await transaction.execute(statement)).scalars())


async def defer(transaction: Transaction, subscriber: int, until: datetime) -> None:
    """Defer all due digests of a subscriber."""
    await transaction.execute(
        update(_table)
        .where(_table.c.subscriber == subscriber, _table.c.due_at.is_not(None))
        .values(due_at=until)
    )


async def reschedule(
    transaction: Transaction,
    subscription: Subscription,
    schedule: Schedule,
    next_due_at: datetime | None,
) -> Subscription:
    """Change the schedule or the next due time. Return the updated subscription.

    If it was immediate so far, its digests begin after the newest bulletin: everything before was
    delivered.
    """
    last_bulletin = subscription.last_bulletin
    if subscription.next_due_at is None:
        last_bulletin = await bulletins.last_id(transaction)
    statement = (
        update(_table)
        .where(_table.c.id == subscription.id)
        .values(schedule=str(schedule), next_due_at=next_due_at, last_bulletin=last_bulletin)
        .returning(_table)
    )
    return _subscription((await transaction.execute(statement)).mappings().one())


async def get(transaction: Transaction, ids: Sequence[int]) -> list[Subscription]:
    """Return the subscriptions that exist, of any subscriber, oldest first."""
    query = select(_table).where(_table.c.id.in_(ids)).order_by(_table.c.id)
    return [_subscription(row) for row in (await transaction.execute(query)).mappings()]


async def queries_with_circles(
    transaction: Transaction, numbers: Sequence[int]
) -> list[tuple[int, str]]:
    """Return the compiled queries of subscribers that contain a circle, with their subscriber."""
    query = select(_table.c.subscriber, _table.c.query).where(
        _table.c.subscriber.in_(numbers), _table.c.query.contains('["near",', autoescape=True)
    )
    return [(number, text) for number, text in await transaction.execute(query)]


async def count_in_chat(transaction: Transaction, chat_id: int) -> int:
    """Count the subscriptions of a chat, including those of its forum topics."""
    numbers = select(schema.subscriber.c.number).where(schema.subscriber.c.chat_id == chat_id)
    query = select(func.count()).select_from(_table).where(_table.c.subscriber.in_(numbers))
    return (await transaction.execute(query)).scalar_one()


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(**{**row, "schedule": parse_schedule(row["schedule"])})
