"""Sound modes: which messages of a chat may have sound, as bitmaps for the fan-out."""

from dataclasses import dataclass
from enum import StrEnum

from pyroaring import BitMap
from sqlalchemy import select

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert
from storage.values.lanes import Lane

_table = schema.sound_mode


class SoundMode(StrEnum):
    """Messages of a chat that may have sound; all others are silent."""

    EVERYTHING = "everything"  # the default, which has no bitmap
    ALERTS = "alerts"
    NOTHING = "nothing"


_STORED = (SoundMode.ALERTS, SoundMode.NOTHING)


@dataclass(frozen=True)
class SoundModes:
    """Numbers of the subscribers with each mode but the default."""

    only_alerts: BitMap
    nothing: BitMap

    def silenced(self, lane: Lane, recipients: BitMap) -> BitMap:
        """Return the recipients who get a message of the lane without sound."""
        silent = self.nothing if lane is Lane.ALERT else self.nothing | self.only_alerts
        return recipients & silent

    def mode_of(self, number: int) -> SoundMode:
        """Return the mode of a subscriber."""
        if number in self.nothing:
            return SoundMode.NOTHING
        return SoundMode.ALERTS if number in self.only_alerts else SoundMode.EVERYTHING


async def read(transaction: Transaction) -> SoundModes:
    """Return the modes of all subscribers."""
    rows = (await transaction.execute(select(_table))).all()
    stored = {SoundMode(row.mode): row.subscribers for row in rows}
    return SoundModes(*(stored.get(mode, BitMap()) for mode in _STORED))


async def get(transaction: Transaction, number: int) -> SoundMode:
    """Return the mode of a subscriber."""
    return (await read(transaction)).mode_of(number)


async def set_mode(transaction: Transaction, number: int, chosen: SoundMode) -> None:
    """Store the mode of a subscriber."""
    for mode in _STORED:
        # The lock keeps the choice of another subscriber at the same moment.
        query = select(_table.c.subscribers).where(_table.c.mode == mode).with_for_update()
        before = (await transaction.execute(query)).scalar_one_or_none() or BitMap()
        after = before.copy()
        if mode is chosen:
            after.add(number)
        else:
            after.discard(number)
        if after != before:
            await _store(transaction, mode, after)


async def _store(transaction: Transaction, mode: SoundMode, numbers: BitMap) -> None:
    statement = upsert(transaction, _table)
    await transaction.execute(
        statement.values(mode=mode, subscribers=numbers).on_conflict_do_update(
            index_elements=[_table.c.mode], set_={"subscribers": numbers}
        )
    )
