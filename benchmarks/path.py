"""From a bulletin to the first and the last message on the wire: `python -m benchmarks.path`.

Everything is real but Telegram, for which the stand-in plays in a process of its own: intake with
an index, SQLite that flushes every commit, the courier, HTTP. First sends are timed idle and while
a queue of digests is being sent; last sends against the rate allowed; and without any limit,
against python-telegram-bot's own client and rate limiter, which keep nothing. The floor is aiohttp
that posts the same bytes.
"""

import argparse
import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers, sqlite
from benchmarks.figures import percentile, progress, show, table
from benchmarks.peer import Peer, Seen, peer
from bot.account import connected
from bot.delivery.courier import Courier
from bot.delivery.pacing import Pacer
from bot.delivery.rendering import Renderer
from bot.delivery.sender import Sender
from bot.delivery.settings import FREE_RATE, TelegramSettings
from bot.fusing import Fusion
from bot.intake import Intake
from bot.repeats import Repeats
from bot.sources.source import Batch
from handlers.messages import Messages
from handlers.words import Words
from matching.gazetteer import Gazetteer
from matching.index import Index, Mode
from matching.query import And, Word
from matching.reading import Reader
from matching.topics import Topics
from storage.bulletins import Bulletin, Kind
from storage.database import Database

UNLIMITED = 1_000_000  # calls a second
AT_ONCE = 32  # calls of the other clients under way at once
_GROUP = 5  # recipients of a bulletin whose first send is timed
_CALM_SECONDS = 1.5  # until everybody may be written to again
_WORDS = 52_000  # different ones that are subscribed to
_TEXT = "Trains stand still while the wind blows over the plain. " * 14


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    subscriptions: int
    recipients: int
    queued: int  # digests
    trials: int
    rate: int  # messages a second
    json: bool


class Bench:
    """An installation whose last subscribers wait for a word that stands in no other bulletin.

    There are so many of these words as there are groups: who was just written to may not be
    written to again for a second.
    """

    def __init__(self, database: Database, peer: Peer, sender: Sender, index: Index) -> None:
        self._peer = peer
        self._database = database
        self._sender = sender
        self._bell = asyncio.Event()
        gazetteer, topics = Gazetteer.load(), Topics.built_in()
        reader = Reader(gazetteer, topics)
        self._messages = Messages(Words(), reader)
        self._keys = itertools.count()
        self.intake = Intake(
            database,
            reader,
            index,
            Repeats(),
            Fusion(database, index, gazetteer, {}),
            timedelta(minutes=15),
            self._bell.set,
            _now,
        )

    @asynccontextmanager
    async def sending(self, rate: int) -> AsyncIterator[None]:
        """A courier at work."""
        courier = Courier(
            self._database,
            self._sender,
            Pacer(rate, asyncio.get_running_loop().time),
            Renderer(self._messages, _now),
            bell=self._bell,
            joined=_nobody_joins,
            clock=_now,
        )
        run = asyncio.create_task(courier.run())
        try:
            yield
        finally:
            courier.stop()
            await run

    async def ring(self, word: str, recipients: int) -> tuple[float, Seen]:
        """Takes a bulletin; when it came in, and what the peer saw once all had it."""
        await self._peer.seen()
        key = str(next(self._keys))
        bulletin = Bulletin(
            source="bench", key=key, kind=Kind.ALERT, title=word, text=_TEXT, received_at=_now()
        )
        came_at = time.monotonic()
        await self.intake.take(Batch("bench", (bulletin,), None, baseline=False))
        return came_at, await self._peer.until(recipients)


async def _nobody_joins(_: Sequence[int]) -> None:
    pass


def _now() -> datetime:
    return datetime.now(UTC)


async def first_sends(bench: Bench, asked: Asked, name: str) -> dict[str, float]:
    """Milliseconds from a bulletin to its first message."""
    tell = progress(name)
    waits = []
    for trial in range(asked.trials):
        came_at, seen = await bench.ring(_word(trial % _groups(asked)), _GROUP)
        waits.append((seen.first_at - came_at) * 1000)
        tell((trial + 1) / asked.trials)
        await asyncio.sleep(0.05)
    return {"p50": statistics.median(waits), "p99": percentile(waits, 0.99), "worst": max(waits)}


async def all_sends(bench: Bench, recipients: int) -> dict[str, float]:
    """A bulletin to everybody: when the first and the last had it, and what that cost."""
    busy = time.process_time()
    came_at, seen = await bench.ring("everybody", recipients)
    seconds = seen.last_at - seen.first_at
    return {
        "first_ms": (seen.first_at - came_at) * 1000,
        "last_s": seen.last_at - came_at,
        "messages_a_second": (recipients - 1) / seconds,
        "cores": (time.process_time() - busy) / (seen.last_at - came_at),
    }


async def others(
    peer: Peer, send: Callable[[int], Awaitable[object]], recipients: int
) -> dict[str, float]:
    """The same messages by another client, so many calls at once."""
    await peer.seen()
    chats: Iterator[int] = iter(range(recipients))

    async def work() -> None:
        for chat in chats:
            await send(chat)

    busy, began = time.process_time(), time.monotonic()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    seen = await peer.until(recipients)
    return {
        "first_ms": (seen.first_at - began) * 1000,
        "last_s": seen.last_at - began,
        "messages_a_second": (recipients - 1) / (seen.last_at - seen.first_at),
        "cores": (time.process_time() - busy) / (seen.last_at - began),
    }


async def library(peer: Peer, first_chat: int, recipients: int) -> dict[str, float]:
    """python-telegram-bot as its documentation has it, its limiter set so high that it is none."""
    limiter = AIORateLimiter(overall_max_rate=UNLIMITED, group_max_rate=0)
    request = HTTPXRequest(connection_pool_size=AT_ONCE)
    bot = ExtBot(peer.token, base_url=f"{peer.url}/bot", request=request, rate_limiter=limiter)
    async with bot:
        return await others(
            peer,
            lambda n: bot.send_message(first_chat + n, f"<b>everybody</b>\n{_TEXT}", "HTML"),
            recipients,
        )


async def bare(peer: Peer, first_chat: int, recipients: int) -> dict[str, float]:
    """aiohttp, and nothing around it."""
    address = f"{peer.url}/bot{peer.token}/sendMessage"
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send(number: int) -> None:
            message = {
                "chat_id": first_chat + number,
                "text": f"<b>everybody</b>\n{_TEXT}",
                "parse_mode": "HTML",
            }
            async with session.post(address, json=message) as response:
                await response.read()

        return await others(peer, send, recipients)


def _word(group: int) -> str:
    return f"zzalarm{group}"


def _groups(asked: Asked) -> int:
    return min(asked.trials, asked.recipients // _GROUP)


def _index(asked: Asked) -> Index:
    """Subscribers 1 to R ask for what never comes; the next R for what is sent."""
    index = Index()
    tell = progress("subscribing")
    for number in range(1, asked.subscriptions + 1):
        word = Word(f"word{number * 7919 % _WORDS}")
        query = word if number % 3 else And((word, Word(f"word{number * 104_729 % _WORDS}")))
        index.add(number, 1 + number % asked.recipients, query, Mode.RING)
        if number % 10_000 == 0:
            tell(number / asked.subscriptions)
    tell(1)
    number = asked.subscriptions
    for at in range(asked.recipients):
        subscriber = asked.recipients + 1 + at
        index.add(number + 1, subscriber, Word("everybody"), Mode.RING)
        index.add(number + 2, subscriber, Word(_word(at // _GROUP)), Mode.RING)
        number += 2
    return index


async def _run(asked: Asked) -> dict[str, dict[str, float]]:
    index = _index(asked)
    people = 2 * asked.recipients
    watched = FIRST_CHAT + asked.recipients
    async with peer(people, asked.recipients) as telegram, sqlite() as database:
        await add_subscribers(database, people)
        settings = TelegramSettings(api_url=telegram.url)
        async with connected(settings, telegram.token) as bot:
            bench = Bench(database, telegram, Sender(bot), index)
            result: dict[str, dict[str, float]] = {}
            async with bench.sending(FREE_RATE):
                result["idle"] = await first_sends(bench, asked, "idle")
            async with bench.sending(asked.rate):
                await asyncio.sleep(_CALM_SECONDS)
                result["limited"] = await all_sends(bench, asked.recipients)
            async with bench.sending(UNLIMITED):
                await asyncio.sleep(_CALM_SECONDS)
                result["unlimited"] = await all_sends(bench, asked.recipients)
            result["library"] = await library(telegram, watched, asked.recipients)
            result["bare"] = await bare(telegram, watched, asked.recipients)
            await add_digests(database, asked.queued, first=1, last=asked.recipients)
            for name, rate in (("queued", FREE_RATE), ("queued_fast", asked.rate)):
                async with bench.sending(rate):
                    await asyncio.sleep(_CALM_SECONDS)
                    result[name] = await first_sends(bench, asked, name)
    return result


def _text(asked: Asked, result: dict[str, dict[str, float]]) -> str:
    firsts = [
        (name, *(f"{result[key][part]:.1f}" for part in ("p50", "p99", "worst")))
        for name, key in (
            ("idle", "idle"),
            (f"{asked.queued:,} digests queued, {FREE_RATE}/s", "queued"),
            (f"{asked.queued:,} digests queued, {asked.rate}/s", "queued_fast"),
        )
    ]
    names = {
        f"ours, at most {asked.rate:,}/s": "limited",
        "ours, no limit": "unlimited",
        "python-telegram-bot, no limit": "library",
        "aiohttp alone, no limit": "bare",
    }
    lasts = [
        (
            name,
            f"{result[key]['first_ms']:.1f}",
            f"{result[key]['last_s']:.2f}",
            f"{result[key]['messages_a_second']:,.0f}",
            f"{result[key]['cores']:.2f}",
        )
        for name, key in names.items()
    ]
    late = result["limited"]["last_s"] * asked.rate / asked.recipients - 1
    return "\n".join(
        (
            table(
                (f"first send, {asked.subscriptions:,} subscriptions", "p50 ms", "p99 ms", "worst"),
                firsts,
            ),
            "",
            table(
                (f"{asked.recipients:,} recipients", "first ms", "last s", "messages/s", "cores"),
                lasts,
            ),
            f"the last is {late:+.1%} after what the limit allows",
            f"ours sends {_times(result):.1f} times as many as the library",
        )
    )


def _times(result: dict[str, dict[str, float]]) -> float:
    return result["unlimited"]["messages_a_second"] / result["library"]["messages_a_second"]


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.path", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--recipients", type=int, default=10_000)
    parser.add_argument("--queued", type=int, default=1_000_000, help="digests")
    parser.add_argument(
        "--trials", type=int, default=100, help="bulletins whose first send is timed"
    )
    parser.add_argument("--rate", type=int, default=1000, help="messages a second")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = Asked(**vars(parser.parse_args(arguments)))
    result = asyncio.run(_run(asked))
    sizes = {"subscriptions": asked.subscriptions, "recipients": asked.recipients}
    whole: dict[str, object] = {"benchmark": "path", **sizes, "queued": asked.queued, **result}
    whole["ratios"] = {"library": _times(result)}
    show(whole, _text(asked, result), as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
