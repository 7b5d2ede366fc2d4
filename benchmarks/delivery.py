"""From the outbox to the wire: `python -m benchmarks delivery`.

A broadcast to many, everything persisted in SQLite that flushes every commit, over HTTP to the
stand-in for Telegram in a process of its own: at the rate that is paid for, and without any limit.
Beside it, in the same run, python-telegram-bot's own client, which keeps nothing, and the floor:
aiohttp that posts the same bytes. Then a queue of digests, to see that memory does not grow.
"""

import argparse
import asyncio
import gc
import resource
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvloop
from prometheus_client import CollectorRegistry
from pyroaring import BitMap
from telegram import Bot
from telegram.request import HTTPXRequest

from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers, sqlite
from benchmarks.figures import show, table
from benchmarks.path import AT_ONCE, UNLIMITED, bare, others
from benchmarks.peer import Peer, peer
from bot.account import connected
from bot.delivery.counting import Counts
from bot.delivery.courier import Courier
from bot.delivery.pacing import Pacer
from bot.delivery.rendering import Renderer
from bot.delivery.sender import Sender
from bot.delivery.settings import TelegramSettings
from handlers.messages import Messages
from handlers.words import Words
from matching.gazetteer import Gazetteer
from matching.reading import Reader
from matching.topics import Topics
from storage import broadcasts, bulletins
from storage.broadcasts import NewBroadcast
from storage.bulletins import Bulletin
from storage.database import Database
from storage.lanes import Lane

_TEXT = "Trains stand still while the wind blows over the plain. " * 3
_HTML = f"<b>All</b>\n{_TEXT}"
_CALM_SECONDS = 1.5  # until everybody may be written to again


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    messages: int  # of ours, in each of the two runs
    others: int  # of each other client
    queued: int  # digests
    rate: int  # messages a second
    json: bool


class Bench:
    """An installation with nothing but an outbox and who carries it."""

    def __init__(self, database: Database, telegram: Peer, sender: Sender) -> None:
        self._database = database
        self._telegram = telegram
        self._sender = sender
        self._bell = asyncio.Event()
        reader = Reader(Gazetteer.load(), Topics.built_in())
        self._messages = Messages(Words(), reader)

    async def broadcast(self, rate: int, count: int) -> dict[str, float]:
        """One bulletin to so many: when the last had it, and what that cost."""
        await self._owe(count)
        await self._telegram.seen()
        busy, began = time.process_time(), time.monotonic()
        async with self._sending(rate):
            seen = await self._telegram.until(count)
            seconds, cpu = time.monotonic() - began, time.process_time() - busy
        return {
            "messages_a_second": (count - 1) / (seen.last_at - seen.first_at),
            "cores": cpu / seconds,
        }

    async def drain(self, rate: int, count: int) -> dict[str, float]:
        """So many of a queue of digests, and how the memory at its highest has grown."""
        before = _highest_mb()
        await self._telegram.seen()
        async with self._sending(rate):
            seen = await self._telegram.until(count)
        return {
            "messages_a_second": (count - 1) / (seen.last_at - seen.first_at),
            "memory_mb": _highest_mb(),
            "grown_mb": _highest_mb() - before,
        }

    async def _owe(self, count: int) -> None:
        now = _now()
        bulletin = Bulletin(source="bench", key=str(now), title="All", text=_TEXT, received_at=now)
        async with self._database.write() as transaction:
            stored = await bulletins.add(transaction, bulletin)
            everybody = BitMap(range(1, count + 1))
            new = NewBroadcast(
                bulletin=stored.id, lane=Lane.NEWS, recipients=everybody, silent=BitMap()
            )
            await broadcasts.enqueue(transaction, [new], now)

    @asynccontextmanager
    async def _sending(self, rate: int) -> AsyncIterator[None]:
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


async def library(telegram: Peer, count: int) -> dict[str, float]:
    """python-telegram-bot on the client it comes with."""
    request = HTTPXRequest(connection_pool_size=AT_ONCE)
    async with Bot(telegram.token, base_url=f"{telegram.url}/bot", request=request) as bot:
        return await others(
            telegram,
            lambda n: bot.send_message(FIRST_CHAT + n, _HTML, "HTML"),
            count,
        )


async def _nobody_joins(_: Sequence[int]) -> None:
    pass


def _now() -> datetime:
    return datetime.now(UTC)


def _highest_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _run(asked: Asked) -> dict[str, dict[str, float]]:
    people = max(asked.messages, asked.others)
    async with peer(people, people) as telegram, sqlite() as database:
        await add_subscribers(database, people)
        settings = TelegramSettings(api_url=telegram.url)
        async with connected(settings, telegram.token) as bot:
            bench = Bench(database, telegram, Sender(bot))
            gc.freeze()  # as the process does when it has loaded
            result = {"limited": await bench.broadcast(asked.rate, asked.messages)}
            await asyncio.sleep(_CALM_SECONDS)
            result["unlimited"] = await bench.broadcast(UNLIMITED, asked.messages)
            result["library"] = await library(telegram, asked.others)
            result["bare"] = await bare(telegram, _HTML, FIRST_CHAT, asked.others)
            if asked.queued:
                await add_digests(database, asked.queued, first=1, last=people)
                result["queued"] = await bench.drain(asked.rate, asked.messages)
    return result


def _text(asked: Asked, result: dict[str, dict[str, float]]) -> str:
    names = {
        f"ours, at most {asked.rate:,}/s": "limited",
        "ours, no limit": "unlimited",
        "python-telegram-bot's client": "library",
        "aiohttp alone": "bare",
    }
    rows = [
        (
            name,
            f"{result[key]['messages_a_second']:,.0f}",
            f"{result[key]['cores']:.2f}",
            f"{result[key]['cores'] / result[key]['messages_a_second'] * 1000:.2f}",
        )
        for name, key in names.items()
    ]
    lines = [
        table(("one broadcast", "messages/s", "cores", "ms of a core each"), rows),
        f"ours sends {_times(result):.1f} times as many as the library",
    ]
    if "queued" in result:
        grown = result["queued"]["grown_mb"]
        lines.append(f"memory grew by {grown:.0f} MB with {asked.queued:,} digests queued")
    return "\n".join(lines)


def _times(result: dict[str, dict[str, float]]) -> float:
    return result["unlimited"]["messages_a_second"] / result["library"]["messages_a_second"]


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks delivery", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--others", type=int, default=2_000, help="messages of the other clients")
    parser.add_argument("--queued", type=int, default=1_000_000, help="digests")
    parser.add_argument("--rate", type=int, default=1000, help="messages a second")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = Asked(**vars(parser.parse_args(arguments)))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        result = runner.run(_run(asked))
    whole: dict[str, object] = {"benchmark": "delivery", "messages": asked.messages, **result}
    whole["ratios"] = {"library": _times(result)}
    show(whole, _text(asked, result), as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
