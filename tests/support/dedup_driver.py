"""Dedup driver: an ingest pipeline with subscribers, to see which news reaches them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.dedup_keys import content_key
from bot.sources.core.source import Batch
from matching.index.index import Index, MatchMode
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin
from support.shared_resources import gazetteer, reader, topics

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class DedupDriver:
    """Ingest pipeline with one subscriber for each query; those in `digests` get digests."""

    def __init__(
        self, database: Database, queries: Sequence[str], digests: Sequence[int] = ()
    ) -> None:
        self.database = database
        self._index = Index()
        for number, query in enumerate(queries, start=1):
            mode = MatchMode.DIGEST if number in digests else MatchMode.AUDIBLE
            self._index.add(number, number, parse(query, gazetteer(), topics()).query, mode)
        self.restart()

    def restart(self) -> None:
        """Begin with an empty dedup window, like a new process."""
        self.deduplicator = Deduplicator()
        ttl = timedelta(minutes=15)
        self.pipeline = IngestPipeline(
            self.database,
            reader(),
            self._index,
            self.deduplicator,
            AlertTracker(self.database, self._index, gazetteer(), {}),
            ttl,
            lambda: None,
            lambda: NOW,
            BulletinMetrics(CollectorRegistry()),
        )

    async def load(self) -> None:
        """Load the dedup window from the database."""
        await self.deduplicator.load(self.database, reader(), NOW)

    async def ingest(
        self, source: str, text: str, received_at: datetime = NOW, *, url: str | None = None
    ) -> int:
        """Ingest a bulletin with an id; return the number of its recipients."""
        new = Bulletin(
            source=source,
            key=f"{source} {received_at} {text}"[:100],
            text=text,
            url=url,
            received_at=received_at,
        )
        (result,) = await self.pipeline.ingest(Batch(source, (new,), None, is_baseline=False))
        return result.match_count

    async def ingest_without_ids(
        self, source: str, texts: Sequence[str], received_at: datetime = NOW
    ) -> list[bool]:
        """Ingest one request of a sender without ids; return which of its texts are news."""
        batch = tuple(
            Bulletin(source=source, key=content_key(text), text=text, received_at=received_at)
            for text in texts
        )
        results = await self.pipeline.ingest(Batch(source, batch, None, is_baseline=False))
        return [not result.is_duplicate for result in results]
