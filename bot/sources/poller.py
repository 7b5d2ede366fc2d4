"""Polls one source, for as long as the process runs."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.sources.capping import capped
from bot.sources.pausing import pause
from bot.sources.recording import Recorder
from bot.sources.source import Batch, Clock, Polled, SourceError, Take
from storage import sources
from storage.database import Database

_log = structlog.get_logger()


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
        self._source = source
        self._database = database
        self._take = take
        self._clock = clock
        self._chance = chance
        self._recorder = recorder
        self._errors = 0  # failed polls in a row

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
                    transaction, self._source.name, latency=ended - began, next_at=ended + wait
                )
        except Exception:  # noqa: BLE001 - the database failed, or intake did: the next poll
            # brings the same again, and nobody else would start this loop another time
            _log.exception("poll_lost", source=self._source.name)
            return self._wait(SourceError("could not be stored"))
        return wait

    def _wait(self, error: SourceError | None) -> timedelta:
        self._errors = 0 if error is None else self._errors + 1
        return pause(self._source.every, self._errors, error, self._chance())

    async def _try(self) -> SourceError | None:
        got = await self._fetch()
        if isinstance(got, SourceError):
            _log.warning("poll_failed", source=self._source.name, error=str(got))
            async with self._database.write() as transaction:
                await sources.fail(transaction, self._source.name, str(got), self._clock())
            return got
        if self._recorder:
            await self._recorder.record(got)
        for part in (parts := capped(got)):
            await self._take(part)
        if len(parts) > 1:
            _log.warning("too_much_news", source=self._source.name, new=len(got.bulletins))
        if self._errors:
            _log.info("source_recovered", source=self._source.name, errors=self._errors)
        return None

    async def _fetch(self) -> Batch | SourceError:
        async with self._database.read() as transaction:
            state = await sources.state(transaction, self._source.name)
        try:
            return await self._source.fetch(state.cursor)
        except SourceError as error:
            return error
        except Exception as defect:  # noqa: BLE001 - an adapter met what its author did not
            # think of: as bad as any failed poll, and no worse
            _log.exception("source_broke", source=self._source.name)
            return SourceError(f"broke our reader: {type(defect).__name__}")
