"""The clock: a handful of tickers that ask the database what is due."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.pulse import Pulse
from storage import arrivals, bulletins, deliveries, inbox, incidents
from storage.database import Database

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


def scheduler(jobs: Iterable[Job], pulse: Pulse) -> AsyncIOScheduler:
    """Not started yet. A tick that comes late still comes, and no job runs beside itself.

    `pulse` hears of every one that has run.
    """
    tickers = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        within = _TICK_WITHIN if job.seconds else _DAILY_WITHIN
        when = {"second": job.seconds} if job.seconds else {"hour": 3, "minute": 17}
        tickers.add_job(pulse.of(job.name, job.run, within), "cron", id=job.name, **when)
    return tickers


async def forget_old(database: Database, keep: timedelta, clock: Callable[[], datetime]) -> None:
    """Deletes what nobody needs any more."""
    now = clock()
    async with database.write() as transaction:
        await deliveries.forget(transaction, now - keep)
        await inbox.forget(transaction, now - _OTHERS_KEPT)
        await arrivals.forget(transaction, now - _OTHERS_KEPT)
        await incidents.forget(transaction, now - keep)
    forgotten = _AT_ONCE
    while forgotten == _AT_ONCE:
        async with database.write() as transaction:
            forgotten = await bulletins.forget(transaction, now - keep, limit=_AT_ONCE)
