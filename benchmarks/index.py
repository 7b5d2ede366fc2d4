"""The index itself: `python -m benchmarks index [SUBSCRIPTIONS]`.

How long it takes to load from SQLite and how much memory, how soon a change is live, and how long
an event loop stands still while the index is rebuilt beside it.
"""

import asyncio
import gc
import multiprocessing
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import fields, is_dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.progress import progress
from benchmarks.workload import MILLION, Workload
from matching.gazetteer import Gazetteer
from matching.index import Index, Mode, Stored
from matching.query import load

_CHANGES = 5_000
_PAUSE = 0.0002  # seconds
_TICK = 0.001


def measure(subscriptions: str = str(MILLION)) -> dict[str, object]:
    """Seconds, milliseconds and bytes as the names say."""
    size = int(subscriptions)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "subscriptions.db"
        _store(path, Workload(size, Gazetteer.load()))
        # In a process of its own, so that nothing else is in its memory.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            return alone.submit(_measured, path, size).result()


def _measured(path: Path, size: int) -> dict[str, object]:
    before = _resident()
    started = time.perf_counter()
    index = Index()
    rebuild = index.rebuild()
    with closing(sqlite3.connect(path)) as database:
        rebuild.put(progress("loading", _stored(database), size))
    rebuild.finish()
    index.adopt(rebuild)
    seconds = time.perf_counter() - started
    arrays = _bytes(rebuild.segment)
    words = _bytes(rebuild.segment.vocabulary)
    del rebuild
    gc.collect()
    after = _resident()
    adds, removes = _changed(index, size)
    quiet = asyncio.run(_stall(index, rebuilding=False))
    busy = asyncio.run(_stall(index, rebuilding=True))
    return {
        "subscriptions": size,
        "load_seconds": round(seconds, 2),
        "bytes_a_subscription": round((arrays - words) / size, 1),
        "vocabulary_megabytes": round(words / 1e6, 1),
        "resident_megabytes": round((after - before) / 1e6, 1),
        "add_ms": _figures(adds),
        "remove_ms": _figures(removes),
        "rebuild_seconds": round(busy[0], 2),
        "longest_stall_ms": round(busy[1] * 1000, 2),
        "longest_stall_without_ms": round(quiet[1] * 1000, 2),
    }


def _store(path: Path, workload: Workload) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE subscription (id INTEGER PRIMARY KEY, subscriber INTEGER, query TEXT,"
            " mode INTEGER)"
        )
        rows = progress("storing", workload.rows(), workload.subscriptions)
        database.executemany("INSERT INTO subscription VALUES (?, ?, ?, ?)", rows)


def _stored(database: sqlite3.Connection) -> Iterator[Stored]:
    modes = tuple(Mode)
    for number, subscriber, query, mode in database.execute("SELECT * FROM subscription"):
        yield number, subscriber, query, modes[mode]


def _bytes(of: object) -> int:
    """What the arrays and bitmaps take."""
    if isinstance(of, np.ndarray):
        return of.nbytes
    if is_dataclass(of):
        return sum(_bytes(getattr(of, field.name)) for field in fields(of))
    if isinstance(of, Mapping):
        values = of.values()
        return sum(
            v.get_statistics()["n_bytes_array_containers"] if hasattr(v, "get_statistics") else 0
            for v in values
        )
    return 0


def _resident() -> int:
    """Bytes, as Linux counts them."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()


def _changed(index: Index, size: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each of so many subscriptions added, and of others removed."""
    rows = list(islice(Workload(size, Gazetteer.load()).rows(), _CHANGES))
    adds = [
        _timed(partial(index.add, size + number, subscriber, load(query), mode))
        for number, subscriber, query, mode in rows
    ]
    removes = [_timed(partial(index.remove, number)) for number, *_ in rows]
    return adds, removes


def _timed(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


async def _stall(index: Index, *, rebuilding: bool) -> tuple[float, float]:
    """Seconds a rebuild took, and the longest for which the event loop stood still."""
    work = asyncio.ensure_future(_rebuilt(index) if rebuilding else asyncio.sleep(2))
    started = last = time.perf_counter()
    longest = 0.0
    while not work.done():
        await asyncio.sleep(_TICK)
        now = time.perf_counter()
        longest = max(longest, now - last - _TICK)
        last = now
    await work
    return time.perf_counter() - started, longest


async def _rebuilt(index: Index) -> None:
    rebuild = index.rebuild()
    await asyncio.to_thread(rebuild.finish)
    index.adopt(rebuild)


def _no_pause() -> None:
    """Nobody else is to run."""


def _figures(values: Sequence[float]) -> dict[str, float]:
    return {
        name: round(float(np.percentile(values, percent)), 3)
        for name, percent in (("p50", 50), ("p99", 99), ("max", 100))
    }


def table(result: Mapping[str, Any]) -> str:
    """The result for people."""
    lines = [f"{result['subscriptions']:,} subscriptions"]
    lines += [
        f"{name.replace('_', ' '):<28}{value}"
        for name, value in result.items()
        if name != "subscriptions"
    ]
    return "\n".join(lines)
