"""Incident spans: which bulletins the incidents of the past cover, without their reports."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage import schema
from storage.engine.database import Transaction

_table = schema.incident
_BATCH = 500
"""Rows to convert at a time: some milliseconds of the event loop."""


@dataclass(frozen=True, slots=True)
class IncidentSpan:
    """Life of one incident, in bulletins."""

    id: int
    region: str  # code
    hazard: str  # as in Incident
    group_region: str  # as in Incident
    first_bulletin: int  # id of the one that opened it; 0: purged
    closed_at: datetime | None  # aware; None: it is open


async def iterate_batches(
    transaction: Transaction, limit: int
) -> AsyncIterator[list[IncidentSpan]]:
    """Yield the newest `limit` incidents in batches, newest first."""
    columns = (
        _table.c.id,
        _table.c.region,
        _table.c.hazard,
        _table.c.group_region,
        _table.c.bulletin,
        _table.c.closed_at,
    )
    query = select(*columns).order_by(_table.c.id.desc()).limit(_BATCH)
    page = query
    for _ in range(0, limit, _BATCH):
        rows = (await transaction.execute(page)).all()
        if not rows:
            return
        yield [
            IncidentSpan(
                row.id, row.region, row.hazard, row.group_region, row.bulletin or 0, row.closed_at
            )
            for row in rows
        ]
        page = query.where(_table.c.id < rows[-1].id)
