"""Dead letters: deliveries that were given up, kept for operators to inspect and requeue."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.values.lanes import Lane
from storage.values.message import from_json

_table = schema.delivery


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that failed and is not retried."""

    id: int  # the delivery's
    lane: Lane
    chat_id: int  # Telegram's
    text: str  # Telegram's HTML, or the plain title of a bulletin
    failure: str  # error of the last attempt
    failed_at: datetime


async def list_recent(transaction: Transaction, limit: int) -> list[DeadLetter]:
    """Return the latest dead letters, newest first."""
    bulletin, person = schema.bulletin, schema.subscriber
    query = (
        select(
            _table.c.id,
            _table.c.lane,
            person.c.chat_id,
            _table.c.content,
            func.coalesce(bulletin.c.title, "").label("title"),
            _table.c.failure,
            _table.c.failed_at,
        )
        .join_from(_table, person)
        .outerjoin(bulletin, bulletin.c.id == _table.c.bulletin)
        .where(_table.c.failed_at.is_not(None))
        .order_by(_table.c.failed_at.desc(), _table.c.id.desc())
        .limit(limit)
    )
    return [
        DeadLetter(
            row.id,
            Lane(row.lane),
            row.chat_id,
            from_json(row.content).html if row.content else row.title,
            row.failure or "",
            row.failed_at,
        )
        for row in await transaction.execute(query)
    ]


async def count(transaction: Transaction) -> int:
    """Count the dead letters."""
    query = select(func.count()).select_from(_table).where(_table.c.failed_at.is_not(None))
    return (await transaction.execute(query)).scalar_one()


async def requeue(transaction: Transaction, now: datetime, delivery: int | None = None) -> int:
    """Requeue one dead letter, or all without an id, and return the number requeued.

    `maybe_sent` is kept, so that the limit on possible duplicates still applies.
    """
    query = update(_table).where(_table.c.failed_at.is_not(None))
    if delivery is not None:
        query = query.where(_table.c.id == delivery)
    result = await transaction.execute(query.values(failed_at=None, due_at=now, attempts=0))
    return result.rowcount
