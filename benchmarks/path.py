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
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from benchmarks.clients import UNLIMITED, bare, library
from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers, sqlite
from benchmarks.figures import percentile, show, table
from benchmarks.peer import Peer, peer
from benchmarks.progress import progress
from benchmarks.sends import TEXT, Sends, measure
from benchmarks.workload import Workload
from bot.account import connected
from bot.delivery.counting import Counts
from bot.delivery.courier import Courier
from bot.delivery.pacing import Pacer
from bot.delivery.rendering import Renderer
from bot.delivery.sender import Sender
from bot.delivery.settings import FREE_RATE, TelegramSettings
from bot.intake import Intake
from bot.repeats import Repeats
from bot.sources.source import Batch
from handlers.messages import Messages
from handlers.words import Words
from matching.gazetteer import Gazetteer
from matching.index import Index, Mode, Stored
from matching.reading import Reader
from matching.topics import Topics
from storage.bulletins import Bulletin, Kind
from storage.database import Database

_GROUP = 5  # recipients of a bulletin whose first send is timed
_CALM_SECONDS = 1.5  # until everybody may be written to again


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


class Bench:
    """An installation whose last subscribers wait for a word that stands in no other bulletin.

    There are so many of these words as there are groups: who was just written to may not be
    written to again for a second.
    """

    def __init__(
        self, database: Database, peer: Peer, sender: Sender, reader: Reader, index: Index
    ) -> None:
        self.peer = peer
        self._database = database
        self._sender = sender
        self._bell = asyncio.Event()
        self._messages = Messages(Words(), reader)
        self._keys = itertools.count()
        self._intake = Intake(
            database, reader, index, Repeats(), timedelta(minutes=15), self._bell.set, _now
        )

    @asynccontextmanager
    async def sending(self, rate: int) -> AsyncIterator[None]:
        """A courier at work, once everybody may be written to."""
        await asyncio.sleep(_CALM_SECONDS)
        courier = Courier(
            self._database,
            self._sender,
            Pacer(rate, asyncio.get_running_loop().time),
            Renderer(self._messages, _now),
            bell=self._bell,
            joined=_nobody_joins,
            counts=Counts(CollectorRegistry(), _now),
            clock=_now,
        )
        run = asyncio.create_task(courier.run())
        try:
            yield
        finally:
            courier.stop()
            await run

    async def take(self, word: str) -> None:
        """A bulletin comes in."""
        key = str(next(self._keys))
        bulletin = Bulletin(
            source="bench", key=key, kind=Kind.ALERT, title=word, text=TEXT, received_at=_now()
        )
        await self._intake.take(Batch("bench", (bulletin,), None, baseline=False))


async def _nobody_joins(_: Sequence[int]) -> None:
    pass


def _now() -> datetime:
    return datetime.now(UTC)


async def first_sends(bench: Bench, asked: Asked, name: str) -> Waits:
    """Of bulletins that come one by one."""
    await bench.peer.busiest()
    waits = []
    for trial in progress(name, range(asked.trials), asked.trials):
        await bench.peer.seen()
        came_at = time.monotonic()
        await bench.take(_word(trial % _groups(asked)))
        seen = await bench.peer.until(_GROUP)
        waits.append((seen.first_at - came_at) * 1000)
        await asyncio.sleep(0.05)
    busiest = await bench.peer.busiest()
    return Waits(statistics.median(waits), percentile(waits, 0.99), max(waits), busiest)


def _word(group: int) -> str:
    return f"zzalarm{group}"


def _groups(asked: Asked) -> int:
    return min(asked.trials, asked.recipients // _GROUP)


def _index(asked: Asked, gazetteer: Gazetteer) -> Index:
    """Many ask for what never comes; the second half of our subscribers for what is sent."""
    index = Index()
    rows = itertools.chain(Workload(asked.subscriptions, gazetteer).rows(), _watching(asked))
    index.load(progress("subscribing", rows, asked.subscriptions))
    return index


def _watching(asked: Asked) -> Iterator[Stored]:
    numbers = itertools.count(asked.subscriptions + 1)
    for at in range(asked.recipients):
        subscriber = asked.recipients + 1 + at
        for word in ("everybody", _word(at // _GROUP)):
            yield next(numbers), subscriber, f'["word","{word}"]', Mode.RING


async def _run(asked: Asked) -> tuple[dict[str, Waits], dict[str, Sends]]:
    gazetteer = Gazetteer.load()
    index = _index(asked, gazetteer)
    reader = Reader(gazetteer, Topics.built_in())
    if os.environ.get("FREEZE"):
        gc.collect()
        gc.freeze()
    people = 2 * asked.recipients
    watched = FIRST_CHAT + asked.recipients
    async with peer(people, asked.recipients) as telegram, sqlite() as database:
        await add_subscribers(database, people)
        settings = TelegramSettings(api_url=telegram.url)
        async with connected(settings, telegram.token) as bot:
            bench = Bench(database, telegram, Sender(bot), reader, index)
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
            f"ours sends {ratios['to_library']:.1f} times as many as the library,"
            f" {ratios['to_bare']:.2f} times as many as aiohttp alone",
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
    firsts, lasts = asyncio.run(_run(asked))
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
