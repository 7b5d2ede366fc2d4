"""Stand-in process: plays Telegram in a process of its own and reports when it was called.

Started as `python -m benchmarks.standin_process CHATS WATCHED`: that many private chats, of which
the last WATCHED are watched. It prints its address and token, then answers each line it reads with
a line of JSON:

    arrivals        messages to the watched chats since the last answer
    wait COUNT      the same, as soon as there are COUNT of them, or after half a second
    busiest         most messages to all chats in any one second since the last answer
    say TEXT        has each watched person send TEXT, with their number in place of {}
    flood NAME URL  starts a flood of benchmarks/floods.py against the bot, with its HTTP server
    calm            stops the flood
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
from benchmarks.floods import FLOODS, FloodTarget
from bot.standin.journal import SENDING, Journal
from bot.standin.rates import Rates
from bot.standin.server import Standin

_REPORT_SECONDS = 0.5
"""Longest time until `wait` reports an incomplete count, for the progress bar."""

_ANSWER_SECONDS = 60.0
"""Longest time in which the process answers a line."""

_STALL_SECONDS = 120.0
"""Longest time without a new message before a measurement is given up."""


@dataclass
class Arrivals:
    """Messages to the watched chats. Times are seconds of the machine's monotonic clock."""

    count: int = 0
    first_at: float = 0.0
    last_at: float = 0.0


class ArrivalJournal(Journal):
    """Journal that keeps no calls, only the arrival times of messages to watched chats."""

    def __init__(self, first_watched: int) -> None:
        super().__init__(keep=0)
        self._first_watched = first_watched
        self.arrivals = Arrivals()

    async def record_arrival(self, method: str, chat_id: object, arrived_at: float) -> int:
        """Count a call; note the time if it sends to a watched chat. Return its number."""
        if method in SENDING and isinstance(chat_id, int) and chat_id >= self._first_watched:
            self.arrivals.first_at = self.arrivals.first_at or arrived_at
            self.arrivals.last_at = arrived_at
            self.arrivals.count += 1
        return await super().record_arrival(method, chat_id, arrived_at)


def _ignore(_: int) -> None:
    pass


class StandinProcess:
    """Handle of the measuring process on the stand-in process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, token: str) -> None:
        self._process = process
        self.url = url
        self.token = token

    async def take_arrivals(self) -> Arrivals:
        """Return the messages to the watched chats since the last call."""
        return Arrivals(**json.loads(await self._request("arrivals")))

    async def wait_for_arrivals(
        self, count: int, on_progress: Callable[[int], None] = _ignore
    ) -> Arrivals:
        """Return the messages to the watched chats once there are `count` of them.

        `on_progress` gets the count so far at least every half second. Raises TimeoutError if no
        message arrives for two minutes.
        """
        highest, changed_at = 0, time.monotonic()
        while True:
            arrivals = Arrivals(**json.loads(await self._request(f"wait {count}")))
            on_progress(arrivals.count)
            if arrivals.count >= count:
                return arrivals
            if arrivals.count > highest:
                highest, changed_at = arrivals.count, time.monotonic()
            elif time.monotonic() - changed_at > _STALL_SECONDS:
                raise TimeoutError(f"only {highest} of {count} messages arrived")

    async def take_busiest_second(self) -> int:
        """Return the most messages to all chats in any one second since the last call."""
        return int(await self._request("busiest"))

    async def say(self, text: str) -> None:
        """Have each watched person send a text, with their number, from 0, in place of {}."""
        await self._request(f"say {text}")

    async def start_flood(self, name: str, url: str) -> None:
        """Start a flood by strangers; `url` is that of the bot's HTTP server."""
        await self._request(f"flood {url} {name}")

    async def stop_flood(self) -> None:
        """Stop the flood."""
        await self._request("calm")

    async def _request(self, line: str) -> bytes:
        assert self._process.stdin is not None  # noqa: S101 - for the types
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(f"{line}\n".encode())
        return await asyncio.wait_for(self._process.stdout.readline(), _ANSWER_SECONDS)


@asynccontextmanager
async def run_standin(chats: int, watched: int) -> AsyncIterator[StandinProcess]:
    """Run a stand-in that refuses nothing, with private chats numbered from FIRST_CHAT."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks.standin_process", str(chats), str(watched)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None  # noqa: S101
        line = await asyncio.wait_for(process.stdout.readline(), _ANSWER_SECONDS)
        url, token = line.decode().split()
        yield StandinProcess(process, url, token)
    finally:
        process.kill()
        await process.wait()


async def _serve(chats: int, watched: int) -> None:
    journal = ArrivalJournal(FIRST_CHAT + chats - watched)
    async with Standin(limits=None, journal=journal, history=1) as standin:
        people = [
            standin.people.person(f"P{number}", id=FIRST_CHAT + number, started=True)
            for number in range(chats)
        ]
        flooding: asyncio.Task[None] | None = None
        gc.freeze()  # repeated scans of all the people would slow what is measured
        _print_line(f"{standin.url} {standin.token}")
        while line := await asyncio.to_thread(sys.stdin.readline):
            command, _, argument = line.strip().partition(" ")
            match command:
                case "busiest":
                    _print_line(json.dumps(journal.rates.busiest_second))
                    journal.rates = Rates()
                case "say":
                    for number, person in enumerate(people[chats - watched :]):
                        await person.send(argument.replace("{}", str(number)))
                    _print_line("said")
                case "flood":
                    flooding = asyncio.create_task(_flood(standin, argument))
                    _print_line("started")
                case "calm":
                    if flooding:
                        flooding.cancel()
                    _print_line("stopped")
                case _:
                    await _report_arrivals(journal, *map(int, argument.split()))


async def _flood(standin: Standin, argument: str) -> None:
    url, _, name = argument.partition(" ")
    flood = next(flood for flood in FLOODS if flood.name == name)
    await flood.run(FloodTarget(standin, url))


async def _report_arrivals(journal: ArrivalJournal, count: int = 0) -> None:
    deadline = time.monotonic() + _REPORT_SECONDS
    # An event for each message would slow what is measured.
    while journal.arrivals.count < count and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.002)
    _print_line(json.dumps(asdict(journal.arrivals)))
    if journal.arrivals.count >= count:
        journal.arrivals = Arrivals()


def _print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
