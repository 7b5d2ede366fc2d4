"""The stand-in for Telegram in a process of its own, and the times at which it was called.

Started as `python -m benchmarks.peer PEOPLE WATCHED`: chats for so many people, of whom the last
so many are watched. It says its address and token, then answers every line it is sent, with JSON:

    seen            what came to the watched since this was last asked
    until COUNT     the same, once it is so many; after a while also before
    busiest         most messages to anybody in any one second since this was last asked
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

import uvloop

from benchmarks.databases import FIRST_CHAT
from bot.standin.journal import SENDING, Journal
from bot.standin.rates import Rates
from bot.standin.server import Standin

_PATIENCE_SECONDS = 0.5
"""So often whoever waits for many hears how many there are."""


@dataclass
class Seen:
    """Messages to the watched chats. Times are of the machine's monotonic clock, in seconds."""

    count: int = 0
    first_at: float = 0.0
    last_at: float = 0.0


class Watch(Journal):
    """A journal that remembers nothing but when the watched were written to."""

    def __init__(self, first_watched: int) -> None:
        super().__init__(keep=0)
        self._first_watched = first_watched
        self.seen = Seen()

    async def arrived(self, method: str, chat_id: object, at: float) -> int:
        if method in SENDING and isinstance(chat_id, int) and chat_id >= self._first_watched:
            self.seen.first_at = self.seen.first_at or at
            self.seen.last_at = at
            self.seen.count += 1
        return await super().arrived(method, chat_id, at)


def _nobody(_: int) -> None:
    pass


class Peer:
    """The stand-in, as the measuring process sees it."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, token: str) -> None:
        self._process = process
        self.url = url
        self.token = token

    async def seen(self) -> Seen:
        """What came to the watched since this was last asked."""
        return Seen(**json.loads(await self._ask("seen")))

    async def until(self, count: int, tell: Callable[[int], None] = _nobody) -> Seen:
        """What came to the watched since this was last asked, once it is so many.

        `tell` hears now and then how many there are.
        """
        while True:
            seen = Seen(**json.loads(await self._ask(f"until {count}")))
            tell(seen.count)
            if seen.count >= count:
                return seen

    async def busiest(self) -> int:
        """Most messages to anybody in any one second since this was last asked."""
        return int(await self._ask("busiest"))

    async def _ask(self, question: str) -> bytes:
        assert self._process.stdin is not None  # noqa: S101 - for the types
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(f"{question}\n".encode())
        return await self._process.stdout.readline()


@asynccontextmanager
async def peer(people: int, watched: int) -> AsyncIterator[Peer]:
    """A stand-in that refuses nothing, with private chats from FIRST_CHAT on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.peer", str(people), str(watched)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101
        url, token = (await process.stdout.readline()).decode().split()
        yield Peer(process, url, token)
    finally:
        process.kill()
        await process.wait()


async def _serve(people: int, watched: int) -> None:
    watch = Watch(FIRST_CHAT + people - watched)
    async with Standin(limits=None, journal=watch, history=1) as standin:
        for number in range(people):
            standin.people.person(f"P{number}", id=FIRST_CHAT + number, started=True)
        gc.freeze()  # looking through the people again and again would slow what is measured
        _say(f"{standin.url} {standin.token}")
        while line := await asyncio.to_thread(sys.stdin.readline):
            question, *count = line.split()
            if question == "busiest":
                _say(json.dumps(watch.rates.busiest_second))
                watch.rates = Rates()
            else:
                await _answer(watch, *map(int, count))


async def _answer(watch: Watch, count: int = 0) -> None:
    patience = time.monotonic() + _PATIENCE_SECONDS
    # A bell would slow what is measured.
    while watch.seen.count < count and time.monotonic() < patience:  # noqa: ASYNC110
        await asyncio.sleep(0.002)
    _say(json.dumps(asdict(watch.seen)))
    if watch.seen.count >= count:
        watch.seen = Seen()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
