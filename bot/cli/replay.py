"""`tocsin replay`: publishes a recorded day to the running bot as if it happened now."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.cli.publish import summary, wait_for_results
from bot.sources.core.source import Batch, Clock
from bot.sources.recorder import RecordedPoll, RecordingError, RecordingPlayer, Sleep, read_polls
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import IngestResult
from storage.maintenance.lease import is_leased


@dataclass(frozen=True)
class ReplayCommand:
    """Replay of a recording. Subscribers are notified as they would have been on that day."""

    database: Database
    clock: Clock
    sleep: Sleep
    resolve_regions: Callable[[Batch], Awaitable[Batch]]  # see `bot.sources.region_resolver`
    echo: Callable[[str], None]  # prints a line

    async def play(self, file: str, speed: float) -> int:
        """Replay the file; return 1 if it cannot be read or no bot is running, else 0."""
        try:
            polls = await asyncio.to_thread(_read, Path(file))
        except OSError as error:
            self.echo(f"{file}: {error.strerror}")
            return 1
        except RecordingError as error:
            self.echo(f"{file}: {error}")
            return 1
        if not await is_leased(self.database):
            self.echo("no bot is running on this database: start `tocsin run` first")
            return 1
        player = RecordingPlayer(polls, clock=self.clock, sleep=self.sleep, speed=speed)
        results: list[IngestResult] = []
        bulletin_count = 0
        async for batch in player.batches():
            # A baseline holds what was there before that day.
            bulletins = () if batch.is_baseline else (await self.resolve_regions(batch)).bulletins
            results += await self._publish(batch, bulletins)
            bulletin_count += len(bulletins)
        self.echo(f"{len(polls)} polls, {bulletin_count} bulletins")
        self.echo(summary(results, bulletin_count))
        return 0

    async def _publish(self, batch: Batch, bulletins: tuple[Bulletin, ...]) -> list[IngestResult]:
        now = self.clock()
        if not bulletins:
            return []
        async with self.database.write() as transaction:
            ids = await ingest_queue.enqueue(transaction, bulletins, now)
        results = await wait_for_results(self.database, ids, self.echo)
        for bulletin, result in zip(bulletins, results, strict=False):
            outcome = "repeated" if result.is_duplicate else f"new, {result.match_count} matched"
            self.echo(
                f"{now:%H:%M:%S} {batch.source}: {outcome}: {bulletin.title or bulletin.text[:80]}"
            )
        return results


def _read(file: Path) -> list[RecordedPoll]:
    with file.open("rb") as lines:
        return list(read_polls(lines))
