"""Retention: deletes rows that are older than they are kept for."""

from collections.abc import Callable
from datetime import datetime, timedelta

from storage.engine import commit_marker
from storage.engine.database import Database
from storage.inbound import bulletins, incidents, ingest_queue, update_inbox
from storage.outbox import deliveries
from storage.subscribers import shared_locations

_QUEUES_KEPT = timedelta(days=2)
"""Telegram repeats an update for a day at most (core.telegram.org/bots/api#getting-updates)."""

_BATCH = 200
"""Bulletins deleted in one transaction, with their receipts: other writers wait for it."""


async def delete_old_rows(
    database: Database, keep: timedelta, clock: Callable[[], datetime]
) -> None:
    """Delete what is older than `keep`.

    Processed updates and arrivals go after two days, shared locations after one.
    """
    now = clock()
    async with database.write() as transaction:
        await deliveries.delete_failed(transaction, now - keep)
        await update_inbox.purge(transaction, now - _QUEUES_KEPT)
        await ingest_queue.purge(transaction, now - _QUEUES_KEPT)
        await incidents.purge(transaction, now - keep)
        await commit_marker.purge(transaction)
        await shared_locations.purge(transaction, now)
    deleted = _BATCH
    while deleted == _BATCH:
        async with database.write() as transaction:
            deleted = await bulletins.purge(transaction, now - keep, limit=_BATCH)
