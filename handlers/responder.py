"""How a request is answered.

What the handler changes, what it says and that the update is done are one transaction.
"""

from collections.abc import Callable
from datetime import datetime

from handlers import subscription_index
from handlers.framework.handler_context import Handler, Kit
from handlers.framework.replies import Answer, Direct, Edit, Reply
from handlers.telegram.events import Heard, Occurrence, Request
from matching.index.index import Index
from storage.engine.database import Database, Transaction
from storage.inbound import update_inbox
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import channels, subscribers
from storage.subscribers.channels import Channel
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane
from storage.values.message import Content

_LONGEST_ANSWER = 200
"""Characters of an answer to a press (core.telegram.org/bots/api#answercallbackquery)."""


class Answering:
    """Runs handlers. `clock` gives aware times.

    What `write`, `read` and `apologise` return is to be sent straight, now that all is committed.
    It is nothing where the update was dealt with before.
    """

    def __init__(
        self, database: Database, kit: Kit, index: Index, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._kit = kit
        self._index = index
        self._clock = clock

    async def complete(self, update_id: int) -> None:
        """Marks an update as dealt with to which nothing is said."""
        async with self._database.write() as transaction:
            await update_inbox.complete(transaction, update_id, self._clock())

    async def write(self, update_id: int, heard: Heard, handler: Handler) -> tuple[Direct, ...]:
        """For a handler that changes something."""
        now = self._clock()
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, now):
                return ()
            subscriber = await self._welcome(transaction, heard, now)
            request = Request(heard, subscriber, now)
            said = await handler(request, transaction, self._kit)
            await enqueue_replies(transaction, subscriber, said.replies, now)
        self.tell_index(said)
        return _direct(heard, said)

    async def read(
        self,
        update_id: int,
        heard: Heard,
        handler: Handler,
        allowed: tuple[Channel, ...] = (),
    ) -> tuple[Direct, ...]:
        """For a handler that changes nothing: however long it looks, nobody waits to write."""
        now = self._clock()
        subscriber = await self.subscriber(heard)
        async with self._database.read() as transaction:
            request = Request(heard, subscriber, now, allowed)
            said = await handler(request, transaction, self._kit)
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, now):
                return ()
            await enqueue_replies(transaction, subscriber, said.replies, now)
        return _direct(heard, said)

    async def apologise(self, update_id: int, heard: Occurrence | None) -> tuple[Direct, ...]:
        """Says that something failed, where somebody waits for an answer."""
        now = self._clock()
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, now):
                return ()
            if not isinstance(heard, Heard):
                return ()
            subscriber = await self._welcome(transaction, heard, now)
            voice = self._kit.words.voice(subscriber.language)
            if heard.press:
                return (Answer(heard.press.id, voice.label("answer-failed")),)
            await enqueue_replies(transaction, subscriber, (Content(voice.say("failed")),), now)
        return ()

    async def subscriber(self, heard: Heard) -> Subscriber:
        """Whoever speaks; stored where the chat is new, or is back after it was suspended."""
        async with self._database.read() as transaction:
            found = await subscribers.find(transaction, heard.target)
        if found is not None and not found.suspended:
            return found
        async with self._database.write() as transaction:
            return await self._welcome(transaction, heard, self._clock())

    def tell_index(self, said: Reply) -> None:
        """The index hears of what is committed, and of nothing else."""
        for subscription in said.changed:
            subscription_index.put(self._index, subscription)
        for subscription_id in said.removed:
            self._index.remove(subscription_id)

    async def _welcome(self, transaction: Transaction, heard: Heard, now: datetime) -> Subscriber:
        language = self._kit.words.language(heard.language_code)
        found = await subscribers.ensure(transaction, heard.target, heard.kind, language, now)
        if found.suspended:
            await subscribers.resume(transaction, heard.target.chat_id)
        if heard.channel:
            await channels.note(transaction, found.number, heard.channel)
        return found


async def enqueue_replies(
    transaction: Transaction, subscriber: Subscriber, replies: tuple[Content, ...], now: datetime
) -> None:
    """Owes the messages to the subscriber, in the lane of replies."""
    new = [
        NewDelivery(subscriber=subscriber.number, lane=Lane.REPLY, content=content, due_at=now)
        for content in replies
    ]
    await deliveries.enqueue(transaction, new, now)


def _direct(heard: Heard, said: Reply) -> tuple[Direct, ...]:
    """A press is always answered: until then Telegram shows that it waits."""
    if heard.press is None:
        return ()
    answer = Answer(heard.press.id, said.answer[:_LONGEST_ANSWER])
    if said.edit is None:
        return (answer,)
    return (Edit(heard.target.chat_id, heard.press.message_id, said.edit), answer)
