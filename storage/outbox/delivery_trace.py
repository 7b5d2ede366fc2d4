"""What became of one bulletin for one subscriber."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, select

from storage import schema
from storage.engine.database import Transaction
from storage.inbound import duplicates
from storage.inbound.duplicates import Fold
from storage.outbox import receipts

_delivery = schema.delivery


@dataclass(frozen=True)
class Trace:
    """What the outbox knows of it."""

    arrived: bool  # Telegram has taken it
    owed: bool  # at once
    silent: bool  # without a sound
    held: bool  # for a digest
    due_at: datetime | None  # aware; of a try that is still to come
    failure: str | None  # what the last try said
    fold: Fold | None  # into which other bulletin it was folded


async def trace(transaction: Transaction, bulletin: int, subscriber: int) -> Trace:
    """Looks a bulletin up for a subscriber, by their numbers."""
    query = select(_delivery.c.due_at, _delivery.c.failed_at, _delivery.c.failure).where(
        _delivery.c.bulletin == bulletin, _delivery.c.subscriber == subscriber
    )
    tried = (await transaction.execute(query.order_by(_delivery.c.id.desc()).limit(1))).first()
    return Trace(
        arrived=bool(await receipts.message_ids(transaction, bulletin, subscriber)),
        owed=await _has(transaction, schema.broadcast, "recipients", bulletin, subscriber),
        silent=await _has(transaction, schema.broadcast, "silent", bulletin, subscriber),
        held=await _has(transaction, schema.held, "recipients", bulletin, subscriber),
        due_at=tried.due_at if tried and tried.failed_at is None else None,
        failure=tried.failure if tried else None,
        fold=await duplicates.find(transaction, bulletin),
    )


async def _has(
    transaction: Transaction, table: Table, column: str, bulletin: int, subscriber: int
) -> bool:
    query = select(table.c[column]).where(table.c.bulletin == bulletin)
    return any(subscriber in numbers for numbers in (await transaction.execute(query)).scalars())
