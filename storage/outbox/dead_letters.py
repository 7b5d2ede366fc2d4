"""Deliveries that were given up: kept so that whoever runs the bot sees why, and can try again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.values.lanes import Lane
from storage.values.message import from_json

_table = schema.delivery


@dataclass(frozen=True)
class GivenUp:
    """One message that was not sent, and is not tried again."""

    id: int  # the delivery's
    lane: Lane
    chat_id: int  # Telegram's
    said: str  # Telegram's HTML, or a bulletin's title as it came
    failure: str  # what the last call said
    failed_at: datetime


async def newest(transaction: Transaction, limit: int) -> list[GivenUp]:
    """Those given up last, the newest first."""
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
        GivenUp(
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
    query = select(func.count()).select_from(_table).where(_table.c.failed_at.is_not(None))
    return (await transaction.execute(query)).scalar_one()


async def again(transaction: Transaction, now: datetime, delivery: int | None = None) -> int:
    """Owes one of them anew, or without an id all of them; how many that were.

    What Telegram may have taken already still counts: nobody gets more copies for being patient.
    """
    query = update(_table).where(_table.c.failed_at.is_not(None))
    if delivery is not None:
        query = query.where(_table.c.id == delivery)
    result = await transaction.execute(query.values(failed_at=None, due_at=now, attempts=0))
    return result.rowcount
