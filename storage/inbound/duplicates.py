"""Bulletins that told what another one had told before."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyroaring import BitMap
from sqlalchemy import insert, or_, select

from storage import schema
from storage.engine.database import Transaction

_table = schema.fold


@dataclass(frozen=True)
class Fold:
    """One that is shown as another."""

    bulletin: int  # id of the one that came later
    into: int  # id of the one that came first
    why: str  # what showed that they are one


async def fold(transaction: Transaction, bulletin: int, into: int, why: str) -> None:
    """Shows `bulletin` as `into` from now on."""
    await transaction.execute(insert(_table).values(bulletin=bulletin, into=into, why=why))


async def find(transaction: Transaction, bulletin: int) -> Fold | None:
    """Into what a bulletin was folded."""
    row = (await transaction.execute(select(_table).where(_table.c.bulletin == bulletin))).first()
    return Fold(row.bulletin, row.into, row.why) if row else None


async def told(transaction: Transaction, into: int) -> tuple[BitMap, BitMap]:
    """To whom a bulletin, or one folded into it, was owed at once; and for whom it is held.

    What waits for the end of somebody's quiet is owed at once: it only comes later.
    """
    same = select(_table.c.bulletin).where(_table.c.into == into)
    found = []
    for table in (schema.broadcast, schema.hushed, schema.held):
        query = select(table.c.recipients).where(
            or_(table.c.bulletin == into, table.c.bulletin.in_(same))
        )
        found.append(BitMap().union(*(await transaction.execute(query)).scalars()))
    pushed, hushed, held = found
    return pushed | hushed, held


async def first(transaction: Transaction, ids: Iterable[int]) -> dict[int, int]:
    """Into what those of `ids` were folded that were."""
    query = select(_table.c.bulletin, _table.c.into).where(_table.c.bulletin.in_(list(ids)))
    return {row.bulletin: row.into for row in await transaction.execute(query)}
