"""Scheduler: recurring jobs, each of which asks the database what is due."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ops.job_watchdog import JobWatchdog

_TICK_DEADLINE = timedelta(minutes=5)  # the digests of one morning may take minutes
_DAILY_DEADLINE = timedelta(hours=30)


@dataclass(frozen=True)
class Job:
    """A recurring job."""

    name: str
    run: Callable[[], Awaitable[None]]
    seconds: str | None  # of each minute, in cron form; None: once a night


@asynccontextmanager
async def running_jobs(jobs: Iterable[Job], watchdog: JobWatchdog) -> AsyncIterator[None]:
    """Run the jobs for the duration of the context; `watchdog` records every run.

    A late run still happens, and a job never runs twice at a time. On exit, cancel the running jobs
    and wait until they have ended.
    """
    running: set[asyncio.Task[Any]] = set()
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        deadline = _TICK_DEADLINE if job.seconds else _DAILY_DEADLINE
        trigger = {"second": job.seconds} if job.seconds else {"hour": 3, "minute": 17}
        tick = _finish_on_cancel(watchdog.watch(job.name, job.run, deadline), running)
        scheduler.add_job(tick, "cron", id=job.name, **trigger)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        await asyncio.sleep(0)  # a job that was just submitted starts, and registers in `running`
        for task in (unfinished := list(running)):
            task.cancel()
        await asyncio.gather(*unfinished)
        scheduler.shutdown(wait=False)


def _finish_on_cancel(
    run: Callable[[], Awaitable[None]], running: set[asyncio.Task[Any]]
) -> Callable[[], Awaitable[None]]:
    """Wrap a job so that APScheduler does not report its cancellation at a stop as a failure."""

    async def tick() -> None:
        if (task := asyncio.current_task()) is None:
            raise RuntimeError("a job must run in a task")
        running.add(task)
        try:
            with suppress(asyncio.CancelledError):
                await run()
        finally:
            running.discard(task)

    return tick
