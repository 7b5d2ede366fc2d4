"""Quiet queue: bulletins for the summary that recipients get at the end of their quiet hours."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap
from sqlalchemy import select, tuple_

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert

_table = schema.quiet_entry

_BATCH_SIZE = 100
"""Rows in one query: each may contain a bitmap of a million subscribers."""


@dataclass(frozen=True)
class QuietEntry:
    """A bulletin that waits for the end of its recipients' quiet hours."""

    bulletin: int  # the bulletin's id
    is_sent: bool  # was sent silently meanwhile; False: was not sent
    recipients: BitMap  # subscriber numbers


async def enqueue(transaction: Transaction, entries: Iterable[QuietEntry], now: datetime) -> None:
    """Store quiet entries, merging recipients into existing entries of the same bulletin."""
    recipients_by_key: dict[tuple[int, bool], BitMap] = {}
    for entry in entries:
        key = entry.bulletin, entry.is_sent
        recipients_by_key[key] = recipients_by_key.get(key, BitMap()) | entry.recipients
    if not recipients_by_key:
        return
    query = select(_table).where(
        _table.c.bulletin.in_({bulletin for bulletin, _ in recipients_by_key})
    )
    for row in await transaction.execute(query):
        if (row.bulletin, row.is_sent) in recipients_by_key:
            recipients_by_key[row.bulletin, row.is_sent] |= row.recipients
    statement = upsert(transaction, _table)
    values = [
        {"bulletin": bulletin, "is_sent": is_sent, "recipients": recipients, "created_at": now}
        for (bulletin, is_sent), recipients in recipients_by_key.items()
    ]
    await transaction.execute(
        statement.on_conflict_do_update(
            index_elements=[_table.c.bulletin, _table.c.is_sent],
            set_={"recipients": statement.excluded.recipients},
        ),
        values,
    )


async def list_since(
    transaction: Transaction, bulletin: int, numbers: Collection[int]
) -> list[QuietEntry]:
    """Return entries after the id `bulletin` for any of `numbers`, oldest first.

    Their recipients are limited to `numbers`.
    """
    wanted = BitMap(numbers)
    key = tuple_(_table.c.bulletin, _table.c.is_sent)
    entries: list[QuietEntry] = []
    last = (bulletin, True)
    while True:
        query = select(_table).where(key > last).order_by(_table.c.bulletin, _table.c.is_sent)
        rows = (await transaction.execute(query.limit(_BATCH_SIZE))).all()
        entries += [
            QuietEntry(row.bulletin, row.is_sent, recipients)
            for row in rows
            if (recipients := row.recipients & wanted)
        ]
        if len(rows) < _BATCH_SIZE:
            return entries
        last = (rows[-1].bulletin, rows[-1].is_sent)
