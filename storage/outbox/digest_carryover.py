"""Digest carryover: bulletins of any age that join the next digest of their recipients.

They were in a digest that may not have arrived, or expired before they were sent.
"""

from collections.abc import Collection, Mapping

from pyroaring import BitMap
from sqlalchemy import bindparam, delete, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert

_table = schema.digest_carryover


async def add(transaction: Transaction, new: Mapping[int, BitMap]) -> None:
    """Add carryovers, given as subscriber numbers by bulletin id.

    Ignores bulletins that no longer exist.
    """
    if not new:
        return
    stored_query = select(schema.bulletin.c.id).where(schema.bulletin.c.id.in_(list(new)))
    ids = (await transaction.execute(stored_query)).scalars().all()
    if not ids:
        return
    waiting_recipients = await _lock_recipients(transaction, ids)
    values = [
        {
            "bulletin": bulletin,
            "recipients": new[bulletin] | waiting_recipients.get(bulletin, BitMap()),
        }
        for bulletin in ids
    ]
    statement = upsert(transaction, _table)
    changed = {"recipients": statement.excluded.recipients}
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_table.c.bulletin], set_=changed), values
    )


async def find_waiting(transaction: Transaction, numbers: Collection[int]) -> dict[int, BitMap]:
    """Return the carryovers for `numbers`: recipients by bulletin id."""
    wanted = BitMap(numbers)
    rows = await transaction.execute(select(_table).order_by(_table.c.bulletin))
    return {
        row.bulletin: row.recipients & wanted for row in rows if row.recipients.intersect(wanted)
    }


async def remove(transaction: Transaction, sent: Mapping[int, BitMap]) -> None:
    """Remove carryovers, given as recipients by bulletin id: their digests are enqueued."""
    waiting_recipients = await _lock_recipients(transaction, sent)
    remaining = {
        bulletin: waiting_recipients[bulletin] - sent[bulletin] for bulletin in waiting_recipients
    }
    finished = [bulletin for bulletin, numbers in remaining.items() if not numbers]
    changed = [
        {"row": bulletin, "numbers": numbers} for bulletin, numbers in remaining.items() if numbers
    ]
    if finished:
        await transaction.execute(delete(_table).where(_table.c.bulletin.in_(finished)))
    if changed:
        await transaction.execute(
            update(_table)
            .where(_table.c.bulletin == bindparam("row"))
            .values(recipients=bindparam("numbers")),
            changed,
        )


async def _lock_recipients(transaction: Transaction, ids: Collection[int]) -> dict[int, BitMap]:
    query = select(_table).where(_table.c.bulletin.in_(list(ids))).with_for_update()
    return {row.bulletin: row.recipients for row in await transaction.execute(query)}
