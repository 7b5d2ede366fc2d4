"""Duplicate repository: bulletins that report the same news as an earlier bulletin."""

from collections.abc import Iterable
from dataclasses import dataclass

from pyroaring import BitMap
from sqlalchemy import insert, or_, select

from storage import schema
from storage.engine.database import Transaction

_table = schema.duplicate


@dataclass(frozen=True)
class Duplicate:
    """Bulletin that is shown as another, earlier one."""

    bulletin: int  # id of the later bulletin
    original: int  # id of the first bulletin
    reason: str  # a `matching.near_duplicates.DuplicateReason`


async def mark_duplicate(
    transaction: Transaction, bulletin: int, original: int, reason: str
) -> None:
    """Record that `bulletin` is a duplicate of `original`."""
    await transaction.execute(
        insert(_table).values(bulletin=bulletin, original=original, reason=reason)
    )


async def find(transaction: Transaction, bulletin: int) -> Duplicate | None:
    """Return the duplicate record of a bulletin, None if it is an original."""
    row = (await transaction.execute(select(_table).where(_table.c.bulletin == bulletin))).first()
    return Duplicate(row.bulletin, row.original, row.reason) if row else None


async def recipients_of(transaction: Transaction, original: int) -> tuple[BitMap, BitMap]:
    """Return the push recipients and the digest recipients of a bulletin and its duplicates.

    Recipients for whom it waits until the end of quiet hours count as push recipients: they get
    it too, only later.
    """
    same = select(_table.c.bulletin).where(_table.c.original == original)
    recipients = []
    for table in (schema.broadcast, schema.quiet_entry, schema.digest_entry):
        query = select(table.c.recipients).where(
            or_(table.c.bulletin == original, table.c.bulletin.in_(same))
        )
        recipients.append(BitMap().union(*(await transaction.execute(query)).scalars()))
    pushed, deferred, digested = recipients
    return pushed | deferred, digested


async def originals(transaction: Transaction, ids: Iterable[int]) -> dict[int, int]:
    """Return the original's id for each of `ids` that is a duplicate."""
    query = select(_table.c.bulletin, _table.c.original).where(_table.c.bulletin.in_(list(ids)))
    return {row.bulletin: row.original for row in await transaction.execute(query)}
