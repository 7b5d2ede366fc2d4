"""Fan-out benchmark: time to store a bulletin's recipients durably. `python -m benchmarks fanout`.

Compares Tocsin's broadcast, one row with a bitmap of recipients, with one row for each recipient as
SQLAlchemy inserts them. The floor is a bare fsync. The bytes written come from the kernel's count
for this process (SQLite) and from the position of the write-ahead log (PostgreSQL).
"""

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
from benchmarks.progress import progress
from benchmarks.report import build_argument_parser, format_table, percentile, print_result
from storage import schema
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts
from storage.outbox.broadcasts import NewBroadcast
from storage.values.lanes import Lane

_SUBSCRIBERS_PER_RECIPIENT = 3
_RECIPIENT_SETS = 10  # different sets of recipients
_ROW_REPETITIONS = 5  # of one row for each recipient: it takes seconds

Enqueue = Callable[[Transaction, int, BitMap], Awaitable[None]]


@dataclass(frozen=True)
class Measurement:
    """Figures of one method on one database."""

    method: str
    median_ms: float
    p99_ms: float
    written_kb: float


async def enqueue_broadcast(transaction: Transaction, bulletin: int, recipients: BitMap) -> None:
    """Store one row with a bitmap of recipients, as Tocsin does."""
    broadcast = NewBroadcast(
        bulletin=bulletin, lane=Lane.NEWS, recipients=recipients, silent=BitMap()
    )
    await broadcasts.enqueue(transaction, [broadcast], datetime.now(UTC))


async def enqueue_rows(transaction: Transaction, bulletin: int, recipients: BitMap) -> None:
    """Store one row for each recipient with SQLAlchemy."""
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
    name: str, database: Database, enqueue: Enqueue, recipients: int, *, repetitions: int
) -> Measurement:
    """Measure one transaction with the bulletin and its recipients, including the commit."""
    chance = random.Random(1)
    subscribers = range(1, recipients * _SUBSCRIBERS_PER_RECIPIENT + 1)
    sets = [
        BitMap(chance.sample(subscribers, recipients))
        for _ in range(min(repetitions, _RECIPIENT_SETS))
    ]
    seconds, written = [], []
    for turn in progress(name, range(repetitions), repetitions):
        before = await _bytes_written(database)
        started = time.perf_counter()
        async with database.write() as transaction:
            bulletin = Bulletin(
                source="bench", key=str(turn), title="News", received_at=datetime.now(UTC)
            )
            stored = await bulletins.add(transaction, bulletin)
            await enqueue(transaction, stored.id, sets[turn % len(sets)])
        seconds.append(time.perf_counter() - started)
        written.append(await _bytes_written(database) - before)
    return Measurement(
        name,
        statistics.median(seconds) * 1000,
        percentile(seconds, 0.99) * 1000,
        statistics.median(written) / 1024,
    )


async def _bytes_written(database: Database) -> int:
    """Return the bytes written so far: by this process (SQLite) or to the log (PostgreSQL)."""
    if database.is_sqlite:
        words = Path("/proc/self/io").read_text().split()  # noqa: ASYNC240 - it waits for no disk
        return int(words[words.index("wchar:") + 1])
    async with database.read() as transaction:
        query = text("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")
        return int((await transaction.execute(query)).scalar_one())


def measure_fsync(repetitions: int) -> Measurement:
    """Measure the floor of any durable write: a page of 4 KiB, written and flushed."""
    seconds = []
    with tempfile.TemporaryFile() as file:
        for turn in range(repetitions):
            started = time.perf_counter()
            os.pwrite(file.fileno(), bytes(4096), turn * 4096)
            os.fsync(file.fileno())
            seconds.append(time.perf_counter() - started)
    median, p99 = statistics.median(seconds) * 1000, percentile(seconds, 0.99) * 1000
    return Measurement("a bare fsync", median, p99, 4)


async def _run(recipients: int, repetitions: int) -> list[Measurement]:
    measurements = [measure_fsync(200)]
    for name, opened in (("SQLite", sqlite()), ("PostgreSQL", postgresql())):
        async with opened as database:
            await add_subscribers(database, recipients * _SUBSCRIBERS_PER_RECIPIENT)
            for label, enqueue, times in (
                ("one row", enqueue_broadcast, repetitions),
                ("a row per recipient", enqueue_rows, _ROW_REPETITIONS),
            ):
                measurements.append(
                    await measure(
                        f"{name}, {label}", database, enqueue, recipients, repetitions=times
                    )
                )
    return measurements


def _ratios(measurements: Sequence[Measurement]) -> dict[str, float]:
    floor, sqlite_row, sqlite_rows, postgresql_row, postgresql_rows = (
        figures.median_ms for figures in measurements
    )
    return {
        "sqlite": sqlite_rows / sqlite_row,
        "postgresql": postgresql_rows / postgresql_row,
        "sqlite_to_floor": sqlite_row / floor,
        "postgresql_to_floor": postgresql_row / floor,
    }


def _format_result(
    recipients: int, measurements: Sequence[Measurement], ratios: dict[str, float]
) -> str:
    header = (f"{recipients:,} recipients, durable", "median ms", "p99 ms", "written KB")
    rows = [
        (
            figures.method,
            f"{figures.median_ms:.2f}",
            f"{figures.p99_ms:.2f}",
            f"{figures.written_kb:,.0f}",
        )
        for figures in measurements
    ]
    comparison = (
        f"a row per recipient takes {ratios['sqlite']:.0f} times (SQLite) and"
        f" {ratios['postgresql']:.0f} times (PostgreSQL) as long as one row;"
        f" one row takes {ratios['sqlite_to_floor']:.0f} and"
        f" {ratios['postgresql_to_floor']:.0f} times as long as a bare fsync"
    )
    return f"{format_table(header, rows)}\n{comparison}"


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its result and return the exit code."""
    parser = build_argument_parser("fanout", __doc__)
    parser.add_argument("--recipients", type=int, default=100_000, help="recipients of a bulletin")
    parser.add_argument(
        "--repetitions", type=int, default=300, help="measurements of Tocsin's broadcast"
    )
    options = parser.parse_args(arguments)
    measurements = asyncio.run(_run(options.recipients, options.repetitions))
    ratios = _ratios(measurements)
    result = {
        "benchmark": "fanout",
        "recipients": options.recipients,
        "measurements": [asdict(figures) for figures in measurements],
        "ratios": ratios,
    }
    text_ = _format_result(options.recipients, measurements, ratios)
    print_result(result, text_, as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
