"""`/metrics`: what an operator's Prometheus reads. What is measured stands beside who does it."""

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from storage.engine.database import Database
from storage.outbox import backlog
from storage.values.lanes import Lane


class Exposition:
    """Answers with all that `registry` holds, and with what only the database knows."""

    def __init__(self, registry: CollectorRegistry, database: Database) -> None:
        self._registry = registry
        self._database = database
        self._queued = Gauge(
            "tocsin_queued", "Messages owed and not begun", ["lane"], registry=registry
        )

    async def answer(self, _request: web.Request) -> web.Response:
        async with self._database.read() as transaction:
            queued = await backlog.queued(transaction)
        for lane in Lane:
            self._queued.labels(lane.name.lower()).set(queued[lane])
        return web.Response(
            body=generate_latest(self._registry),
            headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4},
        )
