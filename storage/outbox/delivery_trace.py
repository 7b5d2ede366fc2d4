"""Delivery trace: the state of one bulletin for one subscriber, for /why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, select

from storage import schema
from storage.engine.database import Transaction
from storage.inbound import duplicates
from storage.inbound.duplicates import Duplicate
from storage.outbox import receipts
from storage.values.lanes import Lane

_delivery = schema.delivery
_IS_MESSAGE = schema.broadcast.c.lane != Lane.EDIT  # an edit never has sound


@dataclass(frozen=True)
class DeliveryTrace:
    """State of a bulletin for a subscriber, as the outbox has it."""

    is_delivered: bool  # Telegram accepted it
    is_recipient: bool  # of a broadcast
    is_silent: bool  # without notification sound
    is_silenced_by_quiet: bool  # sent silently during quiet hours or a pause
    is_in_digest: bool  # queued for a digest
    due_at: datetime | None  # aware; of the next attempt
    failure: str | None  # error of the last attempt
    duplicate: Duplicate | None  # the bulletin is a duplicate of another one


async def load(transaction: Transaction, bulletin: int, subscriber: int) -> DeliveryTrace:
    """Return the trace of a bulletin for a subscriber number."""
    query = select(_delivery.c.due_at, _delivery.c.failed_at, _delivery.c.failure).where(
        _delivery.c.bulletin == bulletin, _delivery.c.subscriber == subscriber
    )
    delivery = (await transaction.execute(query.order_by(_delivery.c.id.desc()).limit(1))).first()
    return DeliveryTrace(
        is_delivered=bool(await receipts.find_message_ids(transaction, bulletin, subscriber)),
        is_recipient=await _contains(
            transaction, schema.broadcast, "recipients", bulletin, subscriber
        ),
        is_silent=await _contains(
            transaction, schema.broadcast, "silent", bulletin, subscriber, _IS_MESSAGE
        ),
        is_silenced_by_quiet=await _contains(
            transaction,
            schema.quiet_entry,
            "recipients",
            bulletin,
            subscriber,
            schema.quiet_entry.c.is_sent.is_(True),
        ),
        is_in_digest=await _contains(
            transaction, schema.digest_entry, "recipients", bulletin, subscriber
        ),
        due_at=delivery.due_at if delivery and delivery.failed_at is None else None,
        failure=delivery.failure if delivery else None,
        duplicate=await duplicates.find(transaction, bulletin),
    )


async def _contains(
    transaction: Transaction,
    table: Table,
    column: str,
    bulletin: int,
    subscriber: int,
    condition: ColumnElement[bool] | None = None,
) -> bool:
    query = select(table.c[column]).where(table.c.bulletin == bulletin)
    if condition is not None:
        query = query.where(condition)
    return any(subscriber in numbers for numbers in (await transaction.execute(query)).scalars())
