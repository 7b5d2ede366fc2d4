"""`tocsin replay`: a recorded day, played into a running installation as if it happened now."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.cli.publish import summary, wait_for
from bot.sources.core.source import Batch, Clock
from bot.sources.recorder import Poll, Recorded, RecordingError, Sleep, read
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import Taken
from storage.maintenance.lease import is_leased


@dataclass(frozen=True)
class Replay:
    """How a recording is played. It rings whoever follows what is in it: as it did that day."""

    database: Database
    clock: Clock
    sleep: Sleep
    locate: Callable[[Batch], Awaitable[Batch]]  # as in a run: see `locating`
    say: Callable[[str], None]  # a line for the person who replays

    async def play(self, file: str, speed: float) -> int:
        """The exit code: 1 when the file cannot be read, or nothing runs that could take it."""
        try:
            polls = await asyncio.to_thread(_read, Path(file))
        except OSError as error:
            self.say(f"{file}: {error.strerror}")
            return 1
        except RecordingError as error:
            self.say(f"{file}: {error}")
            return 1
        if not await is_leased(self.database):
            self.say("nothing runs here that could be played to: start `tocsin run` first")
            return 1
        recorded = Recorded(polls, clock=self.clock, sleep=self.sleep, speed=speed)
        taken: list[Taken] = []
        played = 0
        async for batch in recorded.batches():
            # What was on before is no news of that day.
            told = () if batch.baseline else (await self.locate(batch)).bulletins
            taken += await self._play(batch, told)
            played += len(told)
        self.say(f"{len(polls)} polls, {played} bulletins")
        self.say(summary(taken, played))
        return 0

    async def _play(self, batch: Batch, told: tuple[Bulletin, ...]) -> list[Taken]:
        now = self.clock()
        if not told:
            return []
        async with self.database.write() as transaction:
            ids = await ingest_queue.put(transaction, told, now)
        taken = await wait_for(self.database, ids, self.say)
        for one, became in zip(told, taken, strict=False):
            outcome = "repeated" if became.repeated else f"new, {became.matched} matched"
            self.say(f"{now:%H:%M:%S} {batch.source}: {outcome}: {one.title or one.text[:80]}")
        return taken


def _read(file: Path) -> list[Poll]:
    with file.open("rb") as lines:
        return list(read(lines))
