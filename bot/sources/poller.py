"""Polls one source, for as long as the process runs."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.sources.backoff import pause
from bot.sources.burst_limit import capped
from bot.sources.core.source import Batch, Clock, Polled, SourceError, Take
from bot.sources.recorder import Recorder
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.ingest_queue import Taken
from storage.inbound.sources import Cursor

log = structlog.get_logger(__name__)


class Poller:
    """The supervised loop of one polled source.

    A failed poll changes nothing but the source's health: what was good last stays. A restart is
    no first poll, for the cursor comes from the database.
    """

    def __init__(
        self,
        source: Polled,
        database: Database,
        take: Take,
        clock: Clock,
        chance: Callable[[], float] = random.random,  # from 0 to 1, for the jitter
        recorder: Recorder | None = None,
    ) -> None:
        self.source = source
        self._database = database
        self._take = take
        self._clock = clock
        self._chance = chance
        self._recorder = recorder
        self._errors = 0  # failed polls in a row
        self._turn = asyncio.Lock()  # of who changes what the source has told so far
        self._told = 0  # messages it sent by itself

    async def run(self) -> None:
        """Ends by cancellation only."""
        while True:
            wait = await self.poll()
            await asyncio.sleep(wait.total_seconds())

    async def poll(self) -> timedelta:
        """Asks once and hands over what is new; how long to wait until the next time."""
        began = self._clock()
        try:
            wait = self._wait(await self._try())
            ended = self._clock()
            async with self._database.write() as transaction:
                await sources.schedule(
                    transaction,
                    self.source.name,
                    latency=ended - began,
                    next_at=ended + wait,
                    every=self.source.every,
                )
        except Exception:  # the database failed, or intake did: the next poll
            # brings the same again, and nobody else would start this loop another time
            log.exception("poll_lost", source=self.source.name)
            return self._wait(SourceError("could not be stored"))
        return wait

    def _wait(self, error: SourceError | None) -> timedelta:
        self._errors = 0 if error is None else self._errors + 1
        return pause(self.source.every, self._errors, error, self._chance())

    async def tell(self, read: Callable[[Cursor | None], Batch]) -> Sequence[Taken]:
        """Takes what the source said by itself: `read` finds what that changes.

        It waits for no look that is under way: what that brings is thrown away, for it may be
        older than the message. Raises what `read` raises.
        """
        async with self._turn:
            got = read(await self._cursor())
            self._told += 1
            if self._recorder:
                await self._recorder.record(got)
            return await self._take(got)

    async def _cursor(self) -> Cursor | None:
        async with self._database.read() as transaction:
            return (await sources.state(transaction, self.source.name)).cursor

    async def _try(self) -> SourceError | None:
        told = self._told
        got = await self._fetch()
        async with self._turn:
            if told != self._told:
                log.info("look_overtaken", source=self.source.name)
                return None
            return await self._settle(got)

    async def _settle(self, got: Batch | SourceError) -> SourceError | None:
        if isinstance(got, SourceError):
            log.warning("poll_failed", source=self.source.name, error=str(got))
            async with self._database.write() as transaction:
                await sources.fail(transaction, self.source.name, str(got), self._clock())
            return got
        if self._recorder:
            await self._recorder.record(got)
        for part in (parts := capped(got)):
            await self._take(part)
        if len(parts) > 1:
            new, missed = len(got.bulletins), len(parts[0].bulletins)
            log.warning("too_much_news", source=self.source.name, new=new, not_sent=missed)
        if self._errors:
            log.info("source_recovered", source=self.source.name, errors=self._errors)
        return None

    async def _fetch(self) -> Batch | SourceError:
        cursor = await self._cursor()
        try:
            return await self.source.fetch(cursor)
        except SourceError as error:
            return error
        except Exception as defect:  # an adapter met what its author did not
            # think of: as bad as any failed poll, and no worse
            log.exception("source_broke", source=self.source.name)
            return SourceError(f"broke our reader: {type(defect).__name__}")
