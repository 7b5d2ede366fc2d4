"""A process learns at once what another one has put in."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.inbound.data_version import changes


async def test_an_arrival_of_another_process_is_noticed(
    database: Database, database_url: str
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    other = Database(database_url)
    async with aclosing(changes(database)) as noticed:
        await asyncio.wait_for(anext(noticed), 180)
        async with other.write() as transaction:
            bulletin = Bulletin(source="publish", key="1", title="Hello", received_at=now)
            await ingest_queue.put(transaction, [bulletin], now)
        await asyncio.wait_for(anext(noticed), 180)
    await other.close()
