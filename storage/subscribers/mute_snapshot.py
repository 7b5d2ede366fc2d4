"""Mute snapshot: the subscribers that are muted now, as one row of bitmaps.

A bulletin for a hundred thousand subscribers reads this row alone. Lock order: a writer locks
the snapshot before any subscription. The ingest pipeline reads it in the transaction that fans a
bulletin out, so a quiet entry is stored before its subscriber's quiet ends, never after.
"""

from dataclasses import dataclass

from pyroaring import BitMap
from sqlalchemy import select, update

from storage import schema
from storage.engine.database import Transaction
from storage.values.lanes import Lane

_table = schema.mute_snapshot


@dataclass(frozen=True)
class MuteSnapshot:
    """Sets of the subscriber numbers that are muted now."""

    muted_news: BitMap  # all of them: their news waits
    silent_alerts: BitMap  # of these: get alerts without sound
    muted_alerts: BitMap  # of these: their alerts wait too

    def muted(self, lane: Lane, recipients: BitMap) -> BitMap:
        """Return the recipients for whom a message of the lane waits until quiet ends."""
        return recipients & (self.muted_alerts if lane is Lane.ALERT else self.muted_news)

    def silenced(self, lane: Lane, recipients: BitMap) -> BitMap:
        """Return the recipients of an alert that get it now, silently, and in their summary."""
        return recipients & self.silent_alerts if lane is Lane.ALERT else BitMap()


async def read(transaction: Transaction) -> MuteSnapshot:
    """Return the snapshot. It cannot change before the transaction ends."""
    row = (await transaction.execute(select(_table).with_for_update(read=True))).one()
    return MuteSnapshot(row.muted_news, row.silent_alerts, row.muted_alerts)


async def lock(transaction: Transaction) -> None:
    """Lock the snapshot against readers and writers until the transaction ends."""
    await transaction.execute(select(_table.c.id).with_for_update())


async def store(transaction: Transaction, snapshot: MuteSnapshot) -> None:
    """Replace the snapshot."""
    values = {
        "muted_news": snapshot.muted_news,
        "silent_alerts": snapshot.silent_alerts,
        "muted_alerts": snapshot.muted_alerts,
    }
    await transaction.execute(update(_table).values(values))
