"""Path benchmark: from a bulletin to its first and last message. `python -m benchmarks path`.

Everything is real but Telegram, which a stand-in plays in a process of its own: ingest with an
index, SQLite that flushes every commit, the delivery worker, HTTP. First messages are timed while
the bot is idle and while it sends a long queue of digests. Last messages are compared with the rate
limit and, without a limit, with python-telegram-bot's own client and rate limiter, which store
nothing. The floor is aiohttp that posts the same bytes.
"""

import asyncio
import gc
import itertools
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import uvloop

from benchmarks.clients import UNLIMITED_RATE, send_with_aiohttp, send_with_library
from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers, sqlite
from benchmarks.pipeline_runner import PipelineRunner
from benchmarks.progress import progress
from benchmarks.report import build_argument_parser, format_table, percentile, print_result
from benchmarks.send_measurement import SendMeasurement, measure_sends
from benchmarks.standin_process import run_standin
from benchmarks.workload import Workload
from bot.delivery.sender import Sender
from bot.delivery.settings import FREE_RATE, TelegramSettings
from bot.telegram.profile import open_bot
from matching.index.index import Index, MatchMode, StoredEntry
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics

_GROUP_SIZE = 5  # recipients of a bulletin whose first message is timed
_INTERVAL_SECONDS = 0.25  # between such bulletins: at 30 messages per second the bot is idle


@dataclass(frozen=True)
class Options:
    """Command-line options."""

    subscriptions: int
    recipients: int
    queued: int  # digests
    trials: int
    rate: int  # messages per second
    json: bool


@dataclass(frozen=True)
class FirstMessages:
    """Milliseconds from bulletins to their first messages."""

    p50_ms: float
    p99_ms: float
    max_ms: float
    busiest_second: int  # most messages to all chats in any one second


async def measure_first_messages(
    runner: PipelineRunner, options: Options, name: str
) -> FirstMessages:
    """Measure bulletins that arrive one after another."""
    await runner.standin.take_busiest_second()
    waits = []
    for trial in progress(name, range(options.trials), options.trials):
        await runner.standin.take_arrivals()
        started = time.monotonic()
        await runner.ingest(_group_word(trial % _group_count(options)))
        arrivals = await runner.standin.wait_for_arrivals(_GROUP_SIZE)
        waits.append((arrivals.first_at - started) * 1000)
        await asyncio.sleep(_INTERVAL_SECONDS)
    busiest = await runner.standin.take_busiest_second()
    return FirstMessages(statistics.median(waits), percentile(waits, 0.99), max(waits), busiest)


def _group_word(group: int) -> str:
    return f"zzalarm{group}"


def _group_count(options: Options) -> int:
    return min(options.trials, options.recipients // _GROUP_SIZE)


def _build_index(options: Options, gazetteer: Gazetteer) -> Index:
    """Return an index of many subscriptions that never match, and of the watched subscriptions."""
    index = Index()
    rows = itertools.chain(
        Workload(options.subscriptions, gazetteer).rows(), _watched_subscriptions(options)
    )
    index.load(progress("subscribing", rows, options.subscriptions))
    return index


def _watched_subscriptions(options: Options) -> Iterator[StoredEntry]:
    """Yield the subscriptions of the watched half of the subscribers.

    Their words are in no other bulletin. One word matches all of them, the other words one group
    each: a chat that just got a message must wait a second for the next.
    """
    numbers = itertools.count(options.subscriptions + 1)
    for position in range(options.recipients):
        subscriber = options.recipients + 1 + position
        for word in ("everybody", _group_word(position // _GROUP_SIZE)):
            yield next(numbers), subscriber, f'["word","{word}"]', MatchMode.AUDIBLE


async def _run(options: Options) -> tuple[dict[str, FirstMessages], dict[str, SendMeasurement]]:
    gazetteer = Gazetteer.load()
    index = _build_index(options, gazetteer)
    reader = Reader(gazetteer, Topics.load_built_in())
    chats = 2 * options.recipients
    async with run_standin(chats, options.recipients) as standin, sqlite() as database:
        await add_subscribers(database, chats)
        settings = TelegramSettings(api_url=standin.url)
        async with open_bot(settings, standin.token) as bot:
            runner = PipelineRunner(database, standin, Sender(bot), reader, index)
            gc.freeze()  # loaded data, as the bot does
            firsts = {}
            async with runner.sending(FREE_RATE):
                firsts["idle"] = await measure_first_messages(runner, options, "idle")
            sends = await _measure_sends(runner, options)
            await add_digests(database, options.queued, first=1, last=options.recipients)
            for name, rate in (("queued", FREE_RATE), ("queued_fast", options.rate)):
                async with runner.sending(rate):
                    firsts[name] = await measure_first_messages(runner, options, name)
    return firsts, sends


async def _measure_sends(runner: PipelineRunner, options: Options) -> dict[str, SendMeasurement]:
    """Measure a bulletin to all watched chats: by Tocsin and by the baseline clients."""
    sends = {}
    for name, rate in (("limited", options.rate), ("unlimited", UNLIMITED_RATE)):
        async with runner.sending(rate):
            sends[name] = await measure_sends(
                name, runner.standin, options.recipients, lambda: runner.ingest("everybody")
            )
    first_watched = FIRST_CHAT + options.recipients
    sends["library"] = await send_with_library(runner.standin, first_watched, options.recipients)
    sends["aiohttp"] = await send_with_aiohttp(runner.standin, first_watched, options.recipients)
    return sends


def _ratios(options: Options, sends: dict[str, SendMeasurement]) -> dict[str, float]:
    rate = sends["unlimited"].messages_per_second
    return {
        "to_library": rate / sends["library"].messages_per_second,
        "to_aiohttp": rate / sends["aiohttp"].messages_per_second,
        "late": sends["limited"].last_s * options.rate / options.recipients - 1,
    }


def _format_result(
    options: Options, firsts: dict[str, FirstMessages], sends: dict[str, SendMeasurement]
) -> str:
    ratios = _ratios(options, sends)
    return "\n".join(
        (
            _format_first_messages(options, firsts),
            "",
            _format_sends(options, sends),
            f"the last message is {ratios['late']:+.1%} later than the limit allows",
            f"Tocsin sends {ratios['to_library']:.1f} times as fast as python-telegram-bot",
            f"and {ratios['to_aiohttp']:.2f} times as fast as aiohttp alone",
        )
    )


def _format_first_messages(options: Options, firsts: dict[str, FirstMessages]) -> str:
    queued = f"{options.queued:,} digests queued"
    names = {
        f"idle, at most {FREE_RATE}/s": "idle",
        f"{queued}, {FREE_RATE}/s": "queued",
        f"{queued}, {options.rate:,}/s": "queued_fast",
    }
    return format_table(
        (
            f"first message, {options.subscriptions:,} subscriptions",
            *("p50 ms", "p99 ms", "max ms", "busiest second"),
        ),
        (
            (
                name,
                f"{firsts[key].p50_ms:.1f}",
                f"{firsts[key].p99_ms:.1f}",
                f"{firsts[key].max_ms:.1f}",
                f"{firsts[key].busiest_second:,}",
            )
            for name, key in names.items()
        ),
    )


def _format_sends(options: Options, sends: dict[str, SendMeasurement]) -> str:
    names = {
        f"Tocsin, at most {options.rate:,}/s": "limited",
        "Tocsin, no limit": "unlimited",
        "python-telegram-bot, no limit": "library",
        "aiohttp alone, no limit": "aiohttp",
    }
    return format_table(
        (
            f"{options.recipients:,} recipients",
            *("first ms", "last s", "messages/s", "busiest second", "cores"),
        ),
        (
            (
                name,
                f"{sends[key].first_ms:.1f}",
                f"{sends[key].last_s:.2f}",
                f"{sends[key].messages_per_second:,.0f}",
                f"{sends[key].busiest_second:,}",
                f"{sends[key].cores:.2f}",
            )
            for name, key in names.items()
        ),
    )


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its result and return the exit code."""
    parser = build_argument_parser("path", __doc__)
    parser.add_argument("--subscriptions", type=int, default=1_000_000, help="in the index")
    parser.add_argument("--recipients", type=int, default=10_000, help="of the bulletin to all")
    parser.add_argument("--queued", type=int, default=1_000_000, help="queued digests")
    parser.add_argument(
        "--trials", type=int, default=100, help="bulletins whose first message is timed"
    )
    parser.add_argument("--rate", type=int, default=1000, help="messages per second")
    options = Options(**vars(parser.parse_args(arguments)))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        firsts, sends = runner.run(_run(options))
    result = {
        "benchmark": "path",
        "subscriptions": options.subscriptions,
        "recipients": options.recipients,
        "queued": options.queued,
        "first_messages": {name: asdict(figures) for name, figures in firsts.items()},
        "sends": {name: asdict(figures) for name, figures in sends.items()},
        "ratios": _ratios(options, sends),
    }
    print_result(result, _format_result(options, firsts, sends), as_json=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
