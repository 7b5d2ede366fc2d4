"""An outbox to measure, and the courier who carries it: all but Telegram is real."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from bot.delivery.metrics import Counts
from bot.delivery.rate_limiter import Pacer
from bot.delivery.render_cache import Renderer
from bot.delivery.sender import Sender
from bot.delivery.worker import Courier
from handlers.messages.alert import IncidentMessages
from handlers.messages.bulletin import Messages
from handlers.text.i18n import Words
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Database

_CALM_SECONDS = 1.5  # until everybody may be written to again


class Outbox:
    """Sends what is owed while it is `sending`; `bell` wakes it."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        reader: Reader,
        gazetteer: Gazetteer,
        topics: Topics,
    ) -> None:
        self.bell = asyncio.Event()
        self._database = database
        self._sender = sender
        words = Words()
        self._render = Renderer(
            Messages(words, reader), IncidentMessages(words, gazetteer, topics), now
        )

    @asynccontextmanager
    async def sending(self, rate: int) -> AsyncIterator[None]:
        """A courier at work, once everybody may be written to."""
        await asyncio.sleep(_CALM_SECONDS)
        courier = Courier(
            self._database,
            self._sender,
            Pacer(rate, time.monotonic),
            self._render,
            bell=self.bell,
            joined=_nobody_joins,
            counts=Counts(CollectorRegistry(), now),
            clock=now,
        )
        run = asyncio.create_task(courier.run())
        try:
            yield
        finally:
            courier.stop()
            await run


async def _nobody_joins(_: Sequence[int]) -> None:
    pass


def now() -> datetime:
    return datetime.now(UTC)
