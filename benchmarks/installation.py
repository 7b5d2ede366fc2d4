"""An installation to measure: intake, the outbox and the courier, all but Telegram real."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from benchmarks.peer import Peer
from benchmarks.sends import TEXT
from bot.delivery.counting import Counts
from bot.delivery.courier import Courier
from bot.delivery.pacing import Pacer
from bot.delivery.rendering import Renderer
from bot.delivery.sender import Sender
from bot.fusing import Fusion
from bot.intake import Intake
from bot.repeats import Repeats
from bot.sources.source import Batch
from handlers.incidents import IncidentMessages
from handlers.messages import Messages
from handlers.words import Words
from matching.gazetteer import Gazetteer
from matching.index import Index
from matching.reading import Reader
from matching.topics import Topics
from storage.bulletins import Bulletin, Kind
from storage.database import Database

_CALM_SECONDS = 1.5  # until everybody may be written to again


class Installation:
    """Takes bulletins, and sends them while it is `sending`."""

    def __init__(
        self, database: Database, peer: Peer, sender: Sender, reader: Reader, index: Index
    ) -> None:
        self.peer = peer
        self._database = database
        self._sender = sender
        self._bell = asyncio.Event()
        words, gazetteer = Words(), Gazetteer.load()
        self._messages = Messages(words, reader)
        self._incidents = IncidentMessages(words, gazetteer, Topics.built_in())
        self._keys = itertools.count()
        self._intake = Intake(
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
        """A courier at work, once everybody may be written to."""
        await asyncio.sleep(_CALM_SECONDS)
        courier = Courier(
            self._database,
            self._sender,
            Pacer(rate, time.monotonic),
            Renderer(self._messages, self._incidents, _now),
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

    async def take(self, word: str) -> None:
        """A bulletin comes in."""
        key = str(next(self._keys))
        bulletin = Bulletin(
            source="bench", key=key, kind=Kind.ALERT, title=word, text=TEXT, received_at=_now()
        )
        await self._intake.take(Batch("bench", (bulletin,), None, baseline=False))


async def _nobody_joins(_: Sequence[int]) -> None:
    pass


def _now() -> datetime:
    return datetime.now(UTC)
