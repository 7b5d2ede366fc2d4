"""Flood benchmark: how long an alert takes while strangers flood. `python -m benchmarks flood`.

The real process runs on SQLite with stored reports of 1,000 letters; a stand-in plays Telegram, the
people who wait for alerts and the strangers, in a process of its own. Alerts come by webhook. For
each flood of benchmarks/floods.py some alerts are timed in calm and some during the flood, from the
request to the message at the stand-in.
"""

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from alerts.classification import read_bulletin
from alerts.stored_readings import pack_reading
from benchmarks.floods import FLOODS, HOOK_NAME, HOOK_SECRET
from benchmarks.progress import progress
from benchmarks.report import build_argument_parser, format_table, print_result
from benchmarks.standin_process import StandinProcess, run_standin
from matching.near_duplicates import fingerprint
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Database
from storage.inbound import bulletins, readings
from storage.inbound.bulletins import Bulletin
from storage.migrate import migrate

_SECRET = "benchmark-flood-secret"  # noqa: S105 - of a process that lives for a minute
_LENGTH = 1_000  # letters of a report
_TEXTS = 50  # different reports
_INTERVAL_SECONDS = 0.3  # between two alerts
_FLOOD_SECONDS = 1.0  # of flood before the first alert
_START_SECONDS = 120.0
_BATCH_SIZE = 300


@dataclass(frozen=True)
class Options:
    """Command-line options."""

    reports: int
    trials: int
    flood: str  # part of the name of the floods to run
    json: bool


@dataclass(frozen=True)
class FloodLatency:
    """Milliseconds from an alert's request to its message."""

    calm_p50_ms: float
    calm_p99_ms: float
    calm_max_ms: float
    flood_p50_ms: float
    flood_p99_ms: float
    flood_max_ms: float

    @classmethod
    def summarize(cls, calm: Sequence[float], flood: Sequence[float]) -> "FloodLatency":
        """Return the percentiles of alerts in calm and during a flood."""
        return cls(*_percentiles(calm), *_percentiles(flood))


class _Bot:
    """Running bot with a webhook source."""

    def __init__(self, standin: StandinProcess, port: int, trials: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._standin = standin
        self._trials = trials
        self._sent = 0

    async def measure_alerts(self, session: aiohttp.ClientSession, name: str) -> list[float]:
        """Publish alerts one after another; return the milliseconds that each took."""
        waits = []
        for trial in progress(name, range(self._trials), self._trials):
            await self._standin.take_arrivals()
            self._sent += 1
            alert = {"id": str(self._sent), "kind": "alert", "title": f"zzalarm{trial}", "text": ""}
            started = time.monotonic()
            headers = {"Authorization": f"Bearer {_SECRET}"}
            async with session.post(f"{self.url}/hook/press", json=alert, headers=headers) as reply:
                reply.raise_for_status()
            arrivals = await self._standin.wait_for_arrivals(1)
            waits.append((arrivals.first_at - started) * 1000)
            await asyncio.sleep(_INTERVAL_SECONDS)
        return waits


async def _run(options: Options) -> dict[str, FloodLatency]:
    with tempfile.TemporaryDirectory(prefix="tocsin-flood-") as folder:
        await _store_reports(Path(folder), options.reports)
        async with (
            run_standin(options.trials, options.trials) as standin,
            _running_bot(Path(folder), standin, options.trials) as bot,
            aiohttp.ClientSession() as session,
        ):
            await _subscribe(standin, options.trials)
            latencies = {}
            for flood in [flood for flood in FLOODS if options.flood in flood.name]:
                calm = await bot.measure_alerts(session, "calm")
                await standin.start_flood(flood.name, bot.url)
                await asyncio.sleep(_FLOOD_SECONDS)
                waits = await bot.measure_alerts(session, flood.name)
                await standin.stop_flood()
                latencies[flood.name] = FloodLatency.summarize(calm, waits)
    return latencies


async def _subscribe(standin: StandinProcess, people: int) -> None:
    """Have each of the watched people subscribe to a word of their own."""
    await standin.say("/subscribe zzalarm{}")
    await standin.wait_for_arrivals(people)


async def _store_reports(folder: Path, count: int) -> None:
    """Create the database with reports and their readings."""
    reader = Reader(Gazetteer.load(), Topics.load_built_in())
    chance = random.Random(1)
    words = [f"zzword{number}" for number in range(2_000)]
    texts = [" ".join(chance.choices(words, k=_LENGTH // 10))[:_LENGTH] for _ in range(_TEXTS)]
    now = datetime.now(UTC)
    sources = [Bulletin(source="old", key="", text=text, received_at=now) for text in texts]
    text_readings = [read_bulletin(reader, bulletin) for bulletin in sources]
    database = Database(f"sqlite+aiosqlite:///{folder / 'tocsin.db'}")
    await migrate(database)
    for start in range(0, count, _BATCH_SIZE):
        numbers = range(start, min(count, start + _BATCH_SIZE))
        new = [
            Bulletin(source="old", key=str(n), text=texts[n % _TEXTS], received_at=now)
            for n in numbers
        ]
        async with database.write() as transaction:
            stored = await bulletins.add_all(transaction, new)
            packed = [
                pack_reading(
                    reader,
                    bulletin,
                    text_readings[number % _TEXTS],
                    fingerprint(text_readings[number % _TEXTS], None),
                )
                for number, bulletin in zip(numbers, stored, strict=True)
            ]
            await readings.put(transaction, packed)
    await database.close()


@asynccontextmanager
async def _running_bot(folder: Path, standin: StandinProcess, trials: int) -> AsyncIterator[_Bot]:
    """Run the bot as a process until the block ends."""
    port = random.randrange(20_000, 32_000)
    config = folder / "config.toml"
    config.write_text(
        f"""
[telegram]
token = "{standin.token}"
api_url = "{standin.url}"
[storage]
url = "sqlite+aiosqlite:///{folder / "tocsin.db"}"
[http]
listen = "127.0.0.1:{port}"
[[source]]
kind = "webhook"
name = "press"
secret = "{_SECRET}"
[[source]]
kind = "webhook"
name = "{HOOK_NAME}"
secret = "{HOOK_SECRET}"
"""
    )
    log = (folder / "log.txt").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run", "-c", str(config)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    bot = _Bot(standin, port, trials)
    try:
        await _wait_until_ready(bot.url)
        yield bot
    finally:
        log.close()
        process.kill()
        await process.wait()


async def _wait_until_ready(url: str) -> None:
    async with asyncio.timeout(_START_SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/readyz") as response:
                    if response.ok:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.2)


def _percentiles(waits: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the highest value."""
    centiles = statistics.quantiles(waits, n=100, method="inclusive")
    return centiles[49], centiles[98], max(waits)


def _format_result(options: Options, latencies: dict[str, FloodLatency]) -> str:
    return format_table(
        (
            f"alert latency, {options.reports:,} stored reports",
            *("calm p50 ms", "p99 ms", "worst ms"),
            *("flood p50 ms", "p99 ms", "worst ms", "ratio of p50"),
        ),
        (
            (
                name,
                f"{latency.calm_p50_ms:.0f}",
                f"{latency.calm_p99_ms:.0f}",
                f"{latency.calm_max_ms:.0f}",
                f"{latency.flood_p50_ms:.0f}",
                f"{latency.flood_p99_ms:.0f}",
                f"{latency.flood_max_ms:.0f}",
                f"{latency.flood_p50_ms / latency.calm_p50_ms:.1f}",
            )
            for name, latency in latencies.items()
        ),
    )


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its result and return the exit code."""
    parser = build_argument_parser("flood", __doc__)
    parser.add_argument("--reports", type=int, default=2_100, help="stored reports")
    parser.add_argument("--trials", type=int, default=20, help="alerts in calm and in each flood")
    parser.add_argument("--flood", default="", help="part of the name of the floods to run")
    options = Options(**vars(parser.parse_args(arguments)))
    latencies = asyncio.run(_run(options))
    result = {
        "benchmark": "flood",
        "reports": options.reports,
        "trials": options.trials,
        "floods": {name: asdict(latency) for name, latency in latencies.items()},
    }
    print_result(result, _format_result(options, latencies), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
