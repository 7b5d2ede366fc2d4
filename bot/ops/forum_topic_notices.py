"""Tells a group's administrators, once, that a topic of theirs cannot be written to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handlers.messages.notices import topic_lost
from handlers.text.i18n import Words
from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import lost_topics, subscribers
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane

_AT_ONCE = 100


@dataclass(frozen=True)
class Notices:
    """`ring` wakes whoever sends; `clock` gives aware times."""

    database: Database
    words: Words
    ring: Callable[[], None]
    clock: Callable[[], datetime]

    async def tick(self) -> None:
        """Owes a notice to each group that has had none: it takes its topic's way to the group."""
        async with self.database.read() as transaction:
            if not await lost_topics.untold(transaction, _AT_ONCE):
                return
        now = self.clock()
        async with self.database.write() as transaction:
            numbers = await lost_topics.untold(transaction, _AT_ONCE)
            there = await subscribers.get(transaction, numbers)
            new = [self._notice(subscriber, now) for subscriber in there.values()]
            await deliveries.enqueue(transaction, new, now)
            await lost_topics.told(transaction, numbers, now)
        self.ring()

    def _notice(self, subscriber: Subscriber, now: datetime) -> NewDelivery:
        content = topic_lost(self.words.voice(subscriber.language))
        return NewDelivery(
            subscriber=subscriber.number, lane=Lane.REPLY, content=content, due_at=now
        )
