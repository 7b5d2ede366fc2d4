"""The clock: a handful of tickers that ask the database what is due."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ops.job_watchdog import Pulse
from storage.engine.database import Database
from storage.inbound import bulletins, incidents, ingest_queue, update_inbox
from storage.outbox import deliveries

_TICK_WITHIN = timedelta(minutes=5)  # a morning's digests may take a while
_DAILY_WITHIN = timedelta(hours=30)

_OTHERS_KEPT = timedelta(days=2)
"""Telegram repeats an update for a day at most (core.telegram.org/bots/api#getting-updates)."""

_AT_ONCE = 200
"""Bulletins deleted in one transaction, with their receipts: others who write wait for it."""


@dataclass(frozen=True)
class Job:
    """What is done again and again."""

    name: str
    run: Callable[[], Awaitable[None]]
    seconds: str | None  # of each minute, as APScheduler's cron has them; None: once a night


@asynccontextmanager
async def ticking(jobs: Iterable[Job], pulse: Pulse) -> AsyncIterator[None]:
    """Jobs at their times. A tick that comes late still comes, and no job runs beside itself.

    `pulse` hears of every one that has run. At the end what is under way is cancelled, and has
    ended when this returns.
    """
    under_way: set[asyncio.Task[Any]] = set()
    tickers = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        within = _TICK_WITHIN if job.seconds else _DAILY_WITHIN
        when = {"second": job.seconds} if job.seconds else {"hour": 3, "minute": 17}
        tick = _until_the_end(pulse.of(job.name, job.run, within), under_way)
        tickers.add_job(tick, "cron", id=job.name, **when)
    tickers.start()
    try:
        yield
    finally:
        tickers.pause()
        await asyncio.sleep(0)  # what has just been submitted begins, and so is known here
        for task in (ended := list(under_way)):
            task.cancel()
        await asyncio.gather(*ended)
        tickers.shutdown(wait=False)


def _until_the_end(
    run: Callable[[], Awaitable[None]], under_way: set[asyncio.Task[Any]]
) -> Callable[[], Awaitable[None]]:
    """The job; when a stop cancels it, that is no failure for APScheduler to report."""

    async def tick() -> None:
        if (task := asyncio.current_task()) is None:
            raise RuntimeError("a tick runs in a task")
        under_way.add(task)
        try:
            with suppress(asyncio.CancelledError):
                await run()
        finally:
            under_way.discard(task)

    return tick


async def forget_old(database: Database, keep: timedelta, clock: Callable[[], datetime]) -> None:
    """Deletes what nobody needs any more."""
    now = clock()
    async with database.write() as transaction:
        await deliveries.forget(transaction, now - keep)
        await update_inbox.forget(transaction, now - _OTHERS_KEPT)
        await ingest_queue.forget(transaction, now - _OTHERS_KEPT)
        await incidents.forget(transaction, now - keep)
    forgotten = _AT_ONCE
    while forgotten == _AT_ONCE:
        async with database.write() as transaction:
            forgotten = await bulletins.forget(transaction, now - keep, limit=_AT_ONCE)
