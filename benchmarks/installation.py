"""An installation to measure: intake, the outbox and the courier, all but Telegram real."""

import itertools
from datetime import timedelta

from prometheus_client import CollectorRegistry

from benchmarks.outbox import Outbox, now
from benchmarks.peer import Peer
from benchmarks.sends import TEXT
from bot.arriving import BulletinCounts
from bot.delivery.sender import Sender
from bot.fusing import Fusion
from bot.intake import Intake
from bot.repeats import Repeats
from bot.sources.source import Batch
from matching.gazetteer import Gazetteer
from matching.index import Index
from matching.reading import Reader
from matching.topics import Topics
from storage.bulletins import Bulletin, Kind
from storage.database import Database


class Installation(Outbox):
    """An outbox that fills with what comes in."""

    def __init__(
        self, database: Database, peer: Peer, sender: Sender, reader: Reader, index: Index
    ) -> None:
        gazetteer = Gazetteer.load()
        super().__init__(database, sender, reader, gazetteer, Topics.built_in())
        self.peer = peer
        self._keys = itertools.count()
        self._intake = Intake(
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
