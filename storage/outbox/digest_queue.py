"""What waits for somebody's digest: a bulletin and who it waits for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import insert, select

from storage import schema
from storage.engine.database import Transaction

_table = schema.held

_AT_ONCE = 100
"""Rows read together: each may hold a bitmap of a million."""


@dataclass(frozen=True)
class Held:
    bulletin: int  # the bulletin's id
    recipients: BitMap  # subscriber numbers


async def hold(transaction: Transaction, new: Sequence[Held], now: datetime) -> None:
    if not new:
        return
    values = [
        {"bulletin": held.bulletin, "recipients": held.recipients, "held_at": now} for held in new
    ]
    await transaction.execute(insert(_table), values)


async def since(transaction: Transaction, bulletin: int, numbers: Collection[int]) -> list[Held]:
    """What came after `bulletin` and waits for any of the subscribers `numbers`, oldest first."""
    wanted = BitMap(numbers)
    found: list[Held] = []
    last = bulletin
    while True:
        query = select(_table.c.bulletin, _table.c.recipients).where(_table.c.bulletin > last)
        rows = (await transaction.execute(query.order_by(_table.c.bulletin).limit(_AT_ONCE))).all()
        found += [Held(row.bulletin, mine) for row in rows if (mine := row.recipients & wanted)]
        if len(rows) < _AT_ONCE:
            return found
        last = rows[-1].bulletin
