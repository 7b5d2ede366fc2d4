"""Lost forum topics: deleted or closed topics whose messages go to their group instead."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert

_table = schema.lost_topic


async def mark_lost(transaction: Transaction, numbers: Collection[int], now: datetime) -> None:
    """Record that the forum topics of these subscribers are lost. Idempotent."""
    if numbers:
        rows = [{"subscriber": number, "since": now, "notified_at": None} for number in numbers]
        statement = upsert(transaction, _table)
        await transaction.execute(statement.on_conflict_do_nothing(), rows)


async def mark_reachable(transaction: Transaction, numbers: Collection[int]) -> None:
    """Record that the forum topics of these subscribers accept messages again."""
    if numbers:
        await transaction.execute(delete(_table).where(_table.c.subscriber.in_(list(numbers))))


async def next_unnotified(transaction: Transaction, limit: int) -> Sequence[int]:
    """Return subscribers with a lost topic whose administrators were not notified yet."""
    query = select(_table.c.subscriber).where(_table.c.notified_at.is_(None)).limit(limit)
    return (await transaction.execute(query)).scalars().all()


async def mark_notified(transaction: Transaction, numbers: Collection[int], now: datetime) -> None:
    """Record that the administrators of these subscribers' groups were notified."""
    await transaction.execute(
        update(_table).where(_table.c.subscriber.in_(list(numbers))).values(notified_at=now)
    )
