"""The wall clock is set, forward or back, while messages wait."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from support.delivery_driver import at_work, people

from bot.delivery.sender import Sender
from bot.ops.clock_watchdog import ClockSteps
from bot.ops.job_watchdog import Pulse
from bot.ops.scheduler import Job, ticking
from bot.standin.server import Standin
from storage.engine.database import Database


class Clock:
    """A wall clock that somebody sets."""

    def __init__(self) -> None:
        self.set_by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.set_by


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_wait_lasts_as_long_as_it_was_told_whatever_the_clock_says(
    standin: Standin, sender: Sender, database: Database, hours: int
) -> None:
    """Case 38 of the catalogue of failures."""
    clock = Clock()
    async with at_work(database, sender, clock=clock) as outbox:
        steps = ClockSteps(database, outbox.bell.set, clock, asyncio.get_running_loop().time)
        (person,), (to,) = await people(standin, outbox, 1)
        standin.faults.flood(2, method="sendMessage")
        await outbox.say("Hello", to)
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) == 1)
        while await outbox.unanswered():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.02)
        clock.set_by = timedelta(hours=hours)
        await steps.look()
        await person.chat.wait(lambda messages: len(messages) == 1)
        await outbox.settled()
    assert standin.journal.inside_flood_wait() == []


async def test_a_late_loop_skips_no_tick() -> None:
    """Case 41 of the catalogue of failures: by default what is a second late is skipped."""
    ran = asyncio.Event()

    async def tick() -> None:
        ran.set()

    soon = datetime.now(UTC) + timedelta(seconds=2)  # the second begins in one at least
    async with ticking([Job("tick", tick, str(soon.second))], Pulse()):
        time.sleep(3.2)  # noqa: ASYNC251 - the loop is late
        async with asyncio.timeout(30):  # the next such second comes after a minute
            await ran.wait()
