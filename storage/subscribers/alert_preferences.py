"""How often people want to be rung while an alert is on: who wishes what, as bitmaps."""

from enum import StrEnum

from pyroaring import BitMap
from sqlalchemy import select

from storage import schema
from storage.engine import upsert
from storage.engine.database import Transaction

_table = schema.wish


class Changes(StrEnum):
    """Which changes of an alert ring."""

    ALL = "all"
    GRAVER = "graver"  # what nobody has to choose: of them there is no bitmap
    NONE = "none"  # its beginning and its end only


async def of(transaction: Transaction, subscriber: int) -> Changes:
    """What one subscriber wishes."""
    for changes, numbers in (await everybody(transaction)).items():
        if subscriber in numbers:
            return changes
    return Changes.GRAVER


async def everybody(transaction: Transaction) -> dict[Changes, BitMap]:
    """Numbers of those who chose ALL and of those who chose NONE."""
    rows = (await transaction.execute(select(_table))).all()
    chosen = {Changes(row.changes): row.subscribers for row in rows}
    return {changes: chosen.get(changes, BitMap()) for changes in (Changes.ALL, Changes.NONE)}


async def choose(transaction: Transaction, subscriber: int, chosen: Changes) -> None:
    for changes in (Changes.ALL, Changes.NONE):
        # Locked, so that nobody who chooses at the same moment is lost.
        query = select(_table.c.subscribers).where(_table.c.changes == changes).with_for_update()
        before = (await transaction.execute(query)).scalar_one_or_none() or BitMap()
        after = before.copy()
        if changes is chosen:
            after.add(subscriber)
        else:
            after.discard(subscriber)
        if after != before:
            await _store(transaction, changes, after)


async def _store(transaction: Transaction, changes: Changes, numbers: BitMap) -> None:
    statement = upsert.insert(transaction, _table)
    await transaction.execute(
        statement.values(changes=changes, subscribers=numbers).on_conflict_do_update(
            index_elements=[_table.c.changes], set_={"subscribers": numbers}
        )
    )
