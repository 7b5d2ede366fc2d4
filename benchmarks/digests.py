"""Digest benchmark: 100,000 digests due at the same moment. `python -m benchmarks digests`.

The subscribers of twenty time zones have a digest due at the same time, and many bulletins wait for
each of them. The first step marks every digest as due and stores its next due time: until then a
crash could lose the due time. The second step builds digests until the outbox has enough. During
both, a task measures how long the event loop is blocked. The floor is one UPDATE that writes the
same rows and computes nothing.
"""

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from pyroaring import BitMap
from sqlalchemy import text

from benchmarks.databases import add_subscribers, postgresql, sqlite
from benchmarks.report import build_argument_parser, format_table, print_result
from bot.digests.digester import Digester
from bot.digests.pending import PendingReader
from handlers.messages.bulletin import BulletinRenderer
from handlers.messages.digest import DigestRenderer
from handlers.text.i18n import Catalog
from matching.places.gazetteer import Gazetteer
from matching.query.ast import Word, dump
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import digest_queue
from storage.outbox.digest_queue import DigestEntry

_DUE_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
_ZONES = (
    "Europe/Kyiv", "Europe/Warsaw", "Europe/Rome", "Europe/Berlin", "Europe/London",
    "America/New_York", "America/Chicago", "America/Toronto", "Asia/Tbilisi", "Asia/Tokyo",
    "Europe/Vilnius", "Europe/Riga", "Europe/Tallinn", "Europe/Prague", "Europe/Paris",
    "Europe/Madrid", "Europe/Lisbon", "Europe/Dublin", "Australia/Sydney", "Asia/Kolkata",
)  # fmt: skip
_WORDS = ("train", "storm", "harbour", "bridge", "election")
_FLOOR_UPDATE = text(
    "UPDATE subscription SET due_at = :now, next_due_at = next_due_at + 86400000000"
)
_INSERT_SUBSCRIPTIONS = text(
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO subscription
        (subscriber, query, query_text, schedule, has_sound, created_at, next_due_at,
         last_bulletin)
    SELECT i, :query, 'storm', 'daily 09:00', :sound, :now, :now, 0 FROM n
    """
)
_SET_ZONE = text("UPDATE subscriber SET zone = :zone WHERE number % :divisor = :remainder")
_SET_QUERY = text("UPDATE subscription SET query = :query WHERE subscriber % :divisor = :remainder")


@dataclass
class Measurement:
    """Figures of one database."""

    floor_s: float = 0.0  # the bare UPDATE
    mark_due_s: float = 0.0  # until all digests are marked as due
    mark_due_stall_ms: float = 0.0  # longest time the event loop was blocked meanwhile
    built: int = 0  # digests in the outbox when it had enough
    build_s: float = 0.0
    build_stall_ms: float = 0.0


@asynccontextmanager
async def _loop_stalls() -> AsyncIterator[list[float]]:
    """Yield the list of delays of a task that wants to run each millisecond, in milliseconds."""
    stalls: list[float] = []

    async def tick() -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            stalls.append((time.perf_counter() - started) * 1000 - 1)

    ticking = asyncio.create_task(tick())
    try:
        yield stalls
    finally:
        ticking.cancel()


async def _fill(database: Database, subscribers: int, bulletin_count: int) -> None:
    await add_subscribers(database, subscribers)
    now = _microseconds(_DUE_AT)
    async with database.write() as transaction:
        for remainder, zone in enumerate(_ZONES):
            values = {"zone": zone, "divisor": len(_ZONES), "remainder": remainder}
            await transaction.execute(_SET_ZONE, values)
        values = {"count": subscribers, "query": "", "sound": True, "now": now}
        await transaction.execute(_INSERT_SUBSCRIPTIONS, values)
        for remainder, word in enumerate(_WORDS):
            values = {"query": dump(Word(word)), "divisor": len(_WORDS), "remainder": remainder}
            await transaction.execute(_SET_QUERY, values)
        await _add_digest_entries(transaction, BitMap(range(1, subscribers + 1)), bulletin_count)


async def _add_digest_entries(transaction: Transaction, recipients: BitMap, count: int) -> None:
    for number in range(count):
        word = _WORDS[number % len(_WORDS)]
        bulletin = Bulletin(
            source="bench",
            key=str(number),
            title=f"Report {number}: a {word} near Kherson",
            text="The wind blows over the plain, and nobody knows for how long. " * 5,
            received_at=_DUE_AT,
        )
        stored = await bulletins.add(transaction, bulletin)
        await digest_queue.enqueue(transaction, [DigestEntry(stored.id, recipients)], _DUE_AT)


async def measure(database: Database, subscribers: int, bulletin_count: int) -> Measurement:
    """Mark all digests as due, then build digests until the outbox has enough."""
    await _fill(database, subscribers, bulletin_count)
    measurement = Measurement(floor_s=await _measure_floor(database))
    digester = _digester(database)
    gc.freeze()  # loaded data, as the bot does
    async with _loop_stalls() as stalls:
        started = time.perf_counter()
        await digester.mark_due(_DUE_AT)
        measurement.mark_due_s = time.perf_counter() - started
    measurement.mark_due_stall_ms = max(stalls)
    async with _loop_stalls() as stalls:
        started = time.perf_counter()
        while await digester.build(_DUE_AT):
            pass
        measurement.build_s = time.perf_counter() - started
    measurement.build_stall_ms = max(stalls)
    async with database.read() as transaction:
        counted = await transaction.execute(text("SELECT count(*) FROM delivery"))
        measurement.built = counted.scalar_one()
    return measurement


async def _measure_floor(database: Database) -> float:
    async with database.write() as transaction:
        undo = await transaction.begin_nested()
        started = time.perf_counter()
        await transaction.execute(_FLOOR_UPDATE, {"now": _microseconds(_DUE_AT)})
        seconds = time.perf_counter() - started
        await undo.rollback()
    return seconds


def _digester(database: Database) -> Digester:
    gazetteer, topics, catalog = Gazetteer.load(), Topics.load_built_in(), Catalog()
    reader = Reader(gazetteer, topics)
    renderer = DigestRenderer(catalog, gazetteer, topics, BulletinRenderer(catalog, reader))
    reader.read("Warm", "up")
    return Digester(
        database,
        PendingReader(reader, gazetteer, topics),
        renderer,
        lambda: None,
        lambda: _DUE_AT,
    )


def _microseconds(time_: datetime) -> int:
    return int(time_.timestamp()) * 1_000_000


async def _run(subscribers: int, bulletin_count: int) -> dict[str, Measurement]:
    measurements = {}
    for name, opened in (("SQLite", sqlite()), ("PostgreSQL", postgresql())):
        async with opened as database:
            measurements[name] = await measure(database, subscribers, bulletin_count)
    return measurements


def _format_result(subscribers: int, measurements: dict[str, Measurement]) -> str:
    rows = [
        (
            name,
            f"{figures.floor_s:.2f}",
            f"{figures.mark_due_s:.2f}",
            f"{figures.mark_due_stall_ms:.0f}",
            f"{figures.built / figures.build_s:,.0f}",
            f"{figures.build_stall_ms:.0f}",
        )
        for name, figures in measurements.items()
    ]
    header = (
        f"{subscribers:,} digests due at once",
        "floor s",
        "mark due s",
        "loop blocked ms",
        "built/s",
        "loop blocked ms",
    )
    return format_table(header, rows)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its result and return the exit code."""
    parser = build_argument_parser("digests", __doc__)
    parser.add_argument("--subscribers", type=int, default=100_000, help="with a digest each")
    parser.add_argument(
        "--bulletins", type=int, default=60, help="bulletins that wait for each subscriber"
    )
    options = parser.parse_args(arguments)
    measurements = asyncio.run(_run(options.subscribers, options.bulletins))
    result = {
        "benchmark": "digests",
        "subscribers": options.subscribers,
        "bulletins": options.bulletins,
        **{name: asdict(figures) for name, figures in measurements.items()},
    }
    print_result(result, _format_result(options.subscribers, measurements), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
