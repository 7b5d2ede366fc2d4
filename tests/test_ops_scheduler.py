"""Scheduler: jobs are cancelled by a shutdown and survive their own failures."""

import asyncio

import pytest

from bot.ops.job_watchdog import JobWatchdog
from bot.ops.scheduler import Job, running_jobs


async def test_a_shutdown_cancels_a_running_job_and_logs_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)  # like a job that returns a connection to its pool
            ended.set()

    async with running_jobs([Job("job", job, "*")], JobWatchdog()):
        await asyncio.wait_for(started.wait(), 30)
    assert ended.is_set()
    await asyncio.sleep(0)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_failed_job_is_logged_and_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    runs = asyncio.Queue[None]()

    async def job() -> None:
        runs.put_nowait(None)
        raise OSError("the disk is full")

    async with running_jobs([Job("job", job, "*")], JobWatchdog()), asyncio.timeout(30):
        await runs.get()
        await runs.get()
    assert "the disk is full" in caplog.text
