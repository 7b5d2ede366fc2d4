"""Forum topic notices: notify a group once that one of its topics is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from handlers.commands.group_added import render_lost_forum_topic
from handlers.text.i18n import Catalog
from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import lost_topics, subscribers
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane

_BATCH = 100


@dataclass(frozen=True)
class ForumTopicNotices:
    """Job that enqueues the notices. `notify` wakes the delivery worker; `clock` is aware."""

    database: Database
    catalog: Catalog
    notify: Callable[[], None]
    clock: Callable[[], datetime]

    async def tick(self) -> None:
        """Enqueue one notice for each newly lost topic, addressed to the group itself."""
        async with self.database.read() as transaction:
            if not await lost_topics.next_unnotified(transaction, _BATCH):
                return
        now = self.clock()
        async with self.database.write() as transaction:
            numbers = await lost_topics.next_unnotified(transaction, _BATCH)
            found_subscribers = await subscribers.get(transaction, numbers)
            notices = [self._notice(subscriber, now) for subscriber in found_subscribers.values()]
            await deliveries.enqueue(transaction, notices, now)
            await lost_topics.mark_notified(transaction, numbers, now)
        self.notify()

    def _notice(self, subscriber: Subscriber, now: datetime) -> NewDelivery:
        content = render_lost_forum_topic(self.catalog.translator(subscriber.language))
        return NewDelivery(
            subscriber=subscriber.number, lane=Lane.REPLY, content=content, due_at=now
        )
