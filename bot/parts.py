"""Parts of the bot: constructs the objects that `bot.app` runs and connects."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from prometheus_client import CollectorRegistry
from telegram import Bot

from alerts.sound import SoundRule
from alerts.tracker import AlertTracker
from bot.clock import utc_now
from bot.config import Config
from bot.delivery.metrics import DeliveryMetrics
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.render_cache import RenderCache
from bot.delivery.sender import Sender
from bot.delivery.worker import DeliveryWorker
from bot.digests.digester import Digester
from bot.digests.pending import PendingReader
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.index_keeper import IndexKeeper
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.language_resources import LanguageResources
from bot.sources import registry
from handlers import subscription_index
from handlers.dispatcher import Dispatcher
from handlers.framework.handler_context import HandlerContext
from handlers.messages.alert import AlertRenderer
from handlers.messages.bulletin import BulletinRenderer
from handlers.messages.digest import DigestRenderer
from handlers.rate_limit import CommandRateLimiter
from handlers.registry import COMMANDS
from handlers.text.i18n import Catalog
from handlers.text.timezones import TimezoneFinder
from matching.index.index import Index
from matching.places.gazetteer import Gazetteer
from storage.engine.database import Database
from storage.subscribers import subscriptions


@dataclass(frozen=True)
class Parts:
    """Parts of a running bot."""

    wakeup: asyncio.Event  # wakes the delivery worker
    metrics: CollectorRegistry
    catalog: Catalog
    keeper: IndexKeeper
    sender: Sender
    worker: DeliveryWorker
    dispatcher: Dispatcher
    deduplicator: Deduplicator
    pipeline: IngestPipeline
    digester: Digester


@dataclass(frozen=True)
class _Base:
    """Values that the constructors of several parts need."""

    config: Config
    database: Database
    resources: LanguageResources
    catalog: Catalog
    index: Index
    bulletin_renderer: BulletinRenderer
    wakeup: asyncio.Event
    metrics: CollectorRegistry


def build(config: Config, database: Database, resources: LanguageResources, bot: Bot) -> Parts:
    """Construct every part that needs no network connection of its own. Nothing runs yet."""
    catalog = Catalog()
    base = _Base(
        config=config,
        database=database,
        resources=resources,
        catalog=catalog,
        index=Index(),
        bulletin_renderer=BulletinRenderer(catalog, resources.reader),
        wakeup=asyncio.Event(),
        metrics=CollectorRegistry(),
    )
    sender = Sender(
        bot, paid_broadcast=config.delivery.paid_broadcast, may_send=database.is_lease_valid
    )
    deduplicator = Deduplicator()
    return Parts(
        wakeup=base.wakeup,
        metrics=base.metrics,
        catalog=catalog,
        keeper=IndexKeeper(database, base.index, resources.gazetteer),
        sender=sender,
        worker=_build_worker(base, sender),
        dispatcher=_build_dispatcher(base, sender),
        deduplicator=deduplicator,
        pipeline=_build_pipeline(base, deduplicator),
        digester=_build_digester(base),
    )


def _build_worker(base: _Base, sender: Sender) -> DeliveryWorker:
    resources = base.resources
    alert_renderer = AlertRenderer(base.catalog, resources.gazetteer)
    return DeliveryWorker(
        base.database,
        sender,
        RateLimiter(base.config.delivery.rate, time.monotonic),
        RenderCache(base.bulletin_renderer, alert_renderer, utc_now),
        wakeup=base.wakeup,
        on_subscriptions_moved=partial(_reindex, base.database, base.index, resources.gazetteer),
        metrics=DeliveryMetrics(base.metrics, utc_now),
        clock=utc_now,
    )


def _build_dispatcher(base: _Base, sender: Sender) -> Dispatcher:
    resources = base.resources
    return Dispatcher(
        base.database,
        HandlerContext(
            catalog=base.catalog,
            gazetteer=resources.gazetteer,
            topics=resources.topics,
            reader=resources.reader,
            bulletin_renderer=base.bulletin_renderer,
            timezones=TimezoneFinder(resources.gazetteer),
            commands=COMMANDS,
            operator_ids=frozenset(base.config.telegram.admins),
            state_sources=frozenset(registry.state_sources(base.config.source)),
            unfilled_properties=registry.unfilled_properties(base.config.source),
            sound_rule=SoundRule(base.config.delivery.sound_from),
            source_names=frozenset(source.name for source in base.config.source),
            alert_ttl=base.config.delivery.alert_ttl,
        ),
        base.index,
        clock=utc_now,
        fetch_administrators=sender.administrator_ids,
        rate_limiter=CommandRateLimiter(base.config.telegram.commands_per_minute),
    )


def _build_pipeline(base: _Base, deduplicator: Deduplicator) -> IngestPipeline:
    resources = base.resources
    return IngestPipeline(
        base.database,
        resources.reader,
        base.index,
        deduplicator,
        AlertTracker(
            base.database,
            base.index,
            resources.gazetteer,
            registry.state_sources(base.config.source),
            registry.official_webhooks(base.config.source),
            SoundRule(base.config.delivery.sound_from),
        ),
        base.config.delivery.alert_ttl,
        base.wakeup.set,
        utc_now,
        BulletinMetrics(base.metrics),
    )


def _build_digester(base: _Base) -> Digester:
    resources = base.resources
    return Digester(
        base.database,
        PendingReader(resources.reader, resources.gazetteer, resources.topics),
        DigestRenderer(base.catalog, resources.gazetteer, resources.topics, base.bulletin_renderer),
        base.wakeup.set,
        utc_now,
    )


async def _reindex(
    database: Database, index: Index, gazetteer: Gazetteer, ids: Sequence[int]
) -> None:
    """Update the index after subscriptions have moved to another chat."""
    async with database.read() as transaction:
        for subscription in await subscriptions.get(transaction, ids):
            subscription_index.put(index, subscription, gazetteer)
