"""Index benchmark: load time, memory, and event-loop stalls. `python -m benchmarks index`.

The bot's own index keeper loads the index from SQLite while a task measures how long the event loop
is blocked.
"""

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
from benchmarks.progress import progress
from benchmarks.report import build_argument_parser, print_result
from benchmarks.workload import MILLION, Workload
from bot.ingest.index_keeper import IndexKeeper
from matching.index.index import Index, MatchMode, StoredEntry
from matching.places.gazetteer import Gazetteer
from matching.query.ast import load, terms
from storage.engine.database import Database
from storage.migrate import migrate

_CHANGES = 2_000
_TICK_SECONDS = 0.001
_EXPRESSIONS = 1_000
_SCHEDULE_AND_SOUND = {
    MatchMode.AUDIBLE: ("now", True),
    MatchMode.SILENT: ("now", False),
    MatchMode.DIGEST: ("hourly", True),
}
_LABEL_WIDTH = 74


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its result and return the exit code."""
    parser = build_argument_parser("index", __doc__)
    parser.add_argument("--subscriptions", type=int, default=MILLION, help="in the index")
    options = parser.parse_args(arguments)
    result = measure(options.subscriptions)
    print_result({"benchmark": "index"} | result, format_result(result), as_json=options.json)
    return 0


def measure(size: int) -> dict[str, Any]:
    """Measure an index of `size` subscriptions; units are in the names of the figures."""
    workload = Workload(size, Gazetteer.load())
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        path = Path(folder) / "tocsin.db"
        asyncio.run(_store(path, workload))
        # A process of its own, so that its memory holds nothing else.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            changes = [*islice(workload.rows(), _CHANGES)]
            result = pool.submit(_measure_in_process, path, size, changes).result()
        scan_seconds = _measure_scan(path)
    table_size = min(size, MILLION)
    expression_seconds = _measure_compilation(workload)
    table_seconds, table_bytes = _measure_term_table(Workload(table_size, Gazetteer.load()))
    return result | {
        "alternative": {
            f"a table of terms in SQLite, {table_size:,} subscriptions, seconds": table_seconds,
            "the same table, bytes per subscription": table_bytes,
            f"{_EXPRESSIONS:,} compiled expressions, seconds": expression_seconds,
        },
        "floor": {"only reading the rows, seconds": scan_seconds},
        "load_to_floor_ratio": round(result["load_seconds"] / scan_seconds, 1),
        "table_to_index_memory_ratio": round(table_bytes / result["bytes_per_subscription"], 1),
    }


def _measure_in_process(path: Path, size: int, changes: list[StoredEntry]) -> dict[str, Any]:
    return asyncio.run(_measure_index(path, size, changes))


async def _measure_index(path: Path, size: int, changes: list[StoredEntry]) -> dict[str, Any]:
    before = _resident_bytes()
    index = Index()
    database = Database(f"sqlite+aiosqlite:///{path}")
    keeper = IndexKeeper(database, index, Gazetteer.load())
    running = asyncio.ensure_future(keeper.run())
    load_seconds, load_stalls = await _measure_stalls(keeper.loaded.wait())
    growth = _resident_bytes() - before
    peak_growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    index_bytes = _array_bytes(index.segment)
    dictionary_bytes = _array_bytes(index.segment.dictionary)
    add_ms = [_milliseconds(partial(_add, index, size, row)) for row in changes]
    remove_ms = [_milliseconds(partial(index.remove, number)) for number, *_ in changes]
    rebuild_seconds, rebuild_stalls = await _measure_stalls(keeper.rebuild())
    _, idle_stalls = await _measure_stalls(asyncio.sleep(2))
    running.cancel()
    await database.close()
    return {
        "subscriptions": size,
        "load_seconds": round(load_seconds, 2),
        "bytes_per_subscription": round((index_bytes - dictionary_bytes) / size, 1),
        "dictionary_megabytes": round(dictionary_bytes / 1e6, 1),
        "process_growth_megabytes": round(growth / 1e6, 1),
        "process_peak_growth_megabytes": round(peak_growth / 1e6, 1),
        "add_ms": _percentiles(add_ms),
        "remove_ms": _percentiles(remove_ms),
        "rebuild_seconds": round(rebuild_seconds, 2),
        "event_loop_blocked_ms": {
            "while loading": _percentiles(load_stalls),
            "while rebuilding": _percentiles(rebuild_stalls),
            "while idle": _percentiles(idle_stalls),
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
            " (id, subscriber, query, query_text, schedule, has_sound, created_at, last_bulletin)"
            " VALUES (?, ? + 1, ?, '', ?, ?, 0, 0)",
            (
                (number, subscriber, query, *_SCHEDULE_AND_SOUND[mode])
                for number, subscriber, query, mode in rows
            ),
        )


def _measure_scan(path: Path) -> float:
    """Return the seconds to read the rows and do nothing with them."""
    started = time.perf_counter()
    with closing(sqlite3.connect(path)) as database:
        for _ in database.execute(
            "SELECT id, subscriber, query, schedule, has_sound FROM subscription"
        ):
            pass
    return round(time.perf_counter() - started, 2)


def _measure_term_table(workload: Workload) -> tuple[float, float]:
    """Return the seconds to fill a table of terms and subscribers, and bytes per subscription."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE subscribed (term TEXT, subscriber INTEGER)")
        rows = progress("SQLite", workload.rows(), workload.subscriptions)
        pairs = [
            (str(term), subscriber)
            for _, subscriber, query, _ in rows
            for term in terms(load(query))
        ]
        started = time.perf_counter()
        database.executemany("INSERT INTO subscribed VALUES (?, ?)", pairs)
        database.execute("CREATE INDEX subscribed_term ON subscribed (term, subscriber)")
        seconds = time.perf_counter() - started
        (pages,), (page_size,) = (
            database.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
        )
    return round(seconds, 2), round(pages * page_size / workload.subscriptions, 1)


def _measure_compilation(workload: Workload) -> float:
    """Return the seconds to compile a regular expression for each of some terms."""
    words = workload.terms.words[:_EXPRESSIONS]
    started = time.perf_counter()
    for word in words:
        re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    return round(time.perf_counter() - started, 3)


def _array_bytes(value: object) -> int:
    """Return the size of all arrays and bitmaps in a value."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if is_dataclass(value):
        return sum(_array_bytes(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, Mapping):
        bitmaps = (item for item in value.values() if hasattr(item, "serialize"))
        return sum(len(bitmap.serialize()) for bitmap in bitmaps)
    return 0


def _resident_bytes() -> int:
    """Return the resident memory of this process, as Linux counts it."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()


def _add(index: Index, size: int, row: StoredEntry) -> None:
    number, subscriber, query, mode = row
    index.add(size + number, subscriber, load(query), mode)


def _milliseconds(call: partial[None]) -> float:
    """Return the milliseconds that a call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


async def _measure_stalls(work: Awaitable[object]) -> tuple[float, list[float]]:
    """Return the duration of some work (s), and the delay of each tick during it (ms)."""
    task = asyncio.ensure_future(work)
    stalls = []
    started = ticked_at = time.perf_counter()
    while not task.done():
        await asyncio.sleep(_TICK_SECONDS)
        now = time.perf_counter()
        stalls.append(max(0.0, now - ticked_at - _TICK_SECONDS) * 1000)
        ticked_at = now
    await task
    return time.perf_counter() - started, stalls


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {
        name: round(float(np.percentile(values, percent)), 3)
        for name, percent in (("p50", 50), ("p99", 99), ("max", 100))
    }


def format_result(result: Mapping[str, Any]) -> str:
    """Format the result as lines of text."""
    lines = []
    for name, value in result.items():
        label = name.replace("_", " ")
        if isinstance(value, Mapping) and "p99" not in value:
            for detail, figures in value.items():
                lines.append(f"{label}: {detail}".ljust(_LABEL_WIDTH) + _format_value(figures))
        else:
            lines.append(label.ljust(_LABEL_WIDTH) + _format_value(value))
    return "\n".join(lines)


def _format_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"{name:>6}{figure:>9.3f}" for name, figure in value.items())
    return f"{value:>15,}"
