"""From a bulletin to the first and the last message on the wire: `python -m benchmarks path`.

Everything is real but Telegram, for which the stand-in plays in a process of its own: intake with
an index, SQLite that flushes every commit, the courier, HTTP. First sends are timed idle and while
a queue of digests is being sent; last sends against the rate allowed; and without any limit,
against python-telegram-bot's own client and rate limiter, which keep nothing. The floor is aiohttp
that posts the same bytes.
"""

import argparse
import asyncio
import gc
import itertools
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import uvloop

from benchmarks.clients import UNLIMITED, bare, library
from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers, sqlite
from benchmarks.figures import percentile, show, table
from benchmarks.installation import Installation
from benchmarks.peer import peer
from benchmarks.progress import progress
from benchmarks.sends import Sends, measure
from benchmarks.workload import Workload
from bot.delivery.sender import Sender
from bot.delivery.settings import FREE_RATE, TelegramSettings
from bot.telegram.profile import connected
from matching.index.index import Index, Mode, Stored
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics

_GROUP = 5  # recipients of a bulletin whose first send is timed
_APART_SECONDS = 0.25  # from one such bulletin to the next: at 30 messages a second that is idle


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    subscriptions: int
    recipients: int
    queued: int  # digests
    trials: int
    rate: int  # messages a second
    json: bool


@dataclass(frozen=True)
class Waits:
    """Milliseconds from bulletins to their first messages."""

    p50_ms: float
    p99_ms: float
    worst_ms: float
    busiest_second: int  # messages to anybody in any one second


async def first_sends(bench: Installation, asked: Asked, name: str) -> Waits:
    """Of bulletins that come one by one."""
    await bench.peer.busiest()
    waits = []
    for trial in progress(name, range(asked.trials), asked.trials):
        await bench.peer.seen()
        came_at = time.monotonic()
        await bench.take(_word(trial % _groups(asked)))
        seen = await bench.peer.until(_GROUP)
        waits.append((seen.first_at - came_at) * 1000)
        await asyncio.sleep(_APART_SECONDS)
    busiest = await bench.peer.busiest()
    return Waits(statistics.median(waits), percentile(waits, 0.99), max(waits), busiest)


def _word(group: int) -> str:
    return f"zzalarm{group}"


def _groups(asked: Asked) -> int:
    return min(asked.trials, asked.recipients // _GROUP)


def _index(asked: Asked, gazetteer: Gazetteer) -> Index:
    """Many ask for what never comes, ours for what is sent."""
    index = Index()
    rows = itertools.chain(Workload(asked.subscriptions, gazetteer).rows(), _watching(asked))
    index.load(progress("subscribing", rows, asked.subscriptions))
    return index


def _watching(asked: Asked) -> Iterator[Stored]:
    """The second half of our subscribers waits for words that stand in no other bulletin.

    One word is for all. The others are for a group each: who was just written to may not be
    written to again for a second.
    """
    numbers = itertools.count(asked.subscriptions + 1)
    for at in range(asked.recipients):
        subscriber = asked.recipients + 1 + at
        for word in ("everybody", _word(at // _GROUP)):
            yield next(numbers), subscriber, f'["word","{word}"]', Mode.RING


async def _run(asked: Asked) -> tuple[dict[str, Waits], dict[str, Sends]]:
    gazetteer = Gazetteer.load()
    index = _index(asked, gazetteer)
    reader = Reader(gazetteer, Topics.built_in())
    people = 2 * asked.recipients
    watched = FIRST_CHAT + asked.recipients
    async with peer(people, asked.recipients) as telegram, sqlite() as database:
        await add_subscribers(database, people)
        settings = TelegramSettings(api_url=telegram.url)
        async with connected(settings, telegram.token) as bot:
            bench = Installation(database, telegram, Sender(bot), reader, index)
            gc.freeze()  # what is loaded, as the bot does
            firsts, lasts = {}, {}
            async with bench.sending(FREE_RATE):
                firsts["idle"] = await first_sends(bench, asked, "idle")
            for name, rate in (("limited", asked.rate), ("unlimited", UNLIMITED)):
                async with bench.sending(rate):
                    lasts[name] = await measure(
                        name, telegram, asked.recipients, lambda: bench.take("everybody")
                    )
            lasts["library"] = await library(telegram, watched, asked.recipients)
            lasts["bare"] = await bare(telegram, watched, asked.recipients)
            await add_digests(database, asked.queued, first=1, last=asked.recipients)
            for name, rate in (("queued", FREE_RATE), ("queued_fast", asked.rate)):
                async with bench.sending(rate):
                    firsts[name] = await first_sends(bench, asked, name)
    return firsts, lasts


def _ratios(asked: Asked, lasts: dict[str, Sends]) -> dict[str, float]:
    ours = lasts["unlimited"].messages_a_second
    return {
        "to_library": ours / lasts["library"].messages_a_second,
        "to_bare": ours / lasts["bare"].messages_a_second,
        "late": lasts["limited"].last_s * asked.rate / asked.recipients - 1,
    }


def _text(asked: Asked, firsts: dict[str, Waits], lasts: dict[str, Sends]) -> str:
    digests = f"{asked.queued:,} digests queued"
    waits = {
        f"idle, at most {FREE_RATE}/s": firsts["idle"],
        f"{digests}, {FREE_RATE}/s": firsts["queued"],
        f"{digests}, {asked.rate:,}/s": firsts["queued_fast"],
    }
    sends = {
        f"ours, at most {asked.rate:,}/s": lasts["limited"],
        "ours, no limit": lasts["unlimited"],
        "python-telegram-bot, no limit": lasts["library"],
        "aiohttp alone, no limit": lasts["bare"],
    }
    ratios = _ratios(asked, lasts)
    return "\n".join(
        (
            table(
                (
                    f"first send, {asked.subscriptions:,} subscriptions",
                    *("p50 ms", "p99 ms", "worst", "busiest second"),
                ),
                (
                    (
                        name,
                        *(f"{ms:.1f}" for ms in (one.p50_ms, one.p99_ms, one.worst_ms)),
                        f"{one.busiest_second:,}",
                    )
                    for name, one in waits.items()
                ),
            ),
            "",
            table(
                (
                    f"{asked.recipients:,} recipients",
                    *("first ms", "last s", "messages/s", "busiest second", "cores"),
                ),
                (
                    (
                        name,
                        f"{one.first_ms:.1f}",
                        f"{one.last_s:.2f}",
                        f"{one.messages_a_second:,.0f}",
                        f"{one.busiest_second:,}",
                        f"{one.cores:.2f}",
                    )
                    for name, one in sends.items()
                ),
            ),
            f"the last comes {ratios['late']:+.1%} after what the limit allows",
            f"ours sends {ratios['to_library']:.1f} times as many as the library",
            f"and {ratios['to_bare']:.2f} times as many as aiohttp alone",
        )
    )


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks path", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--recipients", type=int, default=10_000)
    parser.add_argument("--queued", type=int, default=1_000_000, help="digests")
    parser.add_argument(
        "--trials", type=int, default=100, help="bulletins whose first send is timed"
    )
    parser.add_argument("--rate", type=int, default=1000, help="messages a second")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = Asked(**vars(parser.parse_args(arguments)))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        firsts, lasts = runner.run(_run(asked))
    whole = {
        "benchmark": "path",
        "subscriptions": asked.subscriptions,
        "recipients": asked.recipients,
        "queued": asked.queued,
        "first_sends": {name: asdict(one) for name, one in firsts.items()},
        "sends": {name: asdict(one) for name, one in lasts.items()},
        "ratios": _ratios(asked, lasts),
    }
    show(whole, _text(asked, firsts, lasts), as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
