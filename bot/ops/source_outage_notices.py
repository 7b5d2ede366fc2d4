"""Tells those who run the bot that a source is dead, once, and that it is back, once."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from handlers.commands import sources as sources_command
from handlers.text.html import Html
from handlers.text.i18n import Voice, Words
from storage.engine.database import Database, Transaction
from storage.inbound import sources
from storage.inbound.sources import Health
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Subscriber, Target
from storage.values.lanes import Lane
from storage.values.message import Content

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
            # They may have changed meanwhile.
            news = [one for one in await sources.health(transaction) if _is_news(one, now)]
            for one in news:
                await self._note(transaction, one, now)
            told = [new for person in people for new in self._told(person, news, now)]
            await deliveries.enqueue(transaction, told, now)
        self._ring()

    async def _note(self, transaction: Transaction, one: Health, now: datetime) -> None:
        died = one.is_dead(now)
        await sources.page(transaction, one.name, now if died else None)
        if died:
            log.error("source_dead", source=one.name, error=one.error)
        else:
            log.info("source_back", source=one.name)

    def _told(self, person: Subscriber, news: Sequence[Health], now: datetime) -> list[NewDelivery]:
        """All in one message: when the network is away, every source is."""
        voice = self._words.voice(person.language)
        said = sources_command.in_messages([_said(one, person, voice, now) for one in news])
        return [
            NewDelivery(
                subscriber=person.number, lane=Lane.REPLY, content=Content(html), due_at=now
            )
            for html in said
        ]

    async def _people(self, transaction: Transaction) -> list[Subscriber]:
        found = [await subscribers.find(transaction, Target(one)) for one in self._operators]
        return [person for person in found if person and not person.suspended]


def _is_news(one: Health, now: datetime) -> bool:
    if one.paged_at is None:
        return one.is_dead(now)
    return one.succeeded_at is not None and one.succeeded_at > one.paged_at


def _said(one: Health, person: Subscriber, voice: Voice, now: datetime) -> Html:
    if one.is_dead(now):
        return sources_command.dead(one, now, person.zone, voice)
    return sources_command.back(one, now, voice)
