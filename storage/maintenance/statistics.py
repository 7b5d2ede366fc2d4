"""How many there are of everything, for those who run the bot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from storage import schema
from storage.engine.database import Transaction
from storage.inbound.bulletins import ANNOUNCEMENTS
from storage.values.lanes import Lane

_subscriber = schema.subscriber
_subscription = schema.subscription
_bulletin = schema.bulletin
_broadcast = schema.broadcast
_delivery = schema.delivery

_QUERIES = 500


@dataclass(frozen=True)
class Statistics:
    """Counts as they are at one moment."""

    by_language: Mapping[str, int]  # subscribers who are reached, the most first
    suspended: int  # subscribers who are not
    subscriptions: int
    queries: Sequence[tuple[str, int]]  # stored queries and how often each is followed, most first
    last_hour: int  # bulletins received from sources
    last_day: int
    waiting: Mapping[Lane, int]  # deliveries that are owed; lanes without any are left out
    broadcasts: int  # of what sources said, that still owe something
    announcements: int  # broadcasts of those that do
    since: datetime | None  # aware; when the oldest that is owed came up, announcements aside
    failed: int  # deliveries that were given up


async def count(transaction: Transaction, now: datetime) -> Statistics:
    """Counts everything."""
    languages = (
        select(_subscriber.c.language, func.count())
        .where(_subscriber.c.suspended.is_(None))
        .group_by(_subscriber.c.language)
        .order_by(func.count().desc(), _subscriber.c.language)
    )
    queries = (
        select(_subscription.c.query, func.count())
        .group_by(_subscription.c.query)
        .order_by(func.count().desc(), _subscription.c.query)
        .limit(_QUERIES)
    )
    owed = _delivery.c.failed_at.is_(None)
    waiting = select(_delivery.c.lane, func.count()).where(owed).group_by(_delivery.c.lane)
    unfinished = _broadcast.c.finished_at.is_(None)
    announced = _broadcast.c.lane == Lane.ANNOUNCEMENT
    due = (owed, _delivery.c.due_at <= now, _delivery.c.lane != Lane.ANNOUNCEMENT)
    oldest = [
        await _one(transaction, func.min(_broadcast.c.created_at), unfinished, ~announced),
        await _one(transaction, func.min(_delivery.c.created_at), *due),
    ]
    received, told = _bulletin.c.received_at, _bulletin.c.source != ANNOUNCEMENTS
    return Statistics(
        by_language={row[0]: row[1] for row in await transaction.execute(languages)},
        suspended=await _count(transaction, _subscriber.c.suspended.is_not(None)),
        subscriptions=await _one(transaction, func.count(_subscription.c.id)),
        queries=[(row[0], row[1]) for row in await transaction.execute(queries)],
        last_hour=await _count(transaction, received > now - timedelta(hours=1), told),
        last_day=await _count(transaction, received > now - timedelta(days=1), told),
        waiting={Lane(row[0]): row[1] for row in await transaction.execute(waiting)},
        broadcasts=await _count(transaction, unfinished, ~announced),
        announcements=await _count(transaction, unfinished, announced),
        since=min((at for at in oldest if at), default=None),
        failed=await _count(transaction, _delivery.c.failed_at.is_not(None)),
    )


async def _count(transaction: Transaction, *where: ColumnElement[bool]) -> int:
    counted: int = await _one(transaction, func.count(), *where)
    return counted


async def _one(
    transaction: Transaction, what: ColumnElement[Any], *where: ColumnElement[bool]
) -> Any:
    return (await transaction.execute(select(what).where(*where))).scalar_one()
