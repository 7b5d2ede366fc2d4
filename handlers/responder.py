"""Handler runner: the handler's writes, its messages and the update's completion are atomic."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from handlers import subscription_index
from handlers.framework.handler_context import Handler, HandlerContext
from handlers.framework.replies import CallbackAnswer, ImmediateCall, MessageEdit, Reply
from handlers.services import chat_places
from handlers.telegram.events import Event, Message, Request
from handlers.update_completion import UpdateCompleter
from matching.index.index import Index
from storage.engine.database import Database, Transaction
from storage.inbound import update_inbox
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import channels, subscribers
from storage.subscribers.channels import Channel
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane
from storage.values.message import MessageContent

_MAX_ANSWER_LENGTH = 200
"""Characters of a callback answer (core.telegram.org/bots/api#answercallbackquery)."""


_CONCURRENT_READS = 2


class HandlerRunner:
    """Runner of handlers. `clock` returns aware times.

    `run_write`, `run_read` and `report_failure` return the calls to send at once, after the
    commit. They are idempotent: for an update that is already complete they return nothing.
    """

    def __init__(
        self,
        database: Database,
        context: HandlerContext,
        index: Index,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._context = context
        self._index = index
        self._clock = clock
        self._completer = UpdateCompleter(database, clock)
        self._read_slots = asyncio.Semaphore(_CONCURRENT_READS)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Open a read transaction for a handler, once few enough others are open.

        A search keeps one open for long. All of them together would use up the connections, and
        their steps the time between two steps of an alert.
        """
        async with self._read_slots, self._database.read() as transaction:
            yield transaction

    async def complete(self, update_id: int) -> None:
        """Complete an update that gets no reply."""
        await self._completer.complete(update_id)

    async def run_write(
        self, update_id: int, message: Message, handler: Handler
    ) -> tuple[ImmediateCall, ...]:
        """Run a handler that changes data, in one write transaction."""
        now = self._clock()
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, now):
                return ()
            subscriber = await self._get_or_create(transaction, message, now)
            places = await chat_places.load(transaction, subscriber.number, now)
            request = Request(message, subscriber, now, places=places)
            reply = await handler(request, transaction, self._context)
            await enqueue_replies(transaction, subscriber, reply.messages, now)
        self.update_index(reply)
        return _immediate_calls(message, reply)

    async def run_read(
        self,
        update_id: int,
        message: Message,
        handler: Handler,
        permitted_channels: tuple[Channel, ...] = (),
    ) -> tuple[ImmediateCall, ...]:
        """Run a handler that only reads, in a read transaction: it blocks no writer."""
        now = self._clock()
        subscriber = await self.ensure_subscriber(message)
        async with self.read() as transaction:
            places = await chat_places.load(transaction, subscriber.number, now)
            request = Request(message, subscriber, now, permitted_channels, places)
            reply = await handler(request, transaction, self._context)
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, now):
                return ()
            await enqueue_replies(transaction, subscriber, reply.messages, now)
        return _immediate_calls(message, reply)

    async def report_failure(
        self, update_id: int, event: Event | None
    ) -> tuple[ImmediateCall, ...]:
        """Complete a failed update, and tell the sender of a message that it failed."""
        now = self._clock()
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, now):
                return ()
            if not isinstance(event, Message):
                return ()
            subscriber = await self._get_or_create(transaction, event, now)
            translator = self._context.catalog.translator(subscriber.language)
            if event.callback_query:
                text = translator.text("answer-failed")
                return (CallbackAnswer(event.callback_query.id, text),)
            content = MessageContent(translator.html("failed"))
            await enqueue_replies(transaction, subscriber, (content,), now)
        return ()

    async def ensure_subscriber(self, message: Message) -> Subscriber:
        """Return the subscriber of a message; stores a new one, and resumes a suspended one."""
        async with self._database.read() as transaction:
            subscriber = await subscribers.find(transaction, message.target)
        if subscriber is not None and not subscriber.suspended:
            return subscriber
        async with self._database.write() as transaction:
            return await self._get_or_create(transaction, message, self._clock())

    def update_index(self, reply: Reply) -> None:
        """Apply the subscription changes of a reply to the index. Call it after the commit."""
        for subscription in reply.changed_subscriptions:
            subscription_index.put(self._index, subscription, self._context.gazetteer)
        for subscription_id in reply.removed_subscription_ids:
            subscription_index.remove(self._index, subscription_id)

    async def _get_or_create(
        self, transaction: Transaction, message: Message, now: datetime
    ) -> Subscriber:
        language = self._context.catalog.language(message.language_code)
        subscriber = await subscribers.get_or_create(
            transaction, message.target, message.kind, language, now
        )
        if subscriber.suspended:
            await subscribers.resume(transaction, message.target.chat_id)
        if message.channel_name:
            await channels.save_name(transaction, subscriber.number, message.channel_name)
        return subscriber


async def enqueue_replies(
    transaction: Transaction,
    subscriber: Subscriber,
    messages: tuple[MessageContent, ...],
    now: datetime,
) -> None:
    """Enqueue messages to a subscriber in the reply lane of the outbox."""
    new_deliveries = [
        NewDelivery(subscriber=subscriber.number, lane=Lane.REPLY, content=content, due_at=now)
        for content in messages
    ]
    await deliveries.enqueue(transaction, new_deliveries, now)


def _immediate_calls(message: Message, reply: Reply) -> tuple[ImmediateCall, ...]:
    """Return the calls of a reply. Every callback query is answered, to end its progress bar."""
    query = message.callback_query
    if query is None:
        return ()
    answer = CallbackAnswer(query.id, reply.answer[:_MAX_ANSWER_LENGTH])
    if reply.edit is None:
        return (answer,)
    return (MessageEdit(message.target.chat_id, query.message_id, reply.edit), answer)
