"""Arrival watch: a process notices the arrivals that another one enqueues."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.arrival_watch import watch_arrivals
from storage.inbound.bulletins import Bulletin


async def test_an_arrival_from_another_process_wakes_the_watcher(
    database: Database, database_url: str
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    other = Database(database_url)
    async with aclosing(watch_arrivals(database)) as noticed:
        await asyncio.wait_for(anext(noticed), 180)
        async with other.write() as transaction:
            bulletin = Bulletin(source="publish", key="1", title="Hello", received_at=now)
            await ingest_queue.enqueue(transaction, [bulletin], now)
        await asyncio.wait_for(anext(noticed), 180)
    await other.close()
