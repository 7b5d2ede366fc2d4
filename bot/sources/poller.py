"""Poller: the supervised loop that polls one source while the process runs."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.sources.backoff import poll_delay
from bot.sources.burst_limit import limit_burst
from bot.sources.core.errors import SourceError
from bot.sources.core.source import Batch, Clock, IngestBatch, PolledSource
from bot.sources.recorder import Recorder
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.sources import Cursor

log = structlog.get_logger(__name__)


class Poller:
    """The supervised loop of one polled source.

    A failed poll changes nothing but the source's health. The cursor comes from the database, so a
    poll after a restart is not a first poll.
    """

    def __init__(
        self,
        source: PolledSource,
        database: Database,
        ingest: IngestBatch,
        clock: Clock,
        random_fraction: Callable[[], float] = random.random,  # from 0 to 1, for the jitter
        recorder: Recorder | None = None,
    ) -> None:
        self.source = source
        self._database = database
        self._ingest = ingest
        self._clock = clock
        self._random_fraction = random_fraction
        self._recorder = recorder
        self._errors = 0  # failed polls in a row
        self._lock = asyncio.Lock()  # serialises changes of the source's stored state
        self._messages = 0  # messages that the source has sent

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            delay = await self.poll()
            await asyncio.sleep(delay.total_seconds())

    async def poll(self) -> timedelta:
        """Poll once, ingest what is new, and return the delay until the next poll."""
        started_at = self._clock()
        try:
            delay = self._next_delay(await self._poll_once())
            ended_at = self._clock()
            async with self._database.write() as transaction:
                await sources.record_poll(
                    transaction,
                    self.source.name,
                    latency=ended_at - started_at,
                    next_poll_at=ended_at + delay,
                    interval=self.source.every,
                )
        except Exception:  # the database or the ingest failed: the next poll fetches
            # the same again, and nothing else would restart this loop
            log.exception("poll_store_failed", source=self.source.name)
            return self._next_delay(SourceError("could not be stored: see the log"))
        return delay

    def _next_delay(self, error: SourceError | None) -> timedelta:
        self._errors = 0 if error is None else self._errors + 1
        return poll_delay(self.source.every, self._errors, error, self._random_fraction())

    async def ingest_message(
        self, read: Callable[[Cursor | None], Batch]
    ) -> Sequence[IngestResult]:
        """Ingest a message that the source sent; `read` turns the cursor into the batch.

        A poll that is under way is not awaited: its result may be older than the message and is
        discarded. Raises what `read` raises.
        """
        async with self._lock:
            # In a thread: a message may be as long as a state.
            batch = await asyncio.to_thread(read, await self._cursor())
            self._messages += 1
            if self._recorder:
                await self._recorder.record(batch)
            return await self._ingest(batch)

    async def _cursor(self) -> Cursor | None:
        async with self._database.read() as transaction:
            return (await sources.get_state(transaction, self.source.name)).cursor

    async def _poll_once(self) -> SourceError | None:
        messages = self._messages
        result = await self._fetch()
        async with self._lock:
            if messages != self._messages:
                log.info("poll_superseded", source=self.source.name)
                return None
            return await self._store(result)

    async def _store(self, result: Batch | SourceError) -> SourceError | None:
        if isinstance(result, SourceError):
            log.warning("poll_failed", source=self.source.name, error=str(result))
            async with self._database.write() as transaction:
                await sources.record_failure(
                    transaction, self.source.name, str(result), self._clock()
                )
            return result
        if self._recorder:
            await self._recorder.record(result)
        for part in (parts := limit_burst(result)):
            await self._ingest(part)
        if len(parts) > 1:
            new, not_sent = len(result.bulletins), len(parts[0].bulletins)
            log.warning("burst_limited", source=self.source.name, new=new, not_sent=not_sent)
        if self._errors:
            log.info("source_recovered", source=self.source.name, errors=self._errors)
        return None

    async def _fetch(self) -> Batch | SourceError:
        cursor = await self._cursor()
        try:
            return await self.source.fetch(cursor)
        except SourceError as error:
            return error
        except Exception as error:  # a defect of an adapter counts as a failed poll and
            # must not stop the loop
            log.exception("source_adapter_failed", source=self.source.name)
            return SourceError(f"could not be read ({type(error).__name__}): see the log")
