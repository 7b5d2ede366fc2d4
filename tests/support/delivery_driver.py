"""Delivery worker on a real database, with helpers to fill and to inspect the outbox."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry
from pyroaring import BitMap
from telegram import Bot

from bot.delivery.attempt import IncidentMessage
from bot.delivery.attempt_runner import Render
from bot.delivery.http_transport import AiohttpRequest
from bot.delivery.metrics import DeliveryMetrics
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.sender import Sender
from bot.delivery.worker import DeliveryWorker
from bot.standin.person import Person
from bot.standin.server import Standin
from handlers.messages.place_distance import FollowedCircle
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.outbox import backlog, broadcasts, deliveries
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.lanes import Lane
from storage.values.message import MessageContent

_EMPTY_SECONDS = 170.0
_STOP_SECONDS = 120.0


def now() -> datetime:
    """Return the current time, aware."""
    return datetime.now(UTC)


@asynccontextmanager
async def connected_sender(
    url: str, token: str, *, timeout_seconds: float = 20.0, connections: int = 64
) -> AsyncIterator[Sender]:
    """Open a sender that calls the server at `url`."""
    request = AiohttpRequest(connections=connections, timeout_seconds=timeout_seconds)
    await request.initialize()
    try:
        yield Sender(Bot(token, base_url=f"{url}/bot", request=request))
    finally:
        await request.shutdown()


def _render_title(
    source: StoredBulletin | IncidentMessage, *_: Subscriber | tuple[FollowedCircle, ...]
) -> MessageContent:
    assert isinstance(source, StoredBulletin)
    return MessageContent(f"<b>{source.title or source.text}</b>")


class Outbox:
    """Delivery worker, with helpers to fill and to inspect its outbox."""

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
        self.wakeup = asyncio.Event()
        self.moved_subscriptions: list[int] = []
        self.registry = CollectorRegistry()
        self.rate_limiter = RateLimiter(rate, asyncio.get_running_loop().time)
        self.worker = DeliveryWorker(
            database,
            sender,
            self.rate_limiter,
            render or _render_title,
            wakeup=self.wakeup,
            on_subscriptions_moved=self._record_moved,
            metrics=DeliveryMetrics(self.registry, clock),
            clock=clock,
        )

    async def _record_moved(self, ids: Sequence[int]) -> None:
        self.moved_subscriptions += ids

    async def subscriber(
        self, chat_id: int, thread_id: int = 0, kind: ChatKind = ChatKind.PRIVATE
    ) -> Subscriber:
        """Return the subscriber of a chat; create it if needed."""
        async with self.database.write() as transaction:
            return await subscribers.get_or_create(
                transaction, Target(chat_id, thread_id), kind, "en", self.clock()
            )

    async def bulletin(self, title: str, **changes: Any) -> StoredBulletin:
        """Store a bulletin."""
        async with self.database.write() as transaction:
            new = Bulletin(
                source="blog", key=title, title=title, received_at=self.clock(), **changes
            )
            return await bulletins.add(transaction, new)

    async def broadcast(
        self, title: str, to: Sequence[Subscriber], *, lane: Lane = Lane.NEWS, **changes: Any
    ) -> None:
        """Enqueue a broadcast of a new bulletin and wake the worker."""
        bulletin = await self.bulletin(title, **changes)
        numbers = BitMap([subscriber.number for subscriber in to])
        async with self.database.write() as transaction:
            new = NewBroadcast(bulletin=bulletin.id, lane=lane, recipients=numbers, silent=BitMap())
            await broadcasts.enqueue(transaction, [new], self.clock())
        self.wakeup.set()

    async def send_text(
        self, text: str, to: Subscriber, *, lane: Lane = Lane.REPLY, **changes: object
    ) -> None:
        """Enqueue a delivery of text and wake the worker."""
        content = MessageContent(text, **changes)  # type: ignore[arg-type]
        new = NewDelivery(subscriber=to.number, lane=lane, content=content, due_at=self.clock())
        async with self.database.write() as transaction:
            await deliveries.enqueue(transaction, [new], self.clock())
        self.wakeup.set()

    async def has_backlog(self) -> bool:
        """Return whether a message waits or is in flight."""
        async with self.database.read() as transaction:
            backlogs = await backlog.read(transaction)
            in_doubt = await deliveries.list_in_doubt(transaction)
        return bool(in_doubt) or any(
            lane.due_at or lane.last_broadcast for lane in backlogs.values()
        )

    async def wait_until_sent(self) -> None:
        """Wait until the outbox is empty."""
        async with asyncio.timeout(_EMPTY_SECONDS):
            while await self.has_backlog():  # noqa: ASYNC110 - the database has no event
                await asyncio.sleep(0.02)

    async def subscribers_in_flight(self) -> set[int]:
        """Return the numbers of subscribers to whom a call has no stored outcome."""
        async with self.database.read() as transaction:
            numbers = {row.subscriber for row in await deliveries.list_in_doubt(transaction)}
            return numbers.union(*(b.in_flight for b in await broadcasts.list_started(transaction)))

    async def kill(self, run: asyncio.Task[None]) -> None:
        """Stop the worker as a kill would: calls in flight have no outcome."""
        tasks = (run, *self.worker._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def reload(self, subscriber: Subscriber) -> Subscriber:
        """Read a subscriber again."""
        async with self.database.read() as transaction:
            return (await subscribers.get(transaction, [subscriber.number]))[subscriber.number]


@asynccontextmanager
async def running_delivery(
    database: Database,
    sender: Sender,
    rate: int = 30,
    clock: Callable[[], datetime] = now,
    *,
    seconds: float = 180.0,
    render: Render | None = None,
) -> AsyncIterator[Outbox]:
    """Run a delivery worker, for at most `seconds`."""
    outbox = Outbox(database, sender, rate, clock, render)
    run = asyncio.create_task(outbox.worker.run())
    try:
        async with asyncio.timeout(seconds):
            yield outbox
    finally:
        outbox.worker.stop()
        await asyncio.wait_for(run, _STOP_SECONDS)


async def add_people(
    standin: Standin, outbox: Outbox, count: int
) -> tuple[list[Person], list[Subscriber]]:
    """Add people who have started the bot; return them and their subscribers."""
    persons = [standin.people.person(f"P{n}", started=True) for n in range(count)]
    return persons, [await outbox.subscriber(person.id) for person in persons]


def texts_of(persons: Sequence[Person]) -> list[list[str]]:
    """Return the texts in each person\'s chat."""
    return [person.chat.texts for person in persons]
