"""Delivery runner: a delivery worker on a database, with everything real but Telegram."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from bot.delivery.metrics import DeliveryMetrics
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.render_cache import RenderCache
from bot.delivery.sender import Sender
from bot.delivery.worker import DeliveryWorker
from handlers.messages.alert import AlertRenderer
from handlers.messages.bulletin import BulletinRenderer
from handlers.text.i18n import Catalog
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from storage.engine.database import Database

_CHAT_LIMIT_SECONDS = 1.5  # after this, the limit of one message per chat and second is over


class DeliveryRunner:
    """Runs a delivery worker while `sending()`; `wakeup` wakes it."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        reader: Reader,
        gazetteer: Gazetteer,
    ) -> None:
        self.wakeup = asyncio.Event()
        self._database = database
        self._sender = sender
        catalog = Catalog()
        self._render = RenderCache(
            BulletinRenderer(catalog, reader), AlertRenderer(catalog, gazetteer), now
        )

    @asynccontextmanager
    async def sending(self, rate: int) -> AsyncIterator[None]:
        """Run a worker that sends at most `rate` messages per second.

        It starts once no chat has to wait for an earlier message.
        """
        await asyncio.sleep(_CHAT_LIMIT_SECONDS)
        worker = DeliveryWorker(
            self._database,
            self._sender,
            RateLimiter(rate, time.monotonic),
            self._render,
            wakeup=self.wakeup,
            on_subscriptions_moved=_ignore,
            metrics=DeliveryMetrics(CollectorRegistry(), now),
            clock=now,
        )
        run = asyncio.create_task(worker.run())
        try:
            yield
        finally:
            worker.stop()
            await run


async def _ignore(_: Sequence[int]) -> None:
    pass


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)
