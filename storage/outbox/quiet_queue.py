"""What waits until the quiet of its reader is over: a bulletin and who it waits for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import select, tuple_

from storage import schema
from storage.engine import upsert
from storage.engine.database import Transaction

_table = schema.hushed

_AT_ONCE = 100
"""Rows read together: each may hold a bitmap of a million."""


@dataclass(frozen=True)
class Hushed:
    bulletin: int  # the bulletin's id
    told: bool  # came at once, without a sound; False: was held
    recipients: BitMap  # subscriber numbers


async def hold(transaction: Transaction, new: Iterable[Hushed], now: datetime) -> None:
    """Adds them to those whom the same bulletins wait for already."""
    who: dict[tuple[int, bool], BitMap] = {}
    for each in new:
        key = each.bulletin, each.told
        who[key] = who.get(key, BitMap()) | each.recipients
    if not who:
        return
    query = select(_table).where(_table.c.bulletin.in_({bulletin for bulletin, _ in who}))
    for row in await transaction.execute(query):
        if (row.bulletin, row.told) in who:
            who[row.bulletin, row.told] |= row.recipients
    statement = upsert.insert(transaction, _table)
    values = [
        {"bulletin": bulletin, "told": told, "recipients": recipients, "held_at": now}
        for (bulletin, told), recipients in who.items()
    ]
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=[_table.c.bulletin, _table.c.told],
            set_={"recipients": statement.excluded.recipients},
        ),
        values,
    )


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
