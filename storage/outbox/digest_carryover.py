"""What joins the next digest, whatever digests there have been since: a bulletin and for whom.

It was in a digest that may not have arrived, or waited too long to ring.
"""

from collections.abc import Collection, Mapping

from pyroaring import BitMap
from sqlalchemy import bindparam, delete, select, update

from storage import schema
from storage.engine import upsert
from storage.engine.database import Transaction

_table = schema.carried


async def carry(transaction: Transaction, new: Mapping[int, BitMap]) -> None:
    """By id of the bulletin, the numbers of subscribers whose next digest it joins.

    A bulletin that is kept no longer joins none.
    """
    if not new:
        return
    kept = select(schema.bulletin.c.id).where(schema.bulletin.c.id.in_(list(new)))
    ids = (await transaction.execute(kept)).scalars().all()
    if not ids:
        return
    there = await _there(transaction, ids)
    values = [
        {"bulletin": bulletin, "recipients": new[bulletin] | there.get(bulletin, BitMap())}
        for bulletin in ids
    ]
    statement = upsert.insert(transaction, _table)
    changed = {"recipients": statement.excluded.recipients}
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_table.c.bulletin], set_=changed), values
    )


async def waiting(transaction: Transaction, numbers: Collection[int]) -> dict[int, BitMap]:
    """By id of the bulletin, those of `numbers` that it waits for."""
    wanted = BitMap(numbers)
    rows = await transaction.execute(select(_table).order_by(_table.c.bulletin))
    return {
        row.bulletin: row.recipients & wanted for row in rows if row.recipients.intersect(wanted)
    }


async def join(transaction: Transaction, joined: Mapping[int, BitMap]) -> None:
    """They are in a digest now."""
    there = await _there(transaction, joined)
    left = {bulletin: there[bulletin] - joined[bulletin] for bulletin in there}
    over = [bulletin for bulletin, numbers in left.items() if not numbers]
    still = [{"row": bulletin, "numbers": numbers} for bulletin, numbers in left.items() if numbers]
    if over:
        await transaction.execute(delete(_table).where(_table.c.bulletin.in_(over)))
    if still:
        await transaction.execute(
            update(_table)
            .where(_table.c.bulletin == bindparam("row"))
            .values(recipients=bindparam("numbers")),
            still,
        )


async def _there(transaction: Transaction, ids: Collection[int]) -> dict[int, BitMap]:
    query = select(_table).where(_table.c.bulletin.in_(list(ids))).with_for_update()
    return {row.bulletin: row.recipients for row in await transaction.execute(query)}
