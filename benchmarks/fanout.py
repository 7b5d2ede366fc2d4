"""How long until a bulletin is durably owed to so many: `python -m benchmarks fanout`.

A broadcast of ours, one row with a bitmap, against one row a recipient as SQLAlchemy inserts them.
The floor is a bare fsync. What is written is counted by the kernel for SQLite, which is read back
from what this process wrote, and by the length of its log for PostgreSQL.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyroaring import BitMap
from sqlalchemy import insert, text

from benchmarks.databases import add_subscribers, postgresql, sqlite
from benchmarks.figures import percentile, show, table
from benchmarks.progress import progress
from storage import schema
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts
from storage.outbox.broadcasts import NewBroadcast
from storage.values.lanes import Lane

_SHARE = 3  # one in so many subscribers is a recipient
_SETS = 10  # different recipients
_TIMES_EACH = 5  # a row each is measured so often: it takes seconds

Enqueue = Callable[[Transaction, int, BitMap], Awaitable[None]]


@dataclass(frozen=True)
class Figure:
    """One way, on one database."""

    way: str
    median_ms: float
    p99_ms: float
    written_kb: float


async def one_row(transaction: Transaction, bulletin: int, recipients: BitMap) -> None:
    """As intake does it."""
    new = NewBroadcast(bulletin=bulletin, lane=Lane.NEWS, recipients=recipients, silent=BitMap())
    await broadcasts.enqueue(transaction, [new], datetime.now(UTC))


async def one_row_each(transaction: Transaction, bulletin: int, recipients: BitMap) -> None:
    """As one would do it with SQLAlchemy."""
    now = datetime.now(UTC)
    rows = [
        {
            "subscriber": number,
            "lane": Lane.NEWS,
            "bulletin": bulletin,
            "silent": False,
            "attempts": 0,
            "due_at": now,
            "created_at": now,
        }
        for number in recipients
    ]
    await transaction.execute(insert(schema.delivery), rows)


async def measure(
    name: str, database: Database, enqueue: Enqueue, recipients: int, *, times: int
) -> Figure:
    """From after the match to the end of the commit: bulletin and recipients in one transaction."""
    chance = random.Random(1)
    subscribers = range(1, recipients * _SHARE + 1)
    sets = [BitMap(chance.sample(subscribers, recipients)) for _ in range(min(times, _SETS))]
    seconds, written = [], []
    for turn in progress(name, range(times), times):
        before = await _written(database)
        started = time.perf_counter()
        async with database.write() as transaction:
            bulletin = Bulletin(
                source="bench", key=str(turn), title="News", received_at=datetime.now(UTC)
            )
            stored = await bulletins.add(transaction, bulletin)
            await enqueue(transaction, stored.id, sets[turn % len(sets)])
        seconds.append(time.perf_counter() - started)
        written.append(await _written(database) - before)
    return Figure(
        name,
        statistics.median(seconds) * 1000,
        percentile(seconds, 0.99) * 1000,
        statistics.median(written) / 1024,
    )


async def _written(database: Database) -> int:
    """Bytes so far."""
    if database.is_sqlite:
        words = Path("/proc/self/io").read_text().split()  # noqa: ASYNC240 - it waits for no disk
        return int(words[words.index("wchar:") + 1])
    async with database.read() as transaction:
        query = text("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return int((await transaction.execute(query)).scalar_one())


def fsync(times: int) -> Figure:
    """What any durable write costs here: a page, written and flushed."""
    seconds = []
    with tempfile.TemporaryFile() as file:
        for turn in range(times):
            started = time.perf_counter()
            os.pwrite(file.fileno(), bytes(4096), turn * 4096)
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - started)
    median, worst = statistics.median(seconds) * 1000, percentile(seconds, 0.99) * 1000
    return Figure("a bare fsync", median, worst, 4)


async def _run(recipients: int, times: int) -> list[Figure]:
    figures = [fsync(200)]
    for name, made in (("SQLite", sqlite()), ("PostgreSQL", postgresql())):
        async with made as database:
            await add_subscribers(database, recipients * _SHARE)
            ours = await measure(f"{name}, one row", database, one_row, recipients, times=times)
            theirs = await measure(
                f"{name}, a row each", database, one_row_each, recipients, times=_TIMES_EACH
            )
            figures += [ours, theirs]
    return figures


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fanout", description=__doc__)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=300, help="measured so often")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args(arguments)
    figures = asyncio.run(_run(asked.recipients, asked.times))
    floor, sqlite_ours, sqlite_rows, postgres_ours, postgres_rows = figures
    ratios = {
        "sqlite": sqlite_rows.median_ms / sqlite_ours.median_ms,
        "postgresql": postgres_rows.median_ms / postgres_ours.median_ms,
        "sqlite_to_floor": sqlite_ours.median_ms / floor.median_ms,
        "postgresql_to_floor": postgres_ours.median_ms / floor.median_ms,
    }
    result = {
        "benchmark": "fanout",
        "recipients": asked.recipients,
        "figures": [asdict(figure) for figure in figures],
        "ratios": ratios,
    }
    rows = [
        (f.way, f"{f.median_ms:.2f}", f"{f.p99_ms:.2f}", f"{f.written_kb:,.0f}") for f in figures
    ]
    head = (f"{asked.recipients:,} recipients durable", "median ms", "p99 ms", "written KB")
    told = (
        f"a row each takes {ratios['sqlite']:.0f} and {ratios['postgresql']:.0f} times as long;"
        f" one row {ratios['sqlite_to_floor']:.0f} and {ratios['postgresql_to_floor']:.0f} times"
        " as long as a bare fsync"
    )
    show(result, f"{table(head, rows)}\n{told}", as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
