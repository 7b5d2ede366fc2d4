"""Running bot: starts all parts, runs them together until a stop, and connects them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from typing import Any

import structlog
from telegram import Bot

from bot.clock import utc_now
from bot.config import Config
from bot.delivery.outcome import Outcome, Sent
from bot.ingest.metrics import UpdateMetrics
from bot.ingest.reading_refresher import ReadingRefresher
from bot.language_resources import LanguageResources
from bot.ops.clock_watchdog import ClockWatchdog
from bot.ops.connection_guard import raise_file_limit
from bot.ops.forum_topic_notices import ForumTopicNotices
from bot.ops.http_server import HttpServer
from bot.ops.job_watchdog import JobWatchdog
from bot.ops.loop_watchdog import watched_loop
from bot.ops.prometheus import MetricsEndpoint
from bot.ops.readiness import database_check
from bot.ops.retention import delete_old_rows
from bot.ops.scheduler import Job, running_jobs
from bot.ops.source_outage_notices import SourceOutageNotices
from bot.parts import Parts, build
from bot.sources import registry
from bot.sources.adapters.telegram.channel import ChannelPostReceiver
from bot.sources.core.source import Batch
from bot.sources.http.client import HttpClient, open_session
from bot.sources.poller import Poller
from bot.sources.region_resolver import RegionResolver
from bot.telegram.profile import TokenRefusedError, open_bot, set_up_profile
from bot.telegram.update_poller import ALLOWED_UPDATES, UpdatePoller
from bot.telegram.update_queue import UpdateQueue
from bot.telegram.webhook import webhook_route
from handlers.framework.replies import CallbackAnswer, ImmediateCall, InlineAnswer, MessageEdit
from matching.places.lookup import warm_up
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.arrival_watch import watch_arrivals
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.update_inbox import PendingUpdate
from storage.maintenance.lease import lease_and_migrate
from storage.migrate import translate_database_errors
from storage.outbox import broadcasts, deliveries

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 3.0


async def run(
    config: Config, token: str, resources: LanguageResources, stop: asyncio.Event
) -> None:
    """Run the bot until `stop` is set; calls in progress are finished.

    Raises LeaseHeldElsewhere, ListenError, DatabaseUnusable and TokenRefusedError.
    """
    raise_file_limit()
    async with AsyncExitStack() as stack:
        stack.enter_context(watched_loop())
        database = Database(config.storage.url)
        stack.push_async_callback(database.close)
        stack.enter_context(translate_database_errors(database))
        await stack.enter_async_context(lease_and_migrate(database))
        bot = await stack.enter_async_context(open_bot(config.telegram, token))
        session = await stack.enter_async_context(open_session(config.sources))
        parts = build(config, database, resources, bot)
        app = App(config, database, resources, bot, HttpClient(session, utc_now), parts)
        await app.run(stop)


class App:
    """Running bot: the parts, the sources, the updates, and what connects them."""

    def __init__(
        self,
        config: Config,
        database: Database,
        resources: LanguageResources,
        bot: Bot,
        http_client: HttpClient,
        parts: Parts,
    ) -> None:
        self._config = config
        self._database = database
        self._resources = resources
        self._bot = bot
        self._parts = parts
        self._watchdog = JobWatchdog()
        self._resolver = RegionResolver(resources.gazetteer, database)
        self._has_username = False
        self._channels = ChannelPostReceiver(
            registry.telegram_channels(config.source), database, utc_now
        )
        self._updates = UpdateQueue(
            database,
            self._handle_update,
            utc_now,
            UpdateMetrics(parts.metrics, ALLOWED_UPDATES),
            self._channels.is_watched,
        )
        self._update_poller = (
            UpdatePoller(bot, self._updates.store) if config.telegram.mode == "polling" else None
        )
        recorders = registry.recorders(config.source, utc_now)
        self._pollers = [
            Poller(source, database, self._ingest, utc_now, recorder=recorders.get(source.name))
            for source in registry.polled_sources(config.source, http_client, utc_now)
        ]
        self._webhooks = registry.webhooks(config.source, self._pollers, self._ingest, utc_now)

    async def run(self, stop: asyncio.Event) -> None:
        """Run all parts concurrently until `stop` is set or one of them fails."""
        await self._parts.deduplicator.load(self._database, self._resources.reader, utc_now())
        offset = await self._updates.offset()
        async with self._database.write() as transaction:
            watched = registry.registered_sources(self._config.source)
            await sources.register(transaction, watched, utc_now())
        if not self._config.source:
            log.warning("no_source_configured")
        async with self._http_server(), self._jobs():
            await self._run_tasks(offset, stop)
        async with self._database.read() as transaction:
            pending = await deliveries.count_pending(transaction)
            pending += await broadcasts.count_remaining(transaction)
        log.info("stopped", pending=pending)

    async def _run_tasks(self, offset: int | None, stop: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._parts.worker.run())
                tasks = [group.create_task(coroutine) for coroutine in self._tasks(offset)]
                await stop.wait()
                log.info("stopping")
                for task in tasks:
                    task.cancel()
                self._parts.worker.stop()
                self._database.stop_waiting()
        except BaseExceptionGroup as errors:
            if refused := errors.subgroup(TokenRefusedError):
                raise refused.exceptions[0] from None
            raise

    def _tasks(self, offset: int | None) -> list[Coroutine[Any, Any, None]]:
        """Return everything that runs beside the delivery worker and is cancelled at a stop."""
        monotonic = asyncio.get_running_loop().time
        tasks = [
            self._parts.keeper.run(),
            self._refresh_readings(),
            asyncio.to_thread(warm_up, self._resources.gazetteer),
            self._updates.run(),
            self._ingest_arrivals(),
            ClockWatchdog(self._database, self._parts.wakeup.set, utc_now, monotonic).run(),
            set_up_profile(
                self._bot, self._config.telegram, self._parts.catalog, self._set_username
            ),
            *(poller.run() for poller in self._pollers),
        ]
        if self._update_poller:
            tasks.append(self._update_poller.run(offset))
        return tasks

    def _set_username(self, username: str) -> None:
        self._parts.dispatcher.username = username
        self._has_username = True

    async def _handle_update(self, update: PendingUpdate) -> None:
        """Handle one update from the inbox; make the calls that bypass the outbox."""
        if await self._channels.receive(update):
            if self._parts.keeper.loaded.is_set():  # otherwise the arrivals are ingested once it is
                await self._parts.pipeline.drain()
            return
        calls = await self._parts.dispatcher.process(update)
        self._parts.wakeup.set()
        for call in calls:
            outcome = await self._make(call)
            if not isinstance(outcome, Sent):
                log.warning("immediate_call_failed", call=type(call).__name__, outcome=outcome)

    async def _make(self, call: ImmediateCall) -> Outcome:
        match call:
            case MessageEdit(chat_id, message_id, content):
                return await self._parts.sender.edit(chat_id, message_id, content)
            case CallbackAnswer(callback_id, text):
                return await self._parts.sender.answer_callback_query(callback_id, text or None)
            case InlineAnswer():
                return await self._parts.sender.answer_inline_query(call)

    async def _ingest(self, batch: Batch) -> list[IngestResult]:
        """Ingest a source's batch, once all subscriptions are in the index."""
        await self._parts.keeper.loaded.wait()
        return await self._parts.pipeline.ingest(await self._resolver.resolve_batch(batch))

    async def _refresh_readings(self) -> None:
        await self._parts.keeper.loaded.wait()  # matching comes first
        await ReadingRefresher(self._database, self._resources.reader).run()

    async def _ingest_arrivals(self) -> None:
        await self._parts.keeper.loaded.wait()
        while True:
            try:
                async with aclosing(watch_arrivals(self._database)) as arrivals:
                    async for _ in arrivals:
                        await self._parts.pipeline.drain()
            except Exception:  # the database may be unavailable for a while
                log.exception("ingesting_arrivals_failed")
                await asyncio.sleep(_RETRY_SECONDS)

    async def _update_incidents(self) -> None:
        await self._parts.keeper.loaded.wait()
        await self._parts.pipeline.tick_alerts()

    def _jobs(self) -> AbstractAsyncContextManager[None]:
        notify = self._parts.wakeup.set
        operators = self._config.telegram.admins
        outages = SourceOutageNotices(
            self._database, self._parts.catalog, operators, notify, utc_now
        )
        forum_topics = ForumTopicNotices(self._database, self._parts.catalog, notify, utc_now)
        retention = partial(delete_old_rows, self._database, self._config.retention.keep, utc_now)
        jobs = [
            Job("digests", self._parts.digester.tick, "*/2"),
            Job("incidents", self._update_incidents, "*/5"),
            Job("source_outage_notices", outages.tick, "5-55/10"),
            Job("forum_topic_notices", forum_topics.tick, "2-52/10"),
            Job("retention", retention, None),
        ]
        return running_jobs(jobs, self._watchdog)

    @asynccontextmanager
    async def _http_server(self) -> AsyncIterator[None]:
        address = self._config.http.address
        if address is None:
            yield
            return
        telegram = self._config.telegram
        route = (
            webhook_route(telegram.webhook_url, telegram.secret_token, self._updates.store)
            if telegram.mode == "webhook" and telegram.webhook_url and telegram.secret_token
            else None
        )
        checks = {
            "database": database_check(self._database, utc_now),
            "telegram": self._telegram_check,
            "lanes": self._parts.worker.health.check_lanes,
            "jobs": self._watchdog.check,
        }
        metrics = MetricsEndpoint(self._parts.metrics, self._database).respond
        server = HttpServer(
            address, checks, self._webhooks, route, metrics, self._config.http.token
        )
        await server.start()
        try:
            yield
        finally:
            await server.stop()

    async def _telegram_check(self) -> str | None:
        if not self._has_username:
            return "Telegram has not answered getMe yet"
        polling_problem = await self._update_poller.check() if self._update_poller else None
        return polling_problem or await self._parts.worker.health.check_telegram()
