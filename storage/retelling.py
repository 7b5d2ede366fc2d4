"""What an incident's broadcasts still owe when it changes or ends, and what they have brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Row, and_, delete, insert, or_, select, update

from storage import broadcasts, receipts, schema
from storage.database import Transaction
from storage.incidents import Incident
from storage.lanes import Lane

_broadcast = schema.broadcast
_incident = schema.incident
_progress = schema.progress
_delivery = schema.delivery
_missed = schema.missed

_NUMBERS = 1 << 32


@dataclass(frozen=True)
class Missed:
    """One of the alerts that a summary tells of."""

    incident: int  # its id
    recipients: BitMap  # subscriber numbers of those whom it concerns


async def cut(transaction: Transaction, incident: int, now: datetime) -> BitMap:
    """Ends what still rings for an incident that is over; numbers of those who had none of it.

    What is under way goes on. The rows are locked: nobody is attempted meanwhile who locks them
    too before they record an attempt.
    """
    owed, had = BitMap(), BitMap()
    for row in await _of(transaction, incident, Lane.ALERT):
        begun = row.recipients if row.finished_at else _begun(row)
        owed |= row.recipients
        had |= begun - await _drop_waiting(transaction, row.bulletin)
        if row.finished_at is None:
            await transaction.execute(
                update(_broadcast).where(_broadcast.c.id == row.id).values(recipients=begun)
            )
            if not row.under_way:
                await broadcasts.finish(transaction, [row.id], now)
    return owed - had


async def supersede(transaction: Transaction, incident: int, now: datetime) -> BitMap:
    """Ends the edits of an incident that are not done: newer ones follow. Whom they still owed."""
    left = BitMap()
    for row in await _of(transaction, incident, Lane.EDIT):
        if row.finished_at is None:
            left |= row.recipients - _begun(row)
            await broadcasts.finish(transaction, [row.id], now)
    return left


async def sum_up(transaction: Transaction, broadcast: int, missed: Sequence[Missed]) -> None:
    """Stores what a summary tells of."""
    values = [
        {"broadcast": broadcast, "incident": one.incident, "recipients": one.recipients}
        for one in missed
    ]
    await transaction.execute(insert(_missed), values)


async def summed_up(transaction: Transaction, broadcast: int) -> list[Missed]:
    """What a summary tells of, the first first."""
    query = select(_missed).where(_missed.c.broadcast == broadcast).order_by(_missed.c.incident)
    return [Missed(row.incident, row.recipients) for row in await transaction.execute(query)]


async def message_id(transaction: Transaction, incident: Incident, subscriber: int) -> int | None:
    """The newest message in which a subscriber was told of an incident; None: there is none.

    Else that of another one of its wave that was on meanwhile: one message may stand for several.
    """
    same = (_incident.c.wave == incident.wave, _incident.c.hazard == incident.hazard)
    meanwhile = or_(_incident.c.closed_at.is_(None), _incident.c.closed_at >= incident.opened_at)
    query = (
        select(_broadcast.c.bulletin)
        .join(_incident, _incident.c.id == _broadcast.c.incident)
        .where(
            _broadcast.c.lane == Lane.ALERT,
            or_(_incident.c.id == incident.id, and_(*same, meanwhile)),
        )
        .order_by((_incident.c.id == incident.id).desc(), _broadcast.c.id.desc())
    )
    for bulletin in (await transaction.execute(query)).scalars():
        ids = await receipts.message_ids(transaction, bulletin, subscriber)
        if ids:
            return ids[-1]
    return None


async def _of(transaction: Transaction, incident: int, lane: Lane) -> Sequence[Row[Any]]:
    """All broadcasts of an incident in a lane, with how far they have come."""
    query = (
        select(_broadcast, _progress.c.attempted, _progress.c.under_way)
        .outerjoin_from(_broadcast, _progress)
        .where(_broadcast.c.incident == incident, _broadcast.c.lane == lane)
        .order_by(_broadcast.c.id)
        .with_for_update(of=_broadcast)
    )
    return (await transaction.execute(query)).all()


def _begun(row: Row[Any]) -> BitMap:
    """Those of its recipients who were attempted."""
    begun = BitMap(row.recipients)
    begun.remove_range(0 if row.attempted is None else row.attempted + 1, _NUMBERS)
    return begun


async def _drop_waiting(transaction: Transaction, bulletin: int) -> BitMap:
    """Drops what waits for its chat, or for another try; numbers of those who had no try yet."""
    idle = (
        _delivery.c.bulletin == bulletin,
        _delivery.c.lane == Lane.ALERT,
        _delivery.c.attempted_at.is_(None),
        _delivery.c.failed_at.is_(None),
    )
    query = select(_delivery.c.subscriber).where(*idle, _delivery.c.attempts == 0)
    waiting = BitMap((await transaction.execute(query)).scalars())
    await transaction.execute(delete(_delivery).where(*idle))
    return waiting
