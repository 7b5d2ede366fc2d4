"""Backlog of each lane, at a cost independent of the number of messages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, column, func, select, text

from storage import schema
from storage.engine.column_types import Instant
from storage.engine.database import Transaction
from storage.values.lanes import Lane

# Raw SQL: each of the two subqueries is a single index look-up on both databases.
_QUERY = text(
    f"""
    WITH lanes (lane) AS (VALUES {", ".join(f"({lane.value})" for lane in Lane)})
    SELECT lane,
        (SELECT min(due_at) FROM delivery
         WHERE delivery.lane = lanes.lane AND attempted_at IS NULL AND failed_at IS NULL) AS due_at,
        (SELECT max(id) FROM broadcast
         WHERE broadcast.lane = lanes.lane AND finished_at IS NULL) AS last_broadcast
    FROM lanes
    """  # noqa: S608 - lane numbers only
).columns(column("lane", Integer), column("due_at", Instant), column("last_broadcast", Integer))


@dataclass(frozen=True)
class Backlog:
    """Backlog of one lane."""

    due_at: datetime | None  # of the first idle delivery; None: there is none
    last_broadcast: int  # id of the newest unfinished broadcast; 0: there is none


async def read(transaction: Transaction) -> dict[Lane, Backlog]:
    """Return the backlog of every lane, ordered by lane number."""
    rows = {row.lane: row for row in await transaction.execute(_QUERY)}
    return {lane: Backlog(rows[lane].due_at, rows[lane].last_broadcast or 0) for lane in Lane}


async def count_queued(transaction: Transaction) -> dict[Lane, int]:
    """Count the messages of each lane that were not attempted. Slow: reads all of them."""
    delivery, broadcast = schema.delivery, schema.broadcast
    waiting = (
        select(delivery.c.lane, func.count())
        .where(delivery.c.attempted_at.is_(None), delivery.c.failed_at.is_(None))
        .group_by(delivery.c.lane)
    )
    counts = dict.fromkeys(Lane, 0)
    for lane, count in await transaction.execute(waiting):
        counts[Lane(lane)] += count
    unfinished = (
        select(broadcast.c.lane, broadcast.c.recipients, schema.progress.c.attempted)
        .outerjoin_from(broadcast, schema.progress)
        .where(broadcast.c.finished_at.is_(None))
    )
    async for lane, recipients, attempted in await transaction.stream(unfinished):
        processed = 0 if attempted is None or attempted < 0 else recipients.rank(attempted)
        counts[Lane(lane)] += len(recipients) - processed
    return counts
