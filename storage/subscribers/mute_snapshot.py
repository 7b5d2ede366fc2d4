"""Who is quiet at this moment: one row of bitmaps, however many they are.

So a bulletin for a hundred thousand asks for none of their rows. Everybody who changes it locks it
before any row of a subscription. Intake reads it in the transaction that owes the bulletin: so what
is held is held before the quiet of its reader ends, and nothing is held after.
"""

from dataclasses import dataclass

from pyroaring import BitMap
from sqlalchemy import select, update

from storage import schema
from storage.engine.database import Transaction
from storage.values.lanes import Lane

_table = schema.hush


@dataclass(frozen=True)
class Hush:
    """Who is quiet at this moment, as subscriber numbers."""

    news: BitMap  # all who are: their news is held
    silent: BitMap  # those of them to whom alerts come without a sound
    alerts: BitMap  # those of them whose alerts are held

    def held(self, lane: Lane, recipients: BitMap) -> BitMap:
        """Those for whom a bulletin of the lane waits."""
        return recipients & (self.alerts if lane is Lane.ALERT else self.news)

    def hushed(self, lane: Lane, recipients: BitMap) -> BitMap:
        """Those who get it at once, without a sound, and hear of it again when they are back."""
        return recipients & self.silent if lane is Lane.ALERT else BitMap()


async def now(transaction: Transaction) -> Hush:
    """As it is, and nobody may change it before the transaction ends."""
    row = (await transaction.execute(select(_table).with_for_update(read=True))).one()
    return Hush(row.news, row.silent, row.alerts)


async def lock(transaction: Transaction) -> None:
    """Whoever reads or changes it waits until the transaction ends."""
    await transaction.execute(select(_table.c.id).with_for_update())


async def become(transaction: Transaction, hush: Hush) -> None:
    """Stores it."""
    values = {"news": hush.news, "silent": hush.silent, "alerts": hush.alerts}
    await transaction.execute(update(_table).values(values))
