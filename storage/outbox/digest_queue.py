"""Digest queue: bulletins that wait for the next digest of their recipients."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import insert, select

from storage import schema
from storage.engine.database import Transaction

_table = schema.digest_entry

_BATCH_SIZE = 100
"""Rows in one query: each may contain a bitmap of a million subscribers."""


@dataclass(frozen=True)
class DigestEntry:
    """A bulletin that waits for digests."""

    bulletin: int  # the bulletin's id
    recipients: BitMap  # subscriber numbers


async def enqueue(transaction: Transaction, entries: Sequence[DigestEntry], now: datetime) -> None:
    """Store digest entries."""
    if not entries:
        return
    values = [
        {"bulletin": entry.bulletin, "recipients": entry.recipients, "created_at": now}
        for entry in entries
    ]
    await transaction.execute(insert(_table), values)


async def list_since(
    transaction: Transaction, bulletin: int, numbers: Collection[int]
) -> list[DigestEntry]:
    """Return entries after the id `bulletin` for any of `numbers`, oldest first.

    Their recipients are limited to `numbers`.
    """
    wanted = BitMap(numbers)
    entries: list[DigestEntry] = []
    last = bulletin
    while True:
        query = select(_table.c.bulletin, _table.c.recipients).where(_table.c.bulletin > last)
        rows = (
            await transaction.execute(query.order_by(_table.c.bulletin).limit(_BATCH_SIZE))
        ).all()
        entries += [
            DigestEntry(row.bulletin, recipients)
            for row in rows
            if (recipients := row.recipients & wanted)
        ]
        if len(rows) < _BATCH_SIZE:
            return entries
        last = rows[-1].bulletin
