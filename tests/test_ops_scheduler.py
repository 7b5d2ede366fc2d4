"""Jobs of the clock, and their end."""

import asyncio

import pytest

from bot.ops.job_watchdog import Pulse
from bot.ops.scheduler import Job, ticking


async def test_a_stop_ends_a_job_that_is_under_way_and_calls_it_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)  # as one does who gives a connection back
            ended.set()

    async with ticking([Job("job", job, "*")], Pulse()):
        await asyncio.wait_for(began.wait(), 30)
    assert ended.is_set()
    await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_job_that_fails_is_logged_and_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    runs = asyncio.Queue[None]()

    async def job() -> None:
        runs.put_nowait(None)
        raise OSError("the disk is full")

    async with ticking([Job("job", job, "*")], Pulse()), asyncio.timeout(30):
        await runs.get()
        await runs.get()
    assert "the disk is full" in caplog.text
