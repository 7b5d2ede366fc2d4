"""Topics of groups that are gone or closed: whose messages go to the group instead."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from storage import schema
from storage.engine import upsert
from storage.engine.database import Transaction

_table = schema.astray


async def lost(transaction: Transaction, numbers: Collection[int], now: datetime) -> None:
    """Their topics cannot be written to; nothing changes where that is known."""
    if numbers:
        new = [{"subscriber": number, "since": now, "told_at": None} for number in numbers]
        statement = upsert.insert(transaction, _table)
        await transaction.execute(statement.on_conflict_do_nothing(), new)


async def found(transaction: Transaction, numbers: Collection[int]) -> None:
    """Their topics can be written to."""
    if numbers:
        await transaction.execute(delete(_table).where(_table.c.subscriber.in_(list(numbers))))


async def untold(transaction: Transaction, limit: int) -> Sequence[int]:
    """The numbers of those whose administrators do not know yet."""
    query = select(_table.c.subscriber).where(_table.c.told_at.is_(None)).limit(limit)
    return (await transaction.execute(query)).scalars().all()


async def told(transaction: Transaction, numbers: Collection[int], now: datetime) -> None:
    await transaction.execute(
        update(_table).where(_table.c.subscriber.in_(list(numbers))).values(told_at=now)
    )
