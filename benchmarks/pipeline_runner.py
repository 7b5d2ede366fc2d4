"""Pipeline runner: ingest, outbox and delivery worker, with everything real but Telegram."""

import itertools
from datetime import timedelta

from prometheus_client import CollectorRegistry

from alerts.tracker import AlertTracker
from benchmarks.delivery_runner import DeliveryRunner, now
from benchmarks.send_measurement import TEXT
from benchmarks.standin_process import StandinProcess
from bot.delivery.sender import Sender
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from matching.index.index import Index
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin, Kind


class PipelineRunner(DeliveryRunner):
    """Delivery runner that also ingests bulletins."""

    def __init__(
        self,
        database: Database,
        standin: StandinProcess,
        sender: Sender,
        reader: Reader,
        index: Index,
    ) -> None:
        gazetteer = Gazetteer.load()
        super().__init__(database, sender, reader, gazetteer)
        self.standin = standin
        self._keys = itertools.count()
        self._pipeline = IngestPipeline(
            database,
            reader,
            index,
            Deduplicator(),
            AlertTracker(database, index, gazetteer, {}),
            timedelta(minutes=15),
            self.wakeup.set,
            now,
            BulletinMetrics(CollectorRegistry()),
        )

    async def ingest(self, word: str) -> None:
        """Ingest a new bulletin whose title is the word."""
        key = str(next(self._keys))
        bulletin = Bulletin(
            source="bench", key=key, kind=Kind.ALERT, title=word, text=TEXT, received_at=now()
        )
        await self._pipeline.ingest(Batch("bench", (bulletin,), None, is_baseline=False))
