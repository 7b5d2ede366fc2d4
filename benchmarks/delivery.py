"""Delivery benchmark: from the outbox to the wire. `python -m benchmarks delivery`.

Sends a broadcast to many chats, at the rate of paid broadcasts and without a limit. Everything is
stored in SQLite, which flushes every commit, and sent over HTTP to the stand-in for Telegram in a
process of its own. The same run measures python-telegram-bot's own client, which stores nothing,
and the floor: aiohttp that posts the same bytes. Then it sends from a long queue of digests and
measures by how much memory grows.
"""

import asyncio
import gc
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import uvloop
from pyroaring import BitMap

from benchmarks.clients import UNLIMITED_RATE, send_with_aiohttp, send_with_library
from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers, sqlite
from benchmarks.delivery_runner import DeliveryRunner, now
from benchmarks.report import build_argument_parser, format_table, print_result
from benchmarks.send_measurement import TEXT, SendMeasurement, measure_sends
from benchmarks.standin_process import StandinProcess, run_standin
from bot.delivery.sender import Sender
from bot.delivery.settings import TelegramSettings
from bot.telegram.profile import open_bot
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts
from storage.outbox.broadcasts import NewBroadcast
from storage.values.lanes import Lane


@dataclass(frozen=True)
class Options:
    """Command-line options."""

    messages: int  # of Tocsin, in each run
    baseline_messages: int  # of each baseline client
    queued: int  # digests
    rate: int  # messages per second
    json: bool


class DeliveryBenchmark:
    """Sends a broadcast or a queue of digests through one delivery runner."""

    def __init__(self, database: Database, standin: StandinProcess, runner: DeliveryRunner) -> None:
        self._database = database
        self._standin = standin
        self._runner = runner

    async def broadcast(self, name: str, rate: int, count: int) -> SendMeasurement:
        """Measure one bulletin to `count` subscribers."""
        await self._enqueue_broadcast(count)
        async with self._runner.sending(rate):
            return await measure_sends(name, self._standin, count, self._wake_worker)

    async def drain(self, rate: int, count: int) -> float:
        """Send `count` messages of a queue; return by how many MB the peak memory grew."""
        before = _peak_memory_mb()
        async with self._runner.sending(rate):
            await measure_sends("a queue", self._standin, count, self._wake_worker)
        return _peak_memory_mb() - before

    async def _wake_worker(self) -> None:
        self._runner.wakeup.set()

    async def _enqueue_broadcast(self, count: int) -> None:
        received_at = now()
        bulletin = Bulletin(
            source="bench",
            key=str(received_at),
            title="everybody",
            text=TEXT,
            received_at=received_at,
        )
        async with self._database.write() as transaction:
            stored = await bulletins.add(transaction, bulletin)
            recipients = BitMap(range(1, count + 1))
            broadcast = NewBroadcast(
                bulletin=stored.id, lane=Lane.NEWS, recipients=recipients, silent=BitMap()
            )
            await broadcasts.enqueue(transaction, [broadcast], received_at)


def _peak_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _run(options: Options) -> tuple[dict[str, SendMeasurement], float]:
    chats = max(options.messages, options.baseline_messages)
    gazetteer = Gazetteer.load()
    async with run_standin(chats, chats) as standin, sqlite() as database:
        await add_subscribers(database, chats)
        settings = TelegramSettings(api_url=standin.url)
        async with open_bot(settings, standin.token) as bot:
            reader = Reader(gazetteer, Topics.load_built_in())
            runner = DeliveryRunner(database, Sender(bot), reader, gazetteer)
            benchmark = DeliveryBenchmark(database, standin, runner)
            gc.freeze()  # loaded data, as the bot does
            sends = {
                "limited": await benchmark.broadcast("limited", options.rate, options.messages),
                "unlimited": await benchmark.broadcast(
                    "unlimited", UNLIMITED_RATE, options.messages
                ),
                "library": await send_with_library(standin, FIRST_CHAT, options.baseline_messages),
                "aiohttp": await send_with_aiohttp(standin, FIRST_CHAT, options.baseline_messages),
            }
            await add_digests(database, options.queued, first=1, last=chats)
            growth_mb = await benchmark.drain(options.rate, min(options.queued, options.messages))
    return sends, growth_mb


def _format_result(options: Options, sends: dict[str, SendMeasurement], growth_mb: float) -> str:
    names = {
        f"Tocsin, at most {options.rate:,}/s": "limited",
        "Tocsin, no limit": "unlimited",
        "python-telegram-bot": "library",
        "aiohttp alone": "aiohttp",
    }
    rows = [
        (
            name,
            f"{sends[key].messages_per_second:,.0f}",
            f"{sends[key].busiest_second:,}",
            f"{sends[key].cores:.2f}",
            f"{sends[key].cores / sends[key].messages_per_second * 1000:.2f}",
        )
        for name, key in names.items()
    ]
    header = ("one broadcast", "messages/s", "busiest second", "cores", "core ms/message")
    return "\n".join(
        (
            format_table(header, rows),
            f"Tocsin sends {_ratio_to_library(sends):.1f} times as fast as python-telegram-bot",
            f"peak memory grew by {growth_mb:.0f} MB with {options.queued:,} digests queued",
        )
    )


def _ratio_to_library(sends: dict[str, SendMeasurement]) -> float:
    return sends["unlimited"].messages_per_second / sends["library"].messages_per_second


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its result and return the exit code."""
    parser = build_argument_parser("delivery", __doc__)
    parser.add_argument("--messages", type=int, default=20_000, help="messages of Tocsin, per run")
    parser.add_argument(
        "--baseline-messages", type=int, default=2_000, help="messages of each baseline client"
    )
    parser.add_argument("--queued", type=int, default=1_000_000, help="queued digests")
    parser.add_argument("--rate", type=int, default=1000, help="messages per second")
    options = Options(**vars(parser.parse_args(arguments)))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sends, growth_mb = runner.run(_run(options))
    result = {
        "benchmark": "delivery",
        **{name: asdict(measurement) for name, measurement in sends.items()},
        "queued": options.queued,
        "memory_growth_mb": growth_mb,
        "ratios": {"library": _ratio_to_library(sends)},
    }
    print_result(result, _format_result(options, sends, growth_mb), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
