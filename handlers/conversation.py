"""The conversation: an update comes in, what to say goes out, in one transaction."""

import traceback
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial

import structlog

from handlers import channels, indexing, inline, registry, updates
from handlers.channels import Wanted
from handlers.heard import Added, Asked, Heard, Left, Migrated, Request
from handlers.joining import join_chat
from handlers.kit import Handler, Kit
from handlers.limiting import COMMAND, PRESS, Allowance, Verdict
from handlers.messages import Audience, Messages
from handlers.routing import Route, route
from handlers.said import Answer, Direct, Edit, Said
from handlers.stewards import Stewards
from handlers.words import Words
from handlers.zones import Zones
from matching.gazetteer import Gazetteer
from matching.index import Index
from matching.reading import Reader
from matching.topics import Topics
from storage import channels as known_channels
from storage import deliveries, inbox, subscribers, subscriptions
from storage.channels import Channel
from storage.content import Content
from storage.database import Database, Transaction
from storage.deliveries import NewDelivery
from storage.inbox import Incoming
from storage.lanes import Lane
from storage.subscribers import ChatKind, Subscriber, Suspended, Target

_log = structlog.get_logger()

_LONGEST_ANSWER = 200
"""Characters of an answer to a press (core.telegram.org/bots/api#answercallbackquery)."""


class Conversation:
    """Deals with updates: one at a time of each chat, those of several chats at once."""

    def __init__(  # noqa: PLR0913 - each is a part of the house, none a choice
        self,
        database: Database,
        *,
        words: Words,
        gazetteer: Gazetteer,
        topics: Topics,
        reader: Reader,
        index: Index,
        clock: Callable[[], datetime],
        administrators: Callable[[int], Awaitable[frozenset[int]]],
        username: str | None = None,
        quota: int = 100,
        operators: Iterable[int] = (),
        watchers: Iterable[str] = (),
        allowance: Allowance | None = None,
    ) -> None:
        """`administrators` tells who they are, by a chat's id; `quota` is of subscriptions a chat.

        `operators` are Telegram's ids of those who run the bot. `watchers` are the names of the
        sources that always know which alerts are on. `allowance` is how much of what a chat asks is
        answered; without one all of it is.

        `username` is the bot's own, without the @; it may be set later.
        """
        self.username = username
        self._database = database
        self._index = index
        self._clock = clock
        self._administrators = administrators
        self._stewards = Stewards(database, administrators)
        self._allowance = allowance
        self._kit = Kit(
            words=words,
            gazetteer=gazetteer,
            topics=topics,
            reader=reader,
            messages=Messages(words, reader),
            zones=Zones(gazetteer),
            commands=registry.COMMANDS,
            quota=quota,
            operators=frozenset(operators),
            watchers=frozenset(watchers),
        )

    async def process(self, incoming: Incoming) -> tuple[Direct, ...]:
        """Deals with an update; what is to be sent straight, now that all is committed.

        Raises nothing: what fails is logged, and said to the person.
        """
        heard = None
        try:
            heard = updates.read(incoming.payload, self.username, self._clock())
            return await self._deal(incoming.update_id, heard)
        except Exception as error:  # noqa: BLE001 - one update must not stop those behind it
            _report(incoming.update_id, error)
        try:
            return await self._apologise(incoming.update_id, heard)
        except Exception as error:  # noqa: BLE001 - the update stays in the inbox for a better day
            _report(incoming.update_id, error)
            return ()

    async def _deal(
        self, update_id: int, heard: Heard | Asked | Added | Left | Migrated | None
    ) -> tuple[Direct, ...]:
        match heard:
            case Heard():
                return await self._hear(update_id, heard)
            case Asked():
                return await self._suggest(update_id, heard)
            case Added():
                await self._join(update_id, heard)
            case Left(chat_id):
                await self._leave(update_id, chat_id)
            case Migrated(chat_id, new_chat_id):
                await self._move(update_id, chat_id, new_chat_id)
            case None:
                await self._complete(update_id)
        return ()

    async def _complete(self, update_id: int) -> None:
        async with self._database.write() as transaction:
            await inbox.complete(transaction, update_id, self._clock())

    async def _suggest(self, update_id: int, asked: Asked) -> tuple[Direct, ...]:
        """Nothing is kept of somebody who only shares something."""
        async with self._database.read() as transaction:
            found = await subscribers.find(transaction, Target(asked.user_id, 0))
            language = self._kit.words.language(asked.language_code)
            audience = Audience.of(found) if found else inline.audience_of_nobody(language)
            suggested = await inline.suggest(asked, transaction, self._kit, audience)
        await self._complete(update_id)
        return (suggested,)

    async def _join(self, update_id: int, added: Added) -> None:
        now = self._clock()
        async with self._database.write() as transaction:
            if await inbox.complete(transaction, update_id, now):
                said = await join_chat(added, transaction, self._kit, now)
                if said is not None:
                    await _reply(transaction, said[0], said[1:], now)

    async def _leave(self, update_id: int, chat_id: int) -> None:
        async with self._database.write() as transaction:
            if await inbox.complete(transaction, update_id, self._clock()):
                await subscribers.suspend(transaction, chat_id, Suspended.BLOCKED)

    async def _move(self, update_id: int, chat_id: int, new_chat_id: int) -> None:
        async with self._database.write() as transaction:
            if not await inbox.complete(transaction, update_id, self._clock()):
                return
            joined = await subscribers.move(transaction, chat_id, new_chat_id)
            changed = await subscriptions.get(transaction, joined)
        self._tell_index(Said(changed=tuple(changed)))

    async def _hear(self, update_id: int, heard: Heard) -> tuple[Direct, ...]:
        found = route(heard, self._kit.commands_for(heard))
        if found is None:
            await self._complete(update_id)
            return ()
        match self._verdict(heard):
            case Verdict.PASS_OVER:
                await self._complete(update_id)
                return ()
            case Verdict.SAY_WHY:
                return await self._read(update_id, heard, registry.TOO_FAST)
        wanted = Wanted.of(heard)
        if wanted is not None:
            return await self._hear_for_channel(update_id, heard, wanted)
        return await self._answer(update_id, heard, await self._permitted(heard, found))

    async def _permitted(self, heard: Heard, found: Route) -> Route:
        """What was asked for, or who may ask for it."""
        if not (found.changes or _is_public(heard)) or await self._may_change(heard):
            return found
        why = registry.NOT_ADMINISTRATOR if found.changes else registry.READ_IN_PRIVATE
        return Route(why, changes=False)

    async def _answer(self, update_id: int, heard: Heard, found: Route) -> tuple[Direct, ...]:
        if found.changes:
            return await self._write(update_id, heard, found.handler)
        return await self._read(update_id, heard, found.handler)

    async def _hear_for_channel(
        self, update_id: int, heard: Heard, wanted: Wanted
    ) -> tuple[Direct, ...]:
        """What an administrator of a channel asks for it in private, and is told there."""
        person = await self._known(heard) or await self._new(heard, self._clock())
        allowed = await self._stewards.allowed(heard, wanted, person.number)
        errand = channels.errand(heard, wanted, allowed)
        if errand is None:
            return await self._read(update_id, heard, channels.show, allowed)
        found = route(errand.heard, self._kit.commands_for(errand.heard))
        if found is None:
            found = Route(registry.UNKNOWN, changes=False)
        handler = partial(channels.carry_out, found.handler, errand)
        return await self._answer(update_id, heard, Route(handler, found.changes))

    def _verdict(self, heard: Heard) -> Verdict:
        if self._allowance is None:
            return Verdict.ANSWER
        cost = PRESS if heard.press else COMMAND
        return self._allowance.take(heard.target.chat_id, self._clock(), cost)

    async def _may_change(self, heard: Heard) -> bool:
        if heard.kind is ChatKind.PRIVATE or heard.anonymous:
            return True
        return heard.user_id in await self._administrators(heard.target.chat_id)

    async def _write(self, update_id: int, heard: Heard, handler: Handler) -> tuple[Direct, ...]:
        """All that the handler does is one transaction."""
        now = self._clock()
        async with self._database.write() as transaction:
            if not await inbox.complete(transaction, update_id, now):
                return ()
            subscriber = await self._welcome(transaction, heard, now)
            request = Request(heard, subscriber, now)
            said = await handler(request, transaction, self._kit)
            await _reply(transaction, subscriber, said.replies, now)
        self._tell_index(said)
        return _direct(heard, said)

    async def _read(
        self,
        update_id: int,
        heard: Heard,
        handler: Handler,
        allowed: tuple[Channel, ...] = (),
    ) -> tuple[Direct, ...]:
        """The handler changes nothing, and keeps nobody from writing however long it looks."""
        now = self._clock()
        subscriber = await self._known(heard) or await self._new(heard, now)
        async with self._database.read() as transaction:
            request = Request(heard, subscriber, now, allowed)
            said = await handler(request, transaction, self._kit)
        async with self._database.write() as transaction:
            if not await inbox.complete(transaction, update_id, now):
                return ()
            await _reply(transaction, subscriber, said.replies, now)
        return _direct(heard, said)

    async def _known(self, heard: Heard) -> Subscriber | None:
        """None also when nothing was sent there of late: who writes is back."""
        async with self._database.read() as transaction:
            found = await subscribers.find(transaction, heard.target)
        return None if found is None or found.suspended else found

    async def _new(self, heard: Heard, now: datetime) -> Subscriber:
        async with self._database.write() as transaction:
            return await self._welcome(transaction, heard, now)

    async def _welcome(self, transaction: Transaction, heard: Heard, now: datetime) -> Subscriber:
        language = self._kit.words.language(heard.language_code)
        found = await subscribers.ensure(transaction, heard.target, heard.kind, language, now)
        if found.suspended:
            await subscribers.resume(transaction, heard.target.chat_id)
        if heard.channel:
            await known_channels.note(transaction, found.number, heard.channel)
        return found

    def _tell_index(self, said: Said) -> None:
        """The index hears of what is committed, and of nothing else."""
        for subscription in said.changed:
            indexing.put(self._index, subscription)
        for subscription_id in said.removed:
            self._index.remove(subscription_id)

    async def _apologise(
        self, update_id: int, heard: Heard | Asked | Added | Left | Migrated | None
    ) -> tuple[Direct, ...]:
        now = self._clock()
        async with self._database.write() as transaction:
            if not await inbox.complete(transaction, update_id, now):
                return ()
            if not isinstance(heard, Heard):
                return ()
            subscriber = await self._welcome(transaction, heard, now)
            voice = self._kit.words.voice(subscriber.language)
            if heard.press:
                return (Answer(heard.press.id, voice.label("answer-failed")),)
            await _reply(transaction, subscriber, (Content(voice.say("failed")),), now)
        return ()


async def _reply(
    transaction: Transaction, subscriber: Subscriber, replies: tuple[Content, ...], now: datetime
) -> None:
    new = [
        NewDelivery(subscriber=subscriber.number, lane=Lane.REPLY, content=content, due_at=now)
        for content in replies
    ]
    await deliveries.enqueue(transaction, new, now)


def _is_public(heard: Heard) -> bool:
    """Whether the answer to a press would be one more post for all readers of a channel."""
    return heard.kind is ChatKind.CHANNEL and heard.press is not None


def _direct(heard: Heard, said: Said) -> tuple[Direct, ...]:
    """A press is always answered: until then Telegram shows that it waits."""
    if heard.press is None:
        return ()
    answer = Answer(heard.press.id, said.answer[:_LONGEST_ANSWER])
    if said.edit is None:
        return (answer,)
    return (Edit(heard.target.chat_id, heard.press.message_id, said.edit), answer)


def _report(update_id: int, error: Exception) -> None:
    """Where it failed, without the error's own text: that may hold what a person wrote."""
    frames = traceback.format_tb(error.__traceback__)[-6:]
    _log.error("update failed", update=update_id, error=type(error).__name__, frames=frames)
