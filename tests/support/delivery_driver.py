"""A courier at work on a real database, and short ways to owe something and to look."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry
from pyroaring import BitMap
from telegram import Bot

from bot.delivery.attempt import Told
from bot.delivery.http_transport import AiohttpRequest
from bot.delivery.metrics import Counts
from bot.delivery.rate_limiter import Pacer
from bot.delivery.sender import Sender
from bot.delivery.worker import Courier, Render
from bot.standin.person import Person
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.outbox import backlog, broadcasts, deliveries
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.lanes import Lane
from storage.values.message import Content


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def connected(
    url: str, token: str, *, seconds: float = 20.0, connections: int = 64
) -> AsyncIterator[Sender]:
    """A sender that calls the server at `url`, each call at most so long."""
    request = AiohttpRequest(connections=connections, seconds=seconds)
    await request.initialize()
    try:
        yield Sender(Bot(token, base_url=f"{url}/bot", request=request))
    finally:
        await request.shutdown()


def _drawn(what: StoredBulletin | Told, _: Subscriber) -> Content:
    assert isinstance(what, StoredBulletin)
    return Content(f"<b>{what.title or what.text}</b>")


class Outbox:
    """A courier at work, and short ways to owe something."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        rate: int,
        clock: Callable[[], datetime] = now,
        render: Render | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.bell = asyncio.Event()
        self.joined: list[int] = []
        self.registry = CollectorRegistry()
        self.pacer = Pacer(rate, asyncio.get_running_loop().time)
        self.courier = Courier(
            database,
            sender,
            self.pacer,
            render or _drawn,
            bell=self.bell,
            joined=self._note_joined,
            counts=Counts(self.registry, clock),
            clock=clock,
        )

    async def _note_joined(self, ids: Sequence[int]) -> None:
        self.joined += ids

    async def subscriber(
        self, chat_id: int, thread_id: int = 0, kind: ChatKind = ChatKind.PRIVATE
    ) -> Subscriber:
        async with self.database.write() as transaction:
            return await subscribers.ensure(
                transaction, Target(chat_id, thread_id), kind, "en", self.clock()
            )

    async def bulletin(self, title: str, **changes: Any) -> StoredBulletin:
        async with self.database.write() as transaction:
            new = Bulletin(
                source="blog", key=title, title=title, received_at=self.clock(), **changes
            )
            return await bulletins.add(transaction, new)

    async def broadcast(
        self, title: str, to: Sequence[Subscriber], *, lane: Lane = Lane.NEWS, **changes: Any
    ) -> None:
        bulletin = await self.bulletin(title, **changes)
        numbers = BitMap([subscriber.number for subscriber in to])
        async with self.database.write() as transaction:
            new = NewBroadcast(bulletin=bulletin.id, lane=lane, recipients=numbers, silent=BitMap())
            await broadcasts.enqueue(transaction, [new], self.clock())
        self.bell.set()

    async def say(
        self, text: str, to: Subscriber, *, lane: Lane = Lane.REPLY, **changes: object
    ) -> None:
        content = Content(text, **changes)  # type: ignore[arg-type]
        new = NewDelivery(subscriber=to.number, lane=lane, content=content, due_at=self.clock())
        async with self.database.write() as transaction:
            await deliveries.enqueue(transaction, [new], self.clock())
        self.bell.set()

    async def owes(self) -> bool:
        async with self.database.read() as transaction:
            owed = await backlog.look(transaction)
            under_way = await deliveries.in_doubt(transaction)
        return bool(under_way) or any(one.due_at or one.newest for one in owed.values())

    async def settled(self) -> None:
        """Waits until nothing is owed any more."""
        while await self.owes():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.02)

    async def unanswered(self) -> set[int]:
        """Numbers of those to whom a call was begun whose outcome is not stored."""
        async with self.database.read() as transaction:
            numbers = {each.subscriber for each in await deliveries.in_doubt(transaction)}
            return numbers.union(*(b.under_way for b in await broadcasts.begun(transaction)))

    async def kill(self, run: asyncio.Task[None]) -> None:
        """Ends it as a kill would: the calls under way have no outcome."""
        tasks = (run, *self.courier._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def get(self, subscriber: Subscriber) -> Subscriber:
        async with self.database.read() as transaction:
            return (await subscribers.get(transaction, [subscriber.number]))[subscriber.number]


@asynccontextmanager
async def at_work(
    database: Database,
    sender: Sender,
    rate: int = 30,
    clock: Callable[[], datetime] = now,
    *,
    seconds: float = 180.0,
    render: Render | None = None,
) -> AsyncIterator[Outbox]:
    """A courier at work, for so long at most."""
    outbox = Outbox(database, sender, rate, clock, render)
    run = asyncio.create_task(outbox.courier.run())
    try:
        async with asyncio.timeout(seconds):
            yield outbox
    finally:
        outbox.courier.stop()
        await run


async def people(
    standin: Standin, outbox: Outbox, count: int
) -> tuple[list[Person], list[Subscriber]]:
    persons = [standin.people.person(f"P{n}", started=True) for n in range(count)]
    return persons, [await outbox.subscriber(person.id) for person in persons]


def texts_of(persons: Sequence[Person]) -> list[list[str]]:
    return [person.chat.texts for person in persons]
