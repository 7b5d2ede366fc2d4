"""Alert preferences: which updates of an active alert notify a subscriber, as bitmaps."""

from enum import StrEnum

from pyroaring import BitMap
from sqlalchemy import select

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert

_table = schema.alert_preference


class AlertUpdates(StrEnum):
    """Updates of an active alert that notify a subscriber."""

    ALL = "all"
    ESCALATIONS = "graver"  # the default, which has no bitmap
    NONE = "none"  # the start and the end of the alert only


_STORED = (AlertUpdates.ALL, AlertUpdates.NONE)


async def get(transaction: Transaction, subscriber: int) -> AlertUpdates:
    """Return the preference of a subscriber."""
    for preference, numbers in (await get_all(transaction)).items():
        if subscriber in numbers:
            return preference
    return AlertUpdates.ESCALATIONS


async def get_all(transaction: Transaction) -> dict[AlertUpdates, BitMap]:
    """Return the numbers of the subscribers that chose ALL and of those that chose NONE."""
    rows = (await transaction.execute(select(_table))).all()
    stored = {AlertUpdates(row.updates): row.subscribers for row in rows}
    return {preference: stored.get(preference, BitMap()) for preference in _STORED}


async def set_preference(transaction: Transaction, subscriber: int, chosen: AlertUpdates) -> None:
    """Store the preference of a subscriber."""
    for preference in _STORED:
        # The lock keeps the choice of another subscriber at the same moment.
        query = select(_table.c.subscribers).where(_table.c.updates == preference).with_for_update()
        before = (await transaction.execute(query)).scalar_one_or_none() or BitMap()
        after = before.copy()
        if preference is chosen:
            after.add(subscriber)
        else:
            after.discard(subscriber)
        if after != before:
            await _store(transaction, preference, after)


async def _store(transaction: Transaction, preference: AlertUpdates, numbers: BitMap) -> None:
    statement = upsert(transaction, _table)
    await transaction.execute(
        statement.values(updates=preference, subscribers=numbers).on_conflict_do_update(
            index_elements=[_table.c.updates], set_={"subscribers": numbers}
        )
    )
