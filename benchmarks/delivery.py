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
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import uvloop
from pyroaring import BitMap

from benchmarks.clients import UNLIMITED, bare, library
from benchmarks.databases import FIRST_CHAT, add_digests, add_subscribers, sqlite
from benchmarks.figures import show, table
from benchmarks.outbox import Outbox, now
from benchmarks.peer import Peer, peer
from benchmarks.sends import TEXT, Sends, measure
from bot.delivery.sender import Sender
from bot.delivery.settings import TelegramSettings
from bot.telegram.profile import connected
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
class Asked:
    """What the command line says."""

    messages: int  # of ours, in each run
    others: int  # of each other client
    queued: int  # digests
    rate: int  # messages a second
    json: bool


class Bench:
    """One outbox, filled in two ways."""

    def __init__(self, database: Database, telegram: Peer, outbox: Outbox) -> None:
        self._database = database
        self._telegram = telegram
        self._outbox = outbox

    async def broadcast(self, name: str, rate: int, count: int) -> Sends:
        """One bulletin to so many."""
        await self._owe(count)
        async with self._outbox.sending(rate):
            return await measure(name, self._telegram, count, self._ring)

    async def drain(self, rate: int, count: int) -> float:
        """Sends so many of a queue: by how many MB the memory at its highest has grown."""
        before = _highest_mb()
        async with self._outbox.sending(rate):
            await measure("a queue", self._telegram, count, self._ring)
        return _highest_mb() - before

    async def _ring(self) -> None:
        self._outbox.bell.set()

    async def _owe(self, count: int) -> None:
        at = now()
        bulletin = Bulletin(
            source="bench", key=str(at), title="everybody", text=TEXT, received_at=at
        )
        async with self._database.write() as transaction:
            stored = await bulletins.add(transaction, bulletin)
            everybody = BitMap(range(1, count + 1))
            new = NewBroadcast(
                bulletin=stored.id, lane=Lane.NEWS, recipients=everybody, silent=BitMap()
            )
            await broadcasts.enqueue(transaction, [new], at)


def _highest_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _run(asked: Asked) -> tuple[dict[str, Sends], float]:
    people = max(asked.messages, asked.others)
    gazetteer, topics = Gazetteer.load(), Topics.built_in()
    async with peer(people, people) as telegram, sqlite() as database:
        await add_subscribers(database, people)
        settings = TelegramSettings(api_url=telegram.url)
        async with connected(settings, telegram.token) as bot:
            reader = Reader(gazetteer, topics)
            outbox = Outbox(database, Sender(bot), reader, gazetteer, topics)
            bench = Bench(database, telegram, outbox)
            gc.freeze()  # as the process does when it has loaded
            sends = {"limited": await bench.broadcast("limited", asked.rate, asked.messages)}
            sends["unlimited"] = await bench.broadcast("unlimited", UNLIMITED, asked.messages)
            sends["library"] = await library(telegram, FIRST_CHAT, asked.others)
            sends["bare"] = await bare(telegram, FIRST_CHAT, asked.others)
            await add_digests(database, asked.queued, first=1, last=people)
            grown_mb = await bench.drain(asked.rate, min(asked.queued, asked.messages))
    return sends, grown_mb


def _text(asked: Asked, sends: dict[str, Sends], grown_mb: float) -> str:
    names = {
        f"ours, at most {asked.rate:,}/s": "limited",
        "ours, no limit": "unlimited",
        "python-telegram-bot's client": "library",
        "aiohttp alone": "bare",
    }
    rows = [
        (
            name,
            f"{sends[key].messages_a_second:,.0f}",
            f"{sends[key].busiest_second:,}",
            f"{sends[key].cores:.2f}",
            f"{sends[key].cores / sends[key].messages_a_second * 1000:.2f}",
        )
        for name, key in names.items()
    ]
    head = ("one broadcast", "messages/s", "in the busiest", "cores", "ms of a core each")
    return "\n".join(
        (
            table(head, rows),
            f"ours sends {_times(sends):.1f} times as many as the library",
            f"memory grew by {grown_mb:.0f} MB with {asked.queued:,} digests queued",
        )
    )


def _times(sends: dict[str, Sends]) -> float:
    return sends["unlimited"].messages_a_second / sends["library"].messages_a_second


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
        sends, grown_mb = runner.run(_run(asked))
    whole: dict[str, object] = {name: asdict(one) for name, one in sends.items()}
    whole |= {"queued": asked.queued, "grown_mb": grown_mb, "ratios": {"library": _times(sends)}}
    show({"benchmark": "delivery"} | whole, _text(asked, sends, grown_mb), as_json=asked.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
