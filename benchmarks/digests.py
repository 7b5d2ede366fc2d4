"""A hundred thousand digests are due at nine: `python -m benchmarks.digests`.

Subscribers of twenty time zones, whose digest is due at the same moment, and reports that wait for
all of them. First every digest is owed, with its next hour: until then a crash could lose the hour.
Then they are made, as the outbox has room, until it has enough. All the while somebody asks for the
event loop and notes how long it was kept from them. The floor is the same rows noted by one UPDATE
that computes nothing.
"""

import argparse
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
from benchmarks.figures import show, table
from bot.digests.digester import Digests
from bot.digests.pending import WaitingReader
from handlers.messages.bulletin import Messages
from handlers.messages.digest import Roundup
from handlers.text.i18n import Words
from matching.places.gazetteer import Gazetteer
from matching.query.ast import Word, dump
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import digest_queue
from storage.outbox.digest_queue import Held

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
_ZONES = (
    "Europe/Kyiv", "Europe/Warsaw", "Europe/Rome", "Europe/Berlin", "Europe/London",
    "America/New_York", "America/Chicago", "America/Toronto", "Asia/Tbilisi", "Asia/Tokyo",
    "Europe/Vilnius", "Europe/Riga", "Europe/Tallinn", "Europe/Prague", "Europe/Paris",
    "Europe/Madrid", "Europe/Lisbon", "Europe/Dublin", "Australia/Sydney", "Asia/Kolkata",
)  # fmt: skip
_WORDS = ("train", "storm", "harbour", "bridge", "election")
_ONE = text("UPDATE subscription SET owed_at = :now, next_due_at = next_due_at + 86400000000")
_SUBSCRIPTIONS = text(
    """
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
    INSERT INTO subscription
        (subscriber, query, written, schedule, sound, created_at, next_due_at, digested)
    SELECT i, :query, 'storm', 'daily 09:00', :sound, :now, :now, 0 FROM n
    """
)
_IN_ZONE = text("UPDATE subscriber SET zone = :zone WHERE number % :many = :at")
_ASKS_FOR = text("UPDATE subscription SET query = :query WHERE subscriber % :many = :at")


@dataclass
class Figures:
    """One database."""

    floor_s: float = 0.0  # the bare UPDATE
    owed_s: float = 0.0  # until all are owed
    owed_worst_ms: float = 0.0  # the longest the loop was held meanwhile
    made: int = 0  # digests put into the outbox until it had enough
    made_s: float = 0.0
    made_worst_ms: float = 0.0


@asynccontextmanager
async def _watched() -> AsyncIterator[list[float]]:
    """How long somebody who wants a turn had to wait for it, in milliseconds."""
    waits: list[float] = []

    async def ask() -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(0.001)
            waits.append((time.perf_counter() - asked) * 1000 - 1)

    asking = asyncio.create_task(ask())
    try:
        yield waits
    finally:
        asking.cancel()


async def _fill(database: Database, people: int, reports: int) -> None:
    await add_subscribers(database, people)
    everybody = BitMap(range(1, people + 1))
    now = _micros(NINE)
    async with database.write() as transaction:
        for at, zone in enumerate(_ZONES):
            values = {"zone": zone, "many": len(_ZONES), "at": at}
            await transaction.execute(_IN_ZONE, values)
        values = {"count": people, "query": "", "sound": True, "now": now}
        await transaction.execute(_SUBSCRIPTIONS, values)
        for at, word in enumerate(_WORDS):
            asked = {"query": dump(Word(word)), "many": len(_WORDS), "at": at}
            await transaction.execute(_ASKS_FOR, asked)
        for number in range(reports):
            word = _WORDS[number % len(_WORDS)]
            new = Bulletin(
                source="bench",
                key=str(number),
                title=f"Report {number}: a {word} near Kherson",
                text="The wind blows over the plain, and nobody knows for how long. " * 5,
                received_at=NINE,
            )
            stored = await bulletins.add(transaction, new)
            await digest_queue.hold(transaction, [Held(stored.id, everybody)], NINE)


async def measure(database: Database, people: int, reports: int) -> Figures:
    """Owes all, then makes what the outbox takes."""
    await _fill(database, people, reports)
    figures = Figures()
    async with database.write() as transaction:
        undo = await transaction.begin_nested()
        started = time.perf_counter()
        await transaction.execute(_ONE, {"now": _micros(NINE)})
        figures.floor_s = time.perf_counter() - started
        await undo.rollback()
    gazetteer, topics, words = Gazetteer.load(), Topics.built_in(), Words()
    reader = Reader(gazetteer, topics)
    roundup = Roundup(words, gazetteer, topics, Messages(words, reader))
    digests = Digests(
        database, WaitingReader(reader, gazetteer, topics), roundup, lambda: None, lambda: NINE
    )
    reader.read("Warm", "up")
    gc.freeze()  # what is loaded, as the bot does
    async with _watched() as waits:
        started = time.perf_counter()
        await digests.owe(NINE)
        figures.owed_s = time.perf_counter() - started
    figures.owed_worst_ms = max(waits)
    async with _watched() as waits:
        started = time.perf_counter()
        while await digests.make(NINE):
            pass
        figures.made_s = time.perf_counter() - started
    figures.made_worst_ms = max(waits)
    async with database.read() as transaction:
        counted = await transaction.execute(text("SELECT count(*) FROM delivery"))
        figures.made = counted.scalar_one()
    return figures


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


async def _run(people: int, reports: int) -> dict[str, Figures]:
    result = {}
    for name, made in (("SQLite", sqlite()), ("PostgreSQL", postgresql())):
        async with made as database:
            result[name] = await measure(database, people, reports)
    return result


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.digests", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--reports", type=int, default=60, help="that wait for all of them")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args(arguments)
    figures = asyncio.run(_run(asked.people, asked.reports))
    rows = [
        (
            name,
            f"{f.floor_s:.2f}",
            f"{f.owed_s:.2f}",
            f"{f.owed_worst_ms:.0f}",
            f"{f.made / f.made_s:,.0f}",
            f"{f.made_worst_ms:.0f}",
        )
        for name, f in figures.items()
    ]
    head = (
        f"{asked.people:,} digests due at once",
        "floor s",
        "owed s",
        "loop held ms",
        "made/s",
        "loop held ms",
    )
    named = {name: asdict(f) for name, f in figures.items()}
    result = {"benchmark": "digests", "people": asked.people, "reports": asked.reports, **named}
    show(result, table(head, rows), as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
