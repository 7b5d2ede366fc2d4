"""The index itself: how long it takes to load, how much memory, and whom it keeps waiting.

It is loaded from SQLite by the part of the bot that does so, beside an event loop that ticks.
"""

import argparse
import asyncio
import multiprocessing
import re
import resource
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import fields, is_dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.databases import add_subscribers
from benchmarks.figures import show
from benchmarks.progress import progress
from benchmarks.workload import MILLION, Workload
from bot.ingest.index_keeper import IndexKeeper
from matching.index.index import Index, Mode, Stored
from matching.places.gazetteer import Gazetteer
from matching.query.ast import load, terms
from storage.engine.database import Database
from storage.migrate import migrate

_CHANGES = 2_000
_TICK = 0.001
_EXPRESSIONS = 1_000
_SCHEDULED = {Mode.RING: ("now", True), Mode.SILENT: ("now", False), Mode.HELD: ("hourly", True)}


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks index", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=MILLION)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args(arguments)
    result = measure(asked.subscriptions)
    show({"benchmark": "index"} | result, table(result), as_json=asked.json)
    return 0


def measure(size: int) -> dict[str, Any]:
    """Seconds, milliseconds, megabytes and bytes as the names say."""
    workload = Workload(size, Gazetteer.load())
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        path = Path(folder) / "tocsin.db"
        asyncio.run(_store(path, workload))
        # In a process of its own, so that nothing else is in its memory.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            ours = alone.submit(_measured, path, size, [*islice(workload.rows(), _CHANGES)])
            result = ours.result()
        scan = _scanned(path)
    joined, expressions = min(size, MILLION), _compiled(workload)
    seconds, bytes_each = _joins(Workload(joined, Gazetteer.load()))
    return result | {
        "otherwise": {
            f"a table of terms in SQLite, {joined:,} subscriptions, seconds": seconds,
            "the same, bytes a subscription": bytes_each,
            f"{_EXPRESSIONS:,} compiled expressions, seconds": expressions,
        },
        "floor": {"to read the rows and nothing else, seconds": scan},
        "load_times_floor": round(result["load_seconds"] / scan, 1),
        "memory_times_less": round(bytes_each / result["bytes_a_subscription"], 1),
    }


def _measured(path: Path, size: int, changes: list[Stored]) -> dict[str, Any]:
    return asyncio.run(_measure(path, size, changes))


async def _measure(path: Path, size: int, changes: list[Stored]) -> dict[str, Any]:
    before = _resident()
    index = Index()
    database = Database(f"sqlite+aiosqlite:///{path}")
    keeper = IndexKeeper(database, index)
    running = asyncio.ensure_future(keeper.run())
    seconds, loading = await _stalls(keeper.loaded.wait())
    grown = _resident() - before
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    arrays, words = _bytes(index), _vocabulary_bytes(index)
    adds = [_timed(partial(_add, index, size, row)) for row in changes]
    removes = [_timed(partial(index.remove, number)) for number, *_ in changes]
    rebuilt, rebuilding = await _stalls(keeper.rebuild())
    _, quiet = await _stalls(asyncio.sleep(2))
    running.cancel()
    await database.close()
    return {
        "subscriptions": size,
        "load_seconds": round(seconds, 2),
        "bytes_a_subscription": round((arrays - words) / size, 1),
        "vocabulary_megabytes": round(words / 1e6, 1),
        "process_grew_megabytes": round(grown / 1e6, 1),
        "process_grew_at_most_megabytes": round(highest / 1e6, 1),
        "add_ms": _figures(adds),
        "remove_ms": _figures(removes),
        "rebuild_seconds": round(rebuilt, 2),
        "loop_stands_still_ms": {
            "while loading": _figures(loading),
            "while rebuilding": _figures(rebuilding),
            "while nothing is done": _figures(quiet),
        },
    }


async def _store(path: Path, workload: Workload) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(database)
    await add_subscribers(database, workload.subscribers + 1)
    await database.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = progress("storing", workload.rows(), workload.subscriptions)
        connection.executemany(
            "INSERT INTO subscription"
            " (id, subscriber, query, written, schedule, sound, created_at, digested)"
            " VALUES (?, ? + 1, ?, '', ?, ?, 0, 0)",
            ((number, who, query, *_SCHEDULED[mode]) for number, who, query, mode in rows),
        )


def _scanned(path: Path) -> float:
    """Seconds in which the rows are read, and nothing made of them."""
    started = time.perf_counter()
    with closing(sqlite3.connect(path)) as database:
        for _ in database.execute(
            "SELECT id, subscriber, query, schedule, sound FROM subscription"
        ):
            pass
    return round(time.perf_counter() - started, 2)


def _joins(workload: Workload) -> tuple[float, float]:
    """Of a table of who asked for which term: seconds to make it, bytes a subscription."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE wanted (term TEXT, subscriber INTEGER)")
        rows = progress("SQLite", workload.rows(), workload.subscriptions)
        pairs = [(str(term), who) for _, who, query, _ in rows for term in terms(load(query))]
        started = time.perf_counter()
        database.executemany("INSERT INTO wanted VALUES (?, ?)", pairs)
        database.execute("CREATE INDEX wanted_term ON wanted (term, subscriber)")
        seconds = time.perf_counter() - started
        (pages,), (size,) = (
            database.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
        )
    return round(seconds, 2), round(pages * size / workload.subscriptions, 1)


def _compiled(workload: Workload) -> float:
    """Seconds to compile an expression for each of some terms."""
    words = workload.terms.words[:_EXPRESSIONS]
    started = time.perf_counter()
    for word in words:
        re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    return round(time.perf_counter() - started, 3)


def _bytes(of: object) -> int:
    """What the arrays and bitmaps take."""
    if isinstance(of, Index):
        return _bytes(of.segment)
    if isinstance(of, np.ndarray):
        return of.nbytes
    if is_dataclass(of):
        return sum(_bytes(getattr(of, field.name)) for field in fields(of))
    if isinstance(of, Mapping):
        return sum(len(bits.serialize()) for bits in of.values() if hasattr(bits, "serialize"))
    return 0


def _vocabulary_bytes(index: Index) -> int:
    return _bytes(index.segment.vocabulary)


def _resident() -> int:
    """Bytes, as Linux counts them."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()


def _add(index: Index, size: int, row: Stored) -> None:
    number, subscriber, query, mode = row
    index.add(size + number, subscriber, load(query), mode)


def _timed(call: partial[None]) -> float:
    """Milliseconds a call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


async def _stalls(work: Awaitable[object]) -> tuple[float, list[float]]:
    """Seconds some work took, and for how many milliseconds the event loop stood still each time
    something that was due had to wait.
    """
    task = asyncio.ensure_future(work)
    waited = []
    started = last = time.perf_counter()
    while not task.done():
        await asyncio.sleep(_TICK)
        now = time.perf_counter()
        waited.append(max(0.0, now - last - _TICK) * 1000)
        last = now
    await task
    return time.perf_counter() - started, waited


def _figures(values: Sequence[float]) -> dict[str, float]:
    return {
        name: round(float(np.percentile(values, percent)), 3)
        for name, percent in (("p50", 50), ("p99", 99), ("max", 100))
    }


def table(result: Mapping[str, Any]) -> str:
    """The result for people."""
    lines = []
    for name, value in result.items():
        told = name.replace("_", " ")
        if isinstance(value, Mapping) and "p99" not in value:
            lines += [f"{told}: {what}".ljust(74) + _told(one) for what, one in value.items()]
        else:
            lines.append(told.ljust(74) + _told(value))
    return "\n".join(lines)


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"{name:>6}{figure:>9.3f}" for name, figure in value.items())
    return f"{value:>15,}"
