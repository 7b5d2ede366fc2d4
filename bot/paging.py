"""Tells those who run the bot that a source is dead, once, and that it is back, once."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from handlers import sourcing
from handlers.markup import Html
from handlers.words import Voice, Words
from storage import deliveries, sources, subscribers
from storage.content import Content
from storage.database import Database, Transaction
from storage.deliveries import NewDelivery
from storage.lanes import Lane
from storage.sources import Health
from storage.subscribers import Subscriber, Target

log = structlog.get_logger(__name__)


class Paging:
    """A ticker over the health of the sources. What was told is stored: a restart repeats nothing.

    Whoever never wrote to the bot cannot be written to, and only the log tells them.
    """

    def __init__(
        self,
        database: Database,
        words: Words,
        operators: Sequence[int],  # Telegram's ids of people
        ring: Callable[[], None],  # wakes whoever sends
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._words = words
        self._operators = operators
        self._ring = ring
        self._clock = clock

    async def tick(self) -> None:
        """Looks once."""
        now = self._clock()
        async with self._database.read() as transaction:
            found = await sources.health(transaction)
        if not any(_is_news(one, now) for one in found):
            return
        async with self._database.write() as transaction:
            people = await self._people(transaction)
            for one in await sources.health(transaction):  # they may have changed meanwhile
                if _is_news(one, now):
                    await self._tell(transaction, one, people, now)
        self._ring()

    async def _tell(
        self, transaction: Transaction, one: Health, people: Sequence[Subscriber], now: datetime
    ) -> None:
        died = one.is_dead(now)
        await sources.page(transaction, one.name, now if died else None)
        if died:
            log.error("source_dead", source=one.name, error=one.error, told=len(people))
        else:
            log.info("source_back", source=one.name)
        new = [
            NewDelivery(
                subscriber=person.number,
                lane=Lane.REPLY,
                content=Content(_said(one, person, self._words.voice(person.language), now)),
                due_at=now,
            )
            for person in people
        ]
        await deliveries.enqueue(transaction, new, now)

    async def _people(self, transaction: Transaction) -> list[Subscriber]:
        found = [await subscribers.find(transaction, Target(one)) for one in self._operators]
        return [person for person in found if person and not person.suspended]


def _is_news(one: Health, now: datetime) -> bool:
    return one.is_dead(now) == (one.paged_at is None)


def _said(one: Health, person: Subscriber, voice: Voice, now: datetime) -> Html:
    if one.is_dead(now):
        return sourcing.dead(one, now, person.zone, voice)
    return sourcing.back(one, now, voice)
