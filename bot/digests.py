"""What was held for somebody becomes one delivery at the hour they chose."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from handlers.messages import Audience, Messages
from handlers.signs import read
from matching.evaluate import evaluate
from matching.query import load
from matching.reading import Reader, Reading
from storage import bulletins, carried, deliveries, held, subscribers, subscriptions
from storage.bulletins import StoredBulletin
from storage.database import Database, Transaction
from storage.deliveries import NewDelivery
from storage.held import Held
from storage.lanes import Lane
from storage.subscribers import Subscriber
from storage.subscriptions import Subscription

BATCH = 500
"""Subscriptions in one transaction: others who write wait for it."""


@dataclass(frozen=True)
class Digests:
    """Makes digests. `ring` wakes whoever sends; `clock` gives aware times."""

    database: Database
    reader: Reader
    messages: Messages
    ring: Callable[[], None]
    clock: Callable[[], datetime]

    async def tick(self) -> None:
        """Makes every digest that is due now."""
        now = self.clock()
        while True:
            async with self.database.write() as transaction:
                due = await subscriptions.due(transaction, now, BATCH)
                await self._make(transaction, due, now)
            self.ring()
            if len(due) < BATCH:
                return

    async def _make(self, transaction: Transaction, due: list[Subscription], now: datetime) -> None:
        """The deliveries and the next due times are one transaction: no digest comes twice."""
        if not due:
            return
        people = await subscribers.get(transaction, {s.subscriber for s in due})
        waiting = await held.since(transaction, min(s.digested for s in due), list(people))
        again = await carried.waiting(transaction, people)
        texts = await bulletins.get(transaction, {h.bulletin for h in waiting} | set(again))
        readings = {id_: read(self.reader, text) for id_, text in texts.items()}
        last = await bulletins.last_id(transaction)
        joined: dict[int, BitMap] = {}
        for number, subscriber in people.items():
            own = [s for s in due if s.subscriber == number]
            wanted = set(_wanted(own, waiting, readings))
            for bulletin in _missed(own, number, again, readings):
                wanted.add(bulletin)
                joined.setdefault(bulletin, BitMap()).add(number)
            silent = not any(subscription.sound for subscription in own)
            new = self._deliveries(
                subscriber, [texts[id_] for id_ in sorted(wanted)], silent=silent, now=now
            )
            await deliveries.enqueue(transaction, new, now)
            zone = ZoneInfo(subscriber.zone or "UTC")
            for subscription in own:
                next_due_at = subscription.schedule.next_due(now, zone)
                await subscriptions.digest(
                    transaction, subscription.id, digested=last, next_due_at=next_due_at
                )
        await carried.join(transaction, joined)

    def _deliveries(
        self,
        subscriber: Subscriber,
        wanted: list[StoredBulletin],
        *,
        silent: bool,
        now: datetime,
    ) -> list[NewDelivery]:
        contents = self.messages.digest(wanted, Audience.of(subscriber), now)
        return [
            NewDelivery(
                subscriber=subscriber.number,
                lane=Lane.DIGEST,
                content=content,
                silent=silent,
                due_at=now,
            )
            for content in contents
        ]


def _wanted(
    own: Iterable[Subscription], waiting: list[Held], readings: dict[int, Reading]
) -> list[int]:
    """Ids of bulletins that wait for one subscriber and match a subscription that is due."""
    queries = [(s.subscriber, s.digested, load(s.query)) for s in own]
    return [
        each.bulletin
        for each in waiting
        if any(
            number in each.recipients
            and digested < each.bulletin
            and evaluate(query, readings[each.bulletin])
            for number, digested, query in queries
        )
    ]


def _missed(
    own: Iterable[Subscription],
    number: int,
    again: Mapping[int, BitMap],
    readings: dict[int, Reading],
) -> list[int]:
    """Ids of bulletins that join this digest, as the subscriber may have missed them."""
    queries = [load(s.query) for s in own]
    return [
        bulletin
        for bulletin, numbers in again.items()
        if number in numbers and any(evaluate(query, readings[bulletin]) for query in queries)
    ]
