"""The conversation: an update comes in, what to say goes out, in one transaction."""

import traceback
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial

import structlog

from handlers import registry
from handlers.channel_admins import Stewards
from handlers.commands import channel, inline
from handlers.commands.channel import Wanted
from handlers.commands.group_added import join_chat
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Direct, Reply
from handlers.messages.bulletin import Audience, Messages
from handlers.rate_limit import COMMAND, PRESS, Allowance, Verdict
from handlers.responder import Answering, enqueue_replies
from handlers.router import Route, route
from handlers.telegram import update_parser
from handlers.telegram.events import Added, Asked, Heard, Left, Migrated, Occurrence
from handlers.text.i18n import Words
from handlers.text.timezones import Zones
from matching.index.index import Index
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import Incoming
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Suspended, Target

log = structlog.get_logger(__name__)


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
        self._answering = Answering(database, self._kit, index, clock)

    async def process(self, incoming: Incoming) -> tuple[Direct, ...]:
        """Deals with an update; what is to be sent straight, now that all is committed.

        Raises nothing: what fails is logged, and said to the person.
        """
        heard = None
        try:
            heard = update_parser.read(incoming.payload, self.username, self._clock())
            return await self._deal(incoming.update_id, heard)
        except Exception as error:  # noqa: BLE001 - one update must not stop those behind it
            _report(incoming.update_id, error)
        try:
            return await self._answering.apologise(incoming.update_id, heard)
        except Exception as error:  # noqa: BLE001 - the update stays in the inbox for a better day
            _report(incoming.update_id, error)
            return ()

    async def _deal(self, update_id: int, heard: Occurrence | None) -> tuple[Direct, ...]:
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
                await self._answering.complete(update_id)
        return ()

    async def _suggest(self, update_id: int, asked: Asked) -> tuple[Direct, ...]:
        """Nothing is kept of somebody who only shares something."""
        async with self._database.read() as transaction:
            found = await subscribers.find(transaction, Target(asked.user_id, 0))
            language = self._kit.words.language(asked.language_code)
            audience = Audience.of(found) if found else inline.audience_of_nobody(language)
            suggested = await inline.suggest(asked, transaction, self._kit, audience)
        await self._answering.complete(update_id)
        return (suggested,)

    async def _join(self, update_id: int, added: Added) -> None:
        now = self._clock()
        async with self._database.write() as transaction:
            if await update_inbox.complete(transaction, update_id, now):
                said = await join_chat(added, transaction, self._kit, now)
                if said is not None:
                    await enqueue_replies(transaction, said[0], said[1:], now)

    async def _leave(self, update_id: int, chat_id: int) -> None:
        async with self._database.write() as transaction:
            if await update_inbox.complete(transaction, update_id, self._clock()):
                await subscribers.suspend(transaction, chat_id, Suspended.BLOCKED)

    async def _move(self, update_id: int, chat_id: int, new_chat_id: int) -> None:
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, self._clock()):
                return
            joined = await subscribers.move(transaction, chat_id, new_chat_id)
            changed = await subscriptions.get(transaction, joined)
        self._answering.tell_index(Reply(changed=tuple(changed)))

    async def _hear(self, update_id: int, heard: Heard) -> tuple[Direct, ...]:
        found = route(heard, self._kit.commands_for(heard))
        if found is None:
            await self._answering.complete(update_id)
            return ()
        match self._verdict(heard):
            case Verdict.PASS_OVER:
                await self._answering.complete(update_id)
                return ()
            case Verdict.SAY_WHY:
                return await self._answering.read(update_id, heard, registry.TOO_FAST)
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
            return await self._answering.write(update_id, heard, found.handler)
        return await self._answering.read(update_id, heard, found.handler)

    async def _hear_for_channel(
        self, update_id: int, heard: Heard, wanted: Wanted
    ) -> tuple[Direct, ...]:
        """What an administrator of a channel asks for it in private, and is told there."""
        person = await self._answering.subscriber(heard)
        allowed = await self._stewards.allowed(heard, wanted, person.number)
        errand = channel.errand(heard, wanted, allowed)
        if errand is None:
            return await self._answering.read(update_id, heard, channel.show, allowed)
        found = route(errand.heard, self._kit.commands_for(errand.heard))
        if found is None:
            found = Route(registry.UNKNOWN, changes=False)
        handler = partial(channel.carry_out, found.handler, errand)
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


def _is_public(heard: Heard) -> bool:
    """Whether the answer to a press would be one more post for all readers of a channel."""
    return heard.kind is ChatKind.CHANNEL and heard.press is not None


def _report(update_id: int, error: Exception) -> None:
    """Where it failed, without the error's own text: that may hold what a person wrote."""
    frames = traceback.format_tb(error.__traceback__)[-6:]
    log.error("update failed", update=update_id, error=type(error).__name__, frames=frames)
