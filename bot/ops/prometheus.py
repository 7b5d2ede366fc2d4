"""Prometheus exposition at /metrics.

Each part of the program owns its own metrics (`bot.ingest.metrics`, `bot.delivery.metrics`) and
registers them in the shared registry.
"""

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.ops.cached_result import CachedResult
from storage.engine.database import Database
from storage.outbox import backlog
from storage.values.lanes import Lane


class MetricsEndpoint:
    """Handler of /metrics: everything in `registry`, and the queue lengths from the database."""

    def __init__(self, registry: CollectorRegistry, database: Database) -> None:
        self._registry = registry
        self._database = database
        self._queued = Gauge(
            "tocsin_queued", "Messages in the outbox, not claimed yet", ["lane"], registry=registry
        )
        self._text = CachedResult(self._generate)

    async def respond(self, _request: web.Request) -> web.Response:
        """Return all metrics in the text format of Prometheus, at most a second old."""
        return web.Response(
            body=await self._text.get(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        )

    async def _generate(self) -> bytes:
        async with self._database.read() as transaction:
            queued = await backlog.count_queued(transaction)
        for lane in Lane:
            self._queued.labels(lane.name.lower()).set(queued[lane])
        return generate_latest(self._registry)
