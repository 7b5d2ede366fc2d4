"""Incident broadcasts: cancel or supersede what an incident has not sent yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Row, delete, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.inbound.incidents import NotificationReason
from storage.outbox import broadcasts
from storage.values.lanes import Lane

_broadcast = schema.broadcast
_progress = schema.progress
_delivery = schema.delivery

_NUMBER_LIMIT = 1 << 32


async def cancel(transaction: Transaction, incident: int, now: datetime) -> BitMap:
    """Cancel unsent alerts of a closed incident and return the recipients that none reached.

    Calls in flight continue. Locks the rows; the delivery worker locks them too before it records
    an attempt.
    """
    recipients, reached = BitMap(), BitMap()
    for row in await _lock_broadcasts(transaction, incident, Lane.ALERT):
        attempted = row.recipients if row.finished_at else _attempted_recipients(row)
        # Recipients of a later notification had this one, or that of a linked incident.
        if row.reason == NotificationReason.OPENED:
            recipients |= row.recipients
        reached |= attempted - await _delete_idle_deliveries(transaction, row)
        if row.finished_at is None:
            await transaction.execute(
                update(_broadcast).where(_broadcast.c.id == row.id).values(recipients=attempted)
            )
            if not row.in_flight:
                await broadcasts.finish(transaction, [row.id], now)
    return recipients - reached


async def supersede(transaction: Transaction, incident: int, now: datetime) -> BitMap:
    """Finish unsent edits of an incident, as newer ones follow, and return who did not get them."""
    remaining = BitMap()
    for row in await _lock_broadcasts(transaction, incident, Lane.EDIT):
        if row.finished_at is None:
            remaining |= row.recipients - _attempted_recipients(row)
            await broadcasts.finish(transaction, [row.id], now)
    return remaining


async def _lock_broadcasts(
    transaction: Transaction, incident: int, lane: Lane
) -> Sequence[Row[Any]]:
    """Lock all broadcasts of an incident in a lane and return them with their progress."""
    conditions = (_broadcast.c.incident == incident, _broadcast.c.lane == lane)
    # Lock first, then read: progress made while waiting for the lock must be visible.
    await transaction.execute(
        select(_broadcast.c.id).where(*conditions).order_by(_broadcast.c.id).with_for_update()
    )
    query = (
        select(_broadcast, _progress.c.attempted, _progress.c.in_flight)
        .outerjoin_from(_broadcast, _progress)
        .where(*conditions)
        .order_by(_broadcast.c.id)
    )
    return (await transaction.execute(query)).all()


def _attempted_recipients(row: Row[Any]) -> BitMap:
    """Return the recipients of a broadcast who were attempted."""
    attempted = BitMap(row.recipients)
    attempted.remove_range(0 if row.attempted is None else row.attempted + 1, _NUMBER_LIMIT)
    return attempted


async def _delete_idle_deliveries(transaction: Transaction, row: Row[Any]) -> BitMap:
    """Delete idle deliveries split off from a broadcast; return recipients without an attempt."""
    idle = (
        _delivery.c.bulletin == row.bulletin,  # the indexed column
        _delivery.c.broadcast == row.id,
        _delivery.c.attempted_at.is_(None),
        _delivery.c.failed_at.is_(None),
    )
    query = select(_delivery.c.subscriber).where(*idle, _delivery.c.attempts == 0)
    waiting = BitMap((await transaction.execute(query)).scalars())
    await transaction.execute(delete(_delivery).where(*idle))
    return waiting
