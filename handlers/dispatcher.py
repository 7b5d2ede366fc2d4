"""Dispatcher: routes each Telegram update to its handler and completes it in one transaction."""

import traceback
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog

from handlers import registry
from handlers.channel_admins import ChannelAdministrators, FetchAdministrators
from handlers.commands import channel, inline
from handlers.commands.channel import ChannelReference
from handlers.commands.group_added import register_chat
from handlers.commands.place_naming import can_be_answer
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import ImmediateCall, InlineAnswer, Reply
from handlers.free_text_commands import read_free_text_command
from handlers.messages.bulletin import RenderOptions
from handlers.rate_limit import CALLBACK_COST, COMMAND_COST, CommandRateLimiter, Verdict
from handlers.recent_administrators import RecentAdministrators
from handlers.responder import HandlerRunner, enqueue_replies
from handlers.router import Route, route
from handlers.services import chat_places
from handlers.telegram import update_parser
from handlers.telegram.events import (
    BotAdded,
    BotRemoved,
    ChatMigrated,
    Event,
    InlineQuery,
    LocationMoved,
    Message,
)
from matching.index.index import Index
from matching.query.personal_places import NO_PERSONAL_PLACES
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import PendingUpdate
from storage.subscribers import shared_locations, subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, SuspensionReason, Target

log = structlog.get_logger(__name__)

_PERSONS_IN_GROUP = 3
"""Persons who may use up their own limit of requests before a group reaches its limit."""

_INLINE_QUERIES_PER_MINUTE = 60
"""Inline queries of a person. Telegram sends one for each pause while they type."""


class Dispatcher:
    """Dispatcher of updates.

    The caller passes the updates of one chat one after another. Those of several chats may run
    concurrently.
    """

    def __init__(
        self,
        database: Database,
        context: HandlerContext,
        index: Index,
        *,
        clock: Callable[[], datetime],
        fetch_administrators: FetchAdministrators,
        rate_limiter: CommandRateLimiter | None = None,
        username: str | None = None,
    ) -> None:
        """Build a dispatcher.

        `rate_limiter` None means no limit. `username` is the bot's own, without the @; it may be
        set later.
        """
        self.username = username
        self._database = database
        self._context = context
        self._clock = clock
        self._fetch_administrators = fetch_administrators
        self._recent_administrators = RecentAdministrators(fetch_administrators)
        self._channel_administrators = ChannelAdministrators(database, fetch_administrators)
        self._rate_limiter = rate_limiter
        self._group_rate_limiter = (
            CommandRateLimiter(rate_limiter.per_minute * _PERSONS_IN_GROUP)
            if rate_limiter
            else None
        )
        self._inline_rate_limiter = CommandRateLimiter(_INLINE_QUERIES_PER_MINUTE)
        self._runner = HandlerRunner(database, context, index, clock)

    async def process(self, update: PendingUpdate) -> tuple[ImmediateCall, ...]:
        """Process an update and return the calls to send at once, after the commit.

        An error is logged, and the person gets a message about it. Raises only if that message
        cannot be stored either: the update then stays in the inbox, for a retry.
        """
        event = None
        try:
            event = update_parser.parse(update.payload, self.username, self._clock())
            if isinstance(event, InlineQuery):
                return await self._on_inline_query(update, event)
            return await self._dispatch(update.update_id, event)
        except Exception as error:  # noqa: BLE001 - one update must not stop those behind it
            _log_failure(update.update_id, error)
        return await self._runner.report_failure(update.update_id, event)

    async def _dispatch(self, update_id: int, event: Event | None) -> tuple[ImmediateCall, ...]:
        match event:
            case Message():
                return await self._on_message(update_id, event)
            case BotAdded():
                await self._on_bot_added(update_id, event)
            case BotRemoved(chat_id):
                await self._on_bot_removed(update_id, chat_id)
            case ChatMigrated(chat_id, new_chat_id):
                await self._on_chat_migrated(update_id, chat_id, new_chat_id)
            case LocationMoved():
                await self._on_location_moved(update_id, event)
            case None:
                await self._runner.complete(update_id)
        return ()

    async def _on_inline_query(
        self, update: PendingUpdate, query: InlineQuery
    ) -> tuple[ImmediateCall, ...]:
        """Answer an inline query. A person who only uses inline mode is not stored.

        The answer is empty if the person has typed on since, or has sent too many queries.
        """
        if update.is_superseded or not self._allows_inline_query(query):
            await self._runner.complete(update.update_id)
            return (InlineAnswer(query.id, (), is_cacheable=False),)
        async with self._runner.read() as transaction:
            subscriber = await subscribers.find(transaction, Target(query.user_id, 0))
            if subscriber is not None:
                options = RenderOptions.of(subscriber)
                places = await chat_places.load(transaction, subscriber.number, self._clock())
                personal = places.to_personal()
            else:
                language = self._context.catalog.language(query.language_code)
                options, personal = inline.anonymous_options(language), NO_PERSONAL_PLACES
            answer = await inline.answer(query, transaction, self._context, options, personal)
        await self._runner.complete(update.update_id)
        return (answer,)

    def _allows_inline_query(self, query: InlineQuery) -> bool:
        verdict = self._inline_rate_limiter.take(query.user_id, self._clock())
        return verdict is Verdict.ALLOW

    async def _on_bot_added(self, update_id: int, added: BotAdded) -> None:
        now = self._clock()
        async with self._database.write() as transaction:
            if await update_inbox.complete(transaction, update_id, now):
                greeting = await register_chat(added, transaction, self._context, now)
                if greeting is not None:
                    await enqueue_replies(transaction, greeting[0], greeting[1:], now)

    async def _on_bot_removed(self, update_id: int, chat_id: int) -> None:
        async with self._database.write() as transaction:
            if await update_inbox.complete(transaction, update_id, self._clock()):
                await subscribers.suspend(transaction, chat_id, SuspensionReason.BLOCKED)

    async def _on_chat_migrated(self, update_id: int, chat_id: int, new_chat_id: int) -> None:
        async with self._database.write() as transaction:
            if not await update_inbox.complete(transaction, update_id, self._clock()):
                return
            moved_ids = await subscribers.migrate_chat(transaction, chat_id, new_chat_id)
            moved = await subscriptions.get(transaction, moved_ids)
        self._runner.update_index(Reply(changed_subscriptions=tuple(moved)))

    async def _on_location_moved(self, update_id: int, moved: LocationMoved) -> None:
        """Store a move, if it leaves the square kilometre: a live location sends many."""
        now = self._clock()
        async with self._database.read() as transaction:
            subscriber = await subscribers.find(transaction, moved.target)
            number = subscriber.number if subscriber else 0
            stored = await shared_locations.find_live(transaction, number, moved.message_id, now)
        if stored in (None, moved.location.rounded()):
            await self._runner.complete(update_id)
            return
        async with self._database.write() as transaction:
            if await update_inbox.complete(transaction, update_id, now):
                await shared_locations.move(
                    transaction, number, moved.message_id, moved.location, now
                )

    async def _on_message(self, update_id: int, message: Message) -> tuple[ImmediateCall, ...]:
        message = read_free_text_command(message, self._context)
        message_route = route(message, self._context.commands_for(message))
        if message_route is None:
            await self._runner.complete(update_id)
            return ()
        match await self._check_rate(message):
            case Verdict.REJECT_SILENTLY:
                await self._runner.complete(update_id)
                return ()
            case Verdict.REJECT_WITH_NOTICE:
                return await self._runner.run_read(update_id, message, registry.TOO_FAST)
        reference = ChannelReference.parse(message)
        if reference is not None:
            return await self._on_channel_message(update_id, message, reference)
        if message_route.handler is registry.FREE_TEXT and await self._is_place_name(message):
            message_route = Route(registry.PLACE_NAME, is_write=True)
        permitted_route = await self._authorize(message, message_route)
        return await self._run(update_id, message, permitted_route)

    async def _authorize(self, message: Message, message_route: Route) -> Route:
        """Return the route, or the route of a refusal if the sender must be an administrator."""
        needs_administrator = message_route.is_write or _is_channel_button(message)
        if not needs_administrator or await self._is_administrator(message):
            return message_route
        refusal = registry.READ_IN_PRIVATE
        if message_route.is_write:
            refusal = registry.NOT_ADMINISTRATOR
        return Route(refusal, is_write=False)

    async def _is_place_name(self, message: Message) -> bool:
        """Return whether a free text is the name that the bot has asked for."""
        if not can_be_answer(message.text, self._context):
            return False
        async with self._database.read() as transaction:
            subscriber = await subscribers.find(transaction, message.target)
            number = subscriber.number if subscriber else 0
            unnamed = await shared_locations.find_unnamed(transaction, number, self._clock())
        return unnamed is not None

    async def _run(
        self, update_id: int, message: Message, message_route: Route
    ) -> tuple[ImmediateCall, ...]:
        if message_route.is_write:
            return await self._runner.run_write(update_id, message, message_route.handler)
        return await self._runner.run_read(update_id, message, message_route.handler)

    async def _on_channel_message(
        self, update_id: int, message: Message, reference: ChannelReference
    ) -> tuple[ImmediateCall, ...]:
        """Run a request for a channel that one of its administrators sends in private."""
        person = await self._runner.ensure_subscriber(message)
        permitted = await self._channel_administrators.permitted_channels(
            message, reference, person.number
        )
        request = channel.build_request(message, reference, permitted)
        if request is None:
            return await self._runner.run_read(update_id, message, channel.show, permitted)
        channel_route = route(request.message, self._context.commands_for(request.message))
        if channel_route is None:
            channel_route = Route(registry.UNKNOWN, is_write=False)
        handler = partial(channel.run_for_channel, channel_route.handler, request)
        return await self._run(update_id, message, Route(handler, channel_route.is_write))

    async def _check_rate(self, message: Message) -> Verdict:
        """Apply the limit of the person, then that of the chat, which no administrator shares."""
        if self._rate_limiter is None or self._group_rate_limiter is None:
            return Verdict.ALLOW
        chat_id, now = message.target.chat_id, self._clock()
        cost = CALLBACK_COST if message.callback_query else COMMAND_COST
        sender = chat_id if message.is_anonymous or message.user_id is None else message.user_id
        verdict = self._rate_limiter.take(sender, now, cost)
        if verdict is not Verdict.ALLOW or message.kind is ChatKind.PRIVATE:
            return verdict
        verdict = self._group_rate_limiter.take(chat_id, now, cost)
        if verdict is Verdict.ALLOW or message.is_anonymous:
            return Verdict.ALLOW
        administrators = await self._recent_administrators.get(chat_id, now)
        return Verdict.ALLOW if message.user_id in administrators else verdict

    async def _is_administrator(self, message: Message) -> bool:
        if message.kind is ChatKind.PRIVATE or message.is_anonymous:
            return True
        return message.user_id in await self._fetch_administrators(message.target.chat_id)


def _is_channel_button(message: Message) -> bool:
    """Return whether a button under a channel post was pressed; a reply would be a public post."""
    return message.kind is ChatKind.CHANNEL and message.callback_query is not None


def _log_failure(update_id: int, error: Exception) -> None:
    """Log the location of an error, without its text, which may quote a person's message."""
    frames = traceback.format_tb(error.__traceback__)[-6:]
    log.error("update_failed", update=update_id, error=type(error).__name__, frames=frames)
