"""Clock watchdog: the wall clock is set forward or back while messages wait."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from support.delivery_driver import add_people, running_delivery

from bot.delivery.sender import Sender
from bot.ops.clock_watchdog import ClockWatchdog
from bot.ops.job_watchdog import JobWatchdog
from bot.ops.scheduler import Job, running_jobs
from bot.standin.server import Standin
from storage.engine.database import Database


class Clock:
    """Wall clock that can be set."""

    def __init__(self) -> None:
        self.set_by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.set_by


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_step_neither_shortens_nor_prolongs_a_flood_wait(
    standin: Standin, sender: Sender, database: Database, hours: int
) -> None:
    """The wall clock jumps by an hour while a delivery waits."""
    clock = Clock()
    async with running_delivery(database, sender, clock=clock) as outbox:
        watchdog = ClockWatchdog(
            database, outbox.wakeup.set, clock, asyncio.get_running_loop().time
        )
        (person,), (to,) = await add_people(standin, outbox, 1)
        standin.faults.flood(2, method="sendMessage")
        await outbox.send_text("Hello", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) == 1)
        async with asyncio.timeout(120):
            while await outbox.subscribers_in_flight():  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.02)
        clock.set_by = timedelta(hours=hours)
        await watchdog.check()
        await person.chat.wait(lambda messages: len(messages) == 1)
        await outbox.wait_until_sent()
    assert standin.journal.inside_flood_wait() == []


async def test_a_blocked_event_loop_skips_no_run_of_a_job() -> None:
    """APScheduler by default skips a run that is more than a second late."""
    ran = asyncio.Event()

    async def tick() -> None:
        ran.set()

    soon = datetime.now(UTC) + timedelta(seconds=2)  # at least one second ahead
    async with running_jobs([Job("tick", tick, str(soon.second))], JobWatchdog()):
        time.sleep(3.2)  # noqa: ASYNC251 - it blocks the loop
        async with asyncio.timeout(30):  # the next run would be a minute later
            await ran.wait()
