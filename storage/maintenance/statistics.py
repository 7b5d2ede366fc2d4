"""Statistics for operators: counts of subscribers, subscriptions, bulletins and the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from storage import schema
from storage.engine.database import Transaction
from storage.inbound.bulletins import ANNOUNCEMENT_SOURCE
from storage.values.lanes import Lane

_subscriber = schema.subscriber
_subscription = schema.subscription
_bulletin = schema.bulletin
_broadcast = schema.broadcast
_delivery = schema.delivery

_MAX_QUERIES = 500


@dataclass(frozen=True)
class Statistics:
    """Counts at one moment."""

    by_language: Mapping[str, int]  # active subscribers, largest first
    suspended: int  # subscribers who get no messages
    subscriptions: int
    queries: Sequence[tuple[str, int]]  # queries and their number of subscriptions, largest first
    last_hour: int  # bulletins received from sources
    last_day: int
    waiting: Mapping[Lane, int]  # pending deliveries, without empty lanes
    broadcasts: int  # unfinished, without announcements
    announcements: int  # unfinished broadcasts of announcements
    oldest_pending_at: datetime | None  # aware; without announcements
    failed: int  # dead letters


async def count(transaction: Transaction, now: datetime) -> Statistics:
    """Return all counts."""
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
        .limit(_MAX_QUERIES)
    )
    is_pending = _delivery.c.failed_at.is_(None)
    waiting = select(_delivery.c.lane, func.count()).where(is_pending).group_by(_delivery.c.lane)
    is_unfinished = _broadcast.c.finished_at.is_(None)
    is_announcement = _broadcast.c.lane == Lane.ANNOUNCEMENT
    due = (is_pending, _delivery.c.due_at <= now, _delivery.c.lane != Lane.ANNOUNCEMENT)
    oldest = [
        await _scalar(
            transaction, func.min(_broadcast.c.created_at), is_unfinished, ~is_announcement
        ),
        await _scalar(transaction, func.min(_delivery.c.created_at), *due),
    ]
    received, from_sources = _bulletin.c.received_at, _bulletin.c.source != ANNOUNCEMENT_SOURCE
    return Statistics(
        by_language={row[0]: row[1] for row in await transaction.execute(languages)},
        suspended=await _count(transaction, _subscriber.c.suspended.is_not(None)),
        subscriptions=await _scalar(transaction, func.count(_subscription.c.id)),
        queries=[(row[0], row[1]) for row in await transaction.execute(queries)],
        last_hour=await _count(transaction, received > now - timedelta(hours=1), from_sources),
        last_day=await _count(transaction, received > now - timedelta(days=1), from_sources),
        waiting={Lane(row[0]): row[1] for row in await transaction.execute(waiting)},
        broadcasts=await _count(transaction, is_unfinished, ~is_announcement),
        announcements=await _count(transaction, is_unfinished, is_announcement),
        oldest_pending_at=min((time for time in oldest if time), default=None),
        failed=await _count(transaction, _delivery.c.failed_at.is_not(None)),
    )


async def _count(transaction: Transaction, *where: ColumnElement[bool]) -> int:
    counted: int = await _scalar(transaction, func.count(), *where)
    return counted


async def _scalar(
    transaction: Transaction, expression: ColumnElement[Any], *where: ColumnElement[bool]
) -> Any:
    return (await transaction.execute(select(expression).where(*where))).scalar_one()
