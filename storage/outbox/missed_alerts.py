"""Missed alerts: the incidents in a summary of alerts that were too late to send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import insert, select

from storage import schema
from storage.engine.database import Transaction
from storage.inbound.incidents import NotificationReason
from storage.outbox import receipts
from storage.values.lanes import Lane

_broadcast = schema.broadcast
_missed_alert = schema.missed_alert


@dataclass(frozen=True)
class MissedAlert:
    """An incident that a summary lists."""

    incident: int  # its id
    recipients: BitMap  # numbers of the subscribers who see it in their summary


async def store(transaction: Transaction, broadcast: int, alerts: Sequence[MissedAlert]) -> None:
    """Store the incidents of a summary."""
    values = [
        {"broadcast": broadcast, "incident": alert.incident, "recipients": alert.recipients}
        for alert in alerts
    ]
    await transaction.execute(insert(_missed_alert), values)


async def load(transaction: Transaction, broadcast: int) -> list[MissedAlert]:
    """Return the incidents of a summary, oldest first."""
    query = (
        select(_missed_alert)
        .where(_missed_alert.c.broadcast == broadcast)
        .order_by(_missed_alert.c.incident)
    )
    return [MissedAlert(row.incident, row.recipients) for row in await transaction.execute(query)]


async def find_recipients(transaction: Transaction, incident: int) -> BitMap:
    """Return the subscribers who know of an incident by a summary, and by no message about it."""
    summaries = select(_missed_alert.c.recipients).where(_missed_alert.c.incident == incident)
    notifications = select(_broadcast.c.recipients).where(
        _broadcast.c.incident == incident,
        _broadcast.c.lane == Lane.ALERT,
        _broadcast.c.reason != NotificationReason.CLOSED,
    )
    missed = BitMap().union(*(await transaction.execute(summaries)).scalars())
    return missed.difference(*(await transaction.execute(notifications)).scalars())


async def find_summaries(
    transaction: Transaction, incident: int, numbers: BitMap
) -> dict[int, int]:
    """Return, by subscriber number, the id of the last message that lists an incident as missed."""
    query = (
        select(_missed_alert.c.recipients, _broadcast.c.bulletin)
        .join(_broadcast, _broadcast.c.id == _missed_alert.c.broadcast)
        .where(_missed_alert.c.incident == incident)
        .order_by(_missed_alert.c.broadcast)
    )
    messages: dict[int, int] = {}
    for row in await transaction.execute(query):
        if row.bulletin is not None and (members := row.recipients & numbers):
            messages |= await receipts.find_first_messages(transaction, row.bulletin, members)
    return messages


async def find_last_summary(transaction: Transaction, number: int, until: datetime) -> list[int]:
    """Return incident ids in the last summary for a subscriber number created by `until`."""
    query = (
        select(_missed_alert)
        .join(_broadcast, _broadcast.c.id == _missed_alert.c.broadcast)
        .where(_broadcast.c.created_at <= until)
        .order_by(_missed_alert.c.broadcast.desc(), _missed_alert.c.incident)
    )
    incidents: list[int] = []
    last_broadcast = None
    for row in await transaction.execute(query):
        if number in row.recipients and last_broadcast in (None, row.broadcast):
            last_broadcast = row.broadcast
            incidents.append(row.incident)
    return incidents
