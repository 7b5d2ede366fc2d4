"""What is owed, lane by lane, at a glance: the same cost however much it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, column, func, select, text

from storage import schema
from storage.engine.column_types import Instant
from storage.engine.database import Transaction
from storage.values.lanes import Lane

# Written out: each of the two subqueries is one step into an index, on both databases.
_LOOK = text(
    f"""
    WITH lanes (lane) AS (VALUES {", ".join(f"({lane.value})" for lane in Lane)})
    SELECT lane,
        (SELECT min(due_at) FROM delivery
         WHERE delivery.lane = lanes.lane AND attempted_at IS NULL AND failed_at IS NULL) AS due_at,
        (SELECT max(id) FROM broadcast
         WHERE broadcast.lane = lanes.lane AND finished_at IS NULL) AS newest
    FROM lanes
    """  # noqa: S608 - numbers of our own
).columns(column("lane", Integer), column("due_at", Instant), column("newest", Integer))


@dataclass(frozen=True)
class Backlog:
    """What is owed in one lane."""

    due_at: datetime | None  # when the first delivery that is not under way is due; None: no such
    newest: int  # id of the newest unfinished broadcast; 0: none


async def look(transaction: Transaction) -> dict[Lane, Backlog]:
    """Every lane, in the order of their numbers."""
    rows = {row.lane: row for row in await transaction.execute(_LOOK)}
    return {lane: Backlog(rows[lane].due_at, rows[lane].newest or 0) for lane in Lane}


async def queued(transaction: Transaction) -> dict[Lane, int]:
    """How many messages each lane owes and has not begun: counted, so for people to look at."""
    delivery, broadcast = schema.delivery, schema.broadcast
    own = (
        select(delivery.c.lane, func.count())
        .where(delivery.c.attempted_at.is_(None), delivery.c.failed_at.is_(None))
        .group_by(delivery.c.lane)
    )
    counts = dict.fromkeys(Lane, 0)
    for lane, count in await transaction.execute(own):
        counts[Lane(lane)] += count
    unfinished = (
        select(broadcast.c.lane, broadcast.c.recipients, schema.progress.c.attempted)
        .outerjoin_from(broadcast, schema.progress)
        .where(broadcast.c.finished_at.is_(None))
    )
    async for lane, recipients, attempted in await transaction.stream(unfinished):
        passed = 0 if attempted is None or attempted < 0 else recipients.rank(attempted)
        counts[Lane(lane)] += len(recipients) - passed
    return counts
