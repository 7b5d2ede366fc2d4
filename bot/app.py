"""Puts the parts together and runs them until it is told to stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from prometheus_client import CollectorRegistry
from telegram import Bot

from alerts.tracker import Fusion
from bot.config import Config
from bot.delivery.metrics import Counts
from bot.delivery.outcome import Outcome, Sent
from bot.delivery.rate_limiter import Pacer
from bot.delivery.render_cache import Renderer
from bot.delivery.sender import Sender
from bot.delivery.worker import Courier
from bot.digests.digester import Digests
from bot.digests.pending import WaitingReader
from bot.ingest.deduplicator import Repeats
from bot.ingest.index_keeper import IndexKeeper
from bot.ingest.metrics import BulletinCounts, UpdateCounts
from bot.ingest.pipeline import IngestPipeline
from bot.language_resources import Knowledge
from bot.ops.clock_watchdog import ClockSteps
from bot.ops.forum_topic_notices import Notices
from bot.ops.http_server import HttpServer
from bot.ops.job_watchdog import Pulse
from bot.ops.prometheus import Exposition
from bot.ops.readiness import database_check
from bot.ops.scheduler import Job, forget_old, ticking
from bot.ops.source_outage_notices import Paging
from bot.sources import registry
from bot.sources.adapters.telegram.channel import Channels
from bot.sources.core.source import Batch
from bot.sources.http.client import Fetcher, open_session
from bot.sources.poller import Poller
from bot.sources.region_resolver import Locator
from bot.telegram.profile import connected, introduce
from bot.telegram.update_queue import ALLOWED, Inbox, UpdatePoller
from bot.telegram.webhook import telegram_hook
from handlers import subscription_index
from handlers.dispatcher import Conversation
from handlers.framework.replies import Answer, Direct, Edit, Suggest
from handlers.messages.alert import IncidentMessages
from handlers.messages.bulletin import Messages
from handlers.messages.digest import Roundup
from handlers.rate_limit import Allowance
from handlers.text.i18n import Words
from matching.index.index import Index
from matching.places.lookup import prepare
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.data_version import changes
from storage.inbound.ingest_queue import Taken
from storage.inbound.update_inbox import Incoming
from storage.maintenance.lease import lease
from storage.migrate import in_words, migrate
from storage.outbox import broadcasts, deliveries
from storage.subscribers import subscriptions

log = structlog.get_logger(__name__)

_TROUBLE_SECONDS = 3.0


def now() -> datetime:
    return datetime.now(UTC)


async def run(config: Config, token: str, knowledge: Knowledge, stop: asyncio.Event) -> None:
    """Runs until `stop` is set, and then lets what is under way end.

    Raises HeldElsewhere, CannotListen, and Unusable for a database that does not do.
    """
    async with AsyncExitStack() as stack:
        database = Database(config.storage.url)
        stack.push_async_callback(database.close)
        stack.enter_context(in_words(database))
        await migrate(database)
        await stack.enter_async_context(lease(database))
        bot = await stack.enter_async_context(connected(config.telegram, token))
        session = await stack.enter_async_context(open_session(config.sources))
        app = App(config, database, knowledge, bot, Fetcher(session, now))
        await app.run(stop)


class App:
    """All parts of a running installation, wired."""

    def __init__(
        self,
        config: Config,
        database: Database,
        knowledge: Knowledge,
        bot: Bot,
        fetcher: Fetcher,
    ) -> None:
        self._config = config
        self._database = database
        self._index = Index()
        self._gazetteer = knowledge.gazetteer
        self._keeper = IndexKeeper(database, self._index)
        self._reader = knowledge.reader
        self._bot = bot
        self._words = Words()
        paid = config.delivery.paid_broadcast
        self._sender = Sender(bot, paid=paid, allowed=database.is_held)
        self._bell = asyncio.Event()
        self._registry = CollectorRegistry()
        self._pulse = Pulse()
        self._is_introduced = False
        messages = Messages(self._words, knowledge.reader)
        self._courier = Courier(
            database,
            self._sender,
            Pacer(config.delivery.rate, time.monotonic),
            Renderer(
                messages, IncidentMessages(self._words, knowledge.gazetteer, knowledge.topics), now
            ),
            bell=self._bell,
            joined=self._reindex,
            counts=Counts(self._registry, now),
            clock=now,
        )
        self._conversation = Conversation(
            database,
            words=self._words,
            gazetteer=knowledge.gazetteer,
            topics=knowledge.topics,
            reader=knowledge.reader,
            index=self._index,
            clock=now,
            administrators=self._sender.administrators,
            operators=config.telegram.admins,
            watchers=registry.of_states(config.source),
            allowance=Allowance(config.telegram.commands_per_minute),
        )
        self._channels = Channels(registry.channels(config.source), database, now)
        self._inbox = Inbox(database, self._answer, now, UpdateCounts(self._registry, ALLOWED))
        self._repeats = Repeats()
        self._intake = IngestPipeline(
            database,
            knowledge.reader,
            self._index,
            self._repeats,
            Fusion(database, self._index, knowledge.gazetteer, registry.of_states(config.source)),
            config.delivery.alert_ttl,
            self._bell.set,
            now,
            BulletinCounts(self._registry),
        )
        self._digests = Digests(
            database,
            WaitingReader(knowledge.reader, knowledge.gazetteer, knowledge.topics),
            Roundup(self._words, knowledge.gazetteer, knowledge.topics, messages),
            self._bell.set,
            now,
        )
        self._locator = Locator(knowledge.gazetteer, database)
        self._paging = Paging(database, self._words, config.telegram.admins, self._bell.set, now)
        recorders = registry.recorders(config.source, now)
        self._sources = [
            Poller(source, database, self._take, now, recorder=recorders.get(source.name))
            for source in registry.polled(config.source, fetcher, now)
        ]
        self._webhooks = registry.hooks(config.source, self._sources, self._take, now)

    async def run(self, stop: asyncio.Event) -> None:
        """Everything side by side, until `stop` is set or a part fails for good."""
        await self._repeats.load(self._database, self._reader, now())
        offset = await self._inbox.offset()
        async with self._database.write() as transaction:
            await sources.watch(transaction, registry.watched(self._config.source), now())
        async with self._served(), self._ticking(), asyncio.TaskGroup() as group:
            group.create_task(self._courier.run())
            others = [group.create_task(part) for part in self._parts(offset)]
            await stop.wait()
            log.info("stopping")
            for task in others:
                task.cancel()
            self._courier.stop()
        async with self._database.read() as transaction:
            owed = await deliveries.left(transaction) + await broadcasts.left(transaction)
        log.info("stopped", left_for_the_next_start=owed)

    def _parts(self, offset: int | None) -> list[Coroutine[Any, Any, None]]:
        parts = [
            self._keeper.run(),
            asyncio.to_thread(prepare, self._gazetteer),
            self._inbox.run(),
            self._take_arrivals(),
            ClockSteps(self._database, self._bell.set, now, asyncio.get_running_loop().time).run(),
            introduce(self._bot, self._config.telegram, self._words, self._named),
            *(source.run() for source in self._sources),
        ]
        if self._config.telegram.mode == "polling":
            parts.append(UpdatePoller(self._bot, self._inbox.keep).run(offset))
        return parts

    def _named(self, username: str) -> None:
        self._conversation.username = username
        self._is_introduced = True

    async def _answer(self, incoming: Incoming) -> None:
        """One update, from the inbox to what is sent at once; the rest is in the outbox."""
        if await self._channels.take(incoming):
            if self._keeper.loaded.is_set():  # else they are taken as soon as it is
                await self._intake.drain()
            return
        direct = await self._conversation.process(incoming)
        self._bell.set()
        for one in direct:
            outcome = await self._say(one)
            if not isinstance(outcome, Sent):
                log.warning("not said", what=type(one).__name__, outcome=outcome)

    async def _say(self, one: Direct) -> Outcome:
        match one:
            case Edit(chat_id, message_id, content):
                return await self._sender.edit(chat_id, message_id, content)
            case Answer(callback_id, text):
                return await self._sender.answer(callback_id, text or None)
            case Suggest():
                return await self._sender.suggest(one)

    async def _take(self, batch: Batch) -> list[Taken]:
        """What the sources bring waits until everybody who subscribed is known."""
        await self._keeper.loaded.wait()
        return await self._intake.take(await self._locator.located(batch))

    async def _take_arrivals(self) -> None:
        await self._keeper.loaded.wait()
        while True:
            try:
                async with aclosing(changes(self._database)) as noticed:
                    async for _ in noticed:
                        await self._intake.drain()
            except Exception:  # a database that is away for a while is waited for
                log.exception("arrivals cannot be taken")
                await asyncio.sleep(_TROUBLE_SECONDS)

    async def _look_after_alerts(self) -> None:
        await self._keeper.loaded.wait()
        await self._intake.look_after()

    async def _reindex(self, ids: Sequence[int]) -> None:
        async with self._database.read() as transaction:
            for subscription in await subscriptions.get(transaction, ids):
                subscription_index.put(self._index, subscription)

    def _ticking(self) -> AbstractAsyncContextManager[None]:
        retention = partial(forget_old, self._database, self._config.retention.keep, now)
        notices = Notices(self._database, self._words, self._bell.set, now)
        jobs = [
            Job("digests", self._digests.tick, "*/2"),
            Job("alerts", self._look_after_alerts, "*/5"),
            Job("paging", self._paging.tick, "5-55/10"),
            Job("notices", notices.tick, "2-52/10"),
            Job("retention", retention, None),
        ]
        return ticking(jobs, self._pulse)

    @asynccontextmanager
    async def _served(self) -> AsyncIterator[None]:
        address = self._config.http.address
        if address is None:
            yield
            return
        telegram = self._config.telegram
        hook = (
            telegram_hook(telegram.webhook_url, telegram.secret_token, self._inbox.keep)
            if telegram.mode == "webhook" and telegram.webhook_url and telegram.secret_token
            else None
        )
        checks = {
            "database": database_check(self._database, now),
            "telegram": self._talks,
            "lanes": self._courier.health.lanes,
            "jobs": self._pulse.check,
        }
        metrics = Exposition(self._registry, self._database).answer
        server = HttpServer(address, checks, self._webhooks, hook, metrics)
        await server.start()
        try:
            yield
        finally:
            await server.stop()

    async def _talks(self) -> str | None:
        if not self._is_introduced:
            return "Telegram has not said yet who this bot is"
        return await self._courier.health.telegram()
