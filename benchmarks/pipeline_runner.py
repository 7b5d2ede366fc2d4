"""An installation to measure: intake, the outbox and the courier, all but Telegram real."""

import itertools
from datetime import timedelta

from prometheus_client import CollectorRegistry

from alerts.tracker import Fusion
from benchmarks.outbox import Outbox, now
from benchmarks.peer import Peer
from benchmarks.sends import TEXT
from bot.delivery.sender import Sender
from bot.ingest.deduplicator import Repeats
from bot.ingest.metrics import BulletinCounts
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from matching.index.index import Index
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin, Kind


class Installation(Outbox):
    """An outbox that fills with what comes in."""

    def __init__(
        self, database: Database, peer: Peer, sender: Sender, reader: Reader, index: Index
    ) -> None:
        gazetteer = Gazetteer.load()
        super().__init__(database, sender, reader, gazetteer, Topics.built_in())
        self.peer = peer
        self._keys = itertools.count()
        self._intake = IngestPipeline(
            database,
            reader,
            index,
            Repeats(),
            Fusion(database, index, gazetteer, {}),
            timedelta(minutes=15),
            self.bell.set,
            now,
            BulletinCounts(CollectorRegistry()),
        )

    async def take(self, word: str) -> None:
        """A bulletin comes in."""
        key = str(next(self._keys))
        bulletin = Bulletin(
            source="bench", key=key, kind=Kind.ALERT, title=word, text=TEXT, received_at=now()
        )
        await self._intake.take(Batch("bench", (bulletin,), None, baseline=False))
