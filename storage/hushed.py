"""What waits until the quiet of its reader is over: a bulletin and who it waits for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import insert, select, tuple_

from storage import schema
from storage.database import Transaction

_table = schema.hushed

_AT_ONCE = 100
"""Rows read together: each may hold a bitmap of a million."""


@dataclass(frozen=True)
class Hushed:
    bulletin: int  # the bulletin's id
    told: bool  # came at once, without a sound; False: was held
    recipients: BitMap  # subscriber numbers


async def hold(transaction: Transaction, new: Sequence[Hushed], now: datetime) -> None:
    if not new:
        return
    values = [
        {
            "bulletin": each.bulletin,
            "told": each.told,
            "recipients": each.recipients,
            "held_at": now,
        }
        for each in new
    ]
    await transaction.execute(insert(_table), values)


async def since(transaction: Transaction, bulletin: int, numbers: Collection[int]) -> list[Hushed]:
    """What came after `bulletin` for any of the subscribers `numbers`, oldest first."""
    wanted = BitMap(numbers)
    key = tuple_(_table.c.bulletin, _table.c.told)
    found: list[Hushed] = []
    last = (bulletin, True)
    while True:
        query = select(_table).where(key > last).order_by(_table.c.bulletin, _table.c.told)
        rows = (await transaction.execute(query.limit(_AT_ONCE))).all()
        found += [
            Hushed(row.bulletin, row.told, mine)
            for row in rows
            if (mine := row.recipients & wanted)
        ]
        if len(rows) < _AT_ONCE:
            return found
        last = (rows[-1].bulletin, rows[-1].told)
