"""The clock: a handful of tickers that ask the database what is due."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.astray import Notices
from bot.digests import Digests
from bot.paging import Paging
from bot.pulse import Pulse
from storage import arrivals, bulletins, deliveries, inbox
from storage.database import Database

_TICK_WITHIN = timedelta(minutes=5)  # a morning's digests may take a while
_DAILY_WITHIN = timedelta(hours=30)

_OTHERS_KEPT = timedelta(days=2)
"""Telegram repeats an update for a day at most (core.telegram.org/bots/api#getting-updates)."""

_AT_ONCE = 200
"""Bulletins deleted in one transaction, with their receipts: others who write wait for it."""


def scheduler(
    digests: Digests,
    paging: Paging,
    notices: Notices,
    retention: Callable[[], Awaitable[None]],
    pulse: Pulse,
) -> AsyncIOScheduler:
    """Not started yet. A tick that comes late still comes, and no job runs beside itself.

    `pulse` hears of every one that has run.
    """
    tickers = AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    tick = pulse.of("digests", digests.tick, _TICK_WITHIN)
    page = pulse.of("paging", paging.tick, _TICK_WITHIN)
    notice = pulse.of("notices", notices.tick, _TICK_WITHIN)
    forget = pulse.of("retention", retention, _DAILY_WITHIN)
    tickers.add_job(tick, "cron", second="*/2", id="digests")
    tickers.add_job(page, "cron", second="5-55/10", id="paging")
    tickers.add_job(notice, "cron", second="2-52/10", id="notices")
    tickers.add_job(forget, "cron", hour=3, minute=17, id="retention")
    return tickers


async def forget_old(database: Database, keep: timedelta, clock: Callable[[], datetime]) -> None:
    """Deletes what nobody needs any more."""
    now = clock()
    async with database.write() as transaction:
        await deliveries.forget(transaction, now - keep)
        await inbox.forget(transaction, now - _OTHERS_KEPT)
        await arrivals.forget(transaction, now - _OTHERS_KEPT)
    forgotten = _AT_ONCE
    while forgotten == _AT_ONCE:
        async with database.write() as transaction:
            forgotten = await bulletins.forget(transaction, now - keep, limit=_AT_ONCE)
