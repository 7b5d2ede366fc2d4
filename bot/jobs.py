"""The clock: a handful of tickers that ask the database what is due."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.digests import Digests
from storage import arrivals, bulletins, deliveries, inbox, incidents
from storage.database import Database

_OTHERS_KEPT = timedelta(days=2)
"""Telegram repeats an update for a day at most (core.telegram.org/bots/api#getting-updates)."""

_AT_ONCE = 200
"""Bulletins deleted in one transaction, with their receipts: others who write wait for it."""


def scheduler(
    digests: Digests,
    alerts: Callable[[], Awaitable[None]],
    retention: Callable[[], Awaitable[None]],
) -> AsyncIOScheduler:
    """Not started yet. A tick that comes late still comes, and no job runs beside itself."""
    tickers = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    tickers.add_job(digests.tick, "cron", second="*/10", id="digests")
    tickers.add_job(alerts, "cron", second="*/5", id="alerts")
    tickers.add_job(retention, "cron", hour=3, minute=17, id="retention")
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
