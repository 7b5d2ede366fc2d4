"""Source history: the last bulletins of one source, for senders whose bulletins have no ids."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import func, select

from storage import schema
from storage.engine.database import Transaction

_table = schema.bulletin
_MAX_USES = 1_000
_MAX_ROWS = 200
_MAX_ROWS_WALKED = 5_000
_MAX_TEXT_LENGTH = 400  # code points: news begins with the event


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Bulletin of a source's past."""

    id: int
    key: str
    title: str
    text: str  # its beginning
    regions: tuple[str, ...]


async def list_uses(
    transaction: Transaction, source: str, keys: Collection[str], since: datetime
) -> Sequence[tuple[int, str]]:
    """Return id and key of the newest bulletins with these keys, oldest first."""
    query = (
        select(_table.c.id, _table.c.key)
        .where(_table.c.source == source, _table.c.key.in_(keys), _table.c.received_at > since)
        .order_by(_table.c.id.desc())
        .limit(_MAX_USES)
    )
    rows = [(row.id, row.key) for row in await transaction.execute(query)]
    return rows[::-1]


async def list_after(transaction: Transaction, source: str, after: int) -> Sequence[HistoryRow]:
    """Return the newest bulletins of a source with ids above `after`, newest first.

    Limited to the last few thousand bulletins of all sources.
    """
    newest = (await transaction.execute(select(func.max(_table.c.id)))).scalar_one() or 0
    columns = (
        _table.c.id,
        _table.c.key,
        func.substr(_table.c.title, 1, _MAX_TEXT_LENGTH).label("title"),
        func.substr(_table.c.text, 1, _MAX_TEXT_LENGTH).label("text"),
        _table.c.regions,
    )
    query = (
        select(*columns)
        .where(_table.c.id > max(after, newest - _MAX_ROWS_WALKED), _table.c.source == source)
        .order_by(_table.c.id.desc())
        .limit(_MAX_ROWS)
    )
    return [
        HistoryRow(row.id, row.key, row.title, row.text, tuple(orjson.loads(row.regions)))
        for row in await transaction.execute(query)
    ]
