"""Source registry: all kinds of sources. A new kind needs its module and a line in `AnySource`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Annotated, get_args

from pydantic import Field

from bot.sources.adapters.cap.source import CapSettings
from bot.sources.adapters.disasters.fdsn import FdsnSettings
from bot.sources.adapters.disasters.gdacs import GdacsSettings
from bot.sources.adapters.disasters.usgs import UsgsSettings
from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.sources.adapters.feeds.rss import RssSettings
from bot.sources.adapters.telegram.channel import TelegramChannelSettings
from bot.sources.adapters.telegram.preview import TelegramPreviewSettings
from bot.sources.adapters.ukraine.alerts_in_ua import AlertsInUaSettings
from bot.sources.adapters.ukraine.siren import SirenSettings
from bot.sources.adapters.ukraine.ukrainealarm import UkraineAlarm, UkraineAlarmSettings
from bot.sources.adapters.webhook import Webhook, WebhookSettings
from bot.sources.base.source_settings import PolledSettings, SourceSettings
from bot.sources.base.webhook_source import WebhookSource
from bot.sources.core.source import Clock, IngestBatch, PolledSource
from bot.sources.http.client import HttpClient
from bot.sources.poller import Poller
from bot.sources.recorder import Recorder
from matching.query.properties import PROPERTIES
from storage.inbound.sources import RegisteredSource

AnySource = Annotated[
    SirenSettings
    | UkraineAlarmSettings
    | AlertsInUaSettings
    | RssSettings
    | TelegramPreviewSettings
    | TelegramChannelSettings
    | CapSettings
    | UsgsSettings
    | FdsnSettings
    | GdacsSettings
    | LiveblogSettings
    | WebhookSettings,
    Field(discriminator="kind"),
]
"""Settings of a source of any kind; `kind` selects the model."""

KINDS: Mapping[str, type[SourceSettings]] = {
    get_args(settings.model_fields["kind"].annotation)[0]: settings
    for settings in get_args(get_args(AnySource)[0])
}
"""Settings models by `kind`."""


def polled_sources(
    settings: Iterable[AnySource], client: HttpClient, clock: Clock
) -> list[PolledSource]:
    """Return the sources that are polled."""
    return [item.build_source(client, clock) for item in _polled(settings)]


def recorders(settings: Iterable[AnySource], clock: Clock) -> dict[str, Recorder]:
    """Return the recorders of the sources that are recorded, by source name."""
    return {item.name: Recorder(item.record, clock) for item in _polled(settings) if item.record}


def registered_sources(settings: Iterable[AnySource]) -> list[RegisteredSource]:
    """Return all sources as the health check needs them."""
    return [
        RegisteredSource(
            item.name, item.kind, item.every if isinstance(item, PolledSettings) else None
        )
        for item in settings
    ]


def telegram_channels(settings: Iterable[AnySource]) -> list[TelegramChannelSettings]:
    """Return the channels whose posts arrive as Telegram updates."""
    return [item for item in settings if isinstance(item, TelegramChannelSettings)]


def webhooks(
    settings: Iterable[AnySource], pollers: Iterable[Poller], ingest: IngestBatch, clock: Clock
) -> list[WebhookSource]:
    """Return the sources that receive requests, including polled ones that also send messages."""
    generic = [
        Webhook(item, ingest, clock) for item in settings if isinstance(item, WebhookSettings)
    ]
    messages = (
        poller.source.webhook(poller.ingest_message)
        for poller in pollers
        if isinstance(poller.source, UkraineAlarm)
    )
    return [*generic, *filter(None, messages)]


def state_sources(settings: Iterable[AnySource]) -> dict[str, timedelta]:
    """Return the poll interval of each source that lists active alerts instead of events."""
    return {item.name: item.every for item in _polled(settings) if item.is_state_source}


def official_webhooks(settings: Iterable[AnySource]) -> frozenset[str]:
    """Return the names of the webhooks whose word ends what official sources show."""
    return frozenset(
        item.name for item in settings if isinstance(item, WebhookSettings) and item.official
    )


def regions(settings: Iterable[AnySource]) -> dict[int, str]:
    """Return the configured regions by the position of their source."""
    configured = (
        item.region if isinstance(item, CapSettings | RssSettings) else None for item in settings
    )
    return {index: region for index, region in enumerate(configured) if region}


def unfilled_properties(settings: Iterable[AnySource]) -> dict[str, tuple[str, ...]]:
    """Return the properties that no configured source regularly fills, and the kinds that do.

    A webhook fills none regularly: its senders decide.
    """
    filled = frozenset().union(*(item.properties for item in settings))
    return {
        name: tuple(kind for kind, model in KINDS.items() if name in model.properties)
        for name in PROPERTIES
        if name not in filled
    }


def _polled(settings: Iterable[AnySource]) -> Iterator[PolledSettings]:
    return (item for item in settings if isinstance(item, PolledSettings))
