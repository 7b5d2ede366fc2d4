"""Every kind of source there is. One more is its module, and a line in `AnySource`."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Annotated, get_args

from pydantic import Field

from bot.sources.adapters.cap.source import CapSettings
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
from bot.sources.base.webhook_source import Hook
from bot.sources.core.source import Clock, Polled, Take
from bot.sources.http.client import Fetcher
from bot.sources.poller import Poller
from bot.sources.recorder import Recorder
from storage.inbound.sources import Watched

AnySource = Annotated[
    SirenSettings
    | UkraineAlarmSettings
    | AlertsInUaSettings
    | RssSettings
    | TelegramPreviewSettings
    | TelegramChannelSettings
    | CapSettings
    | UsgsSettings
    | GdacsSettings
    | LiveblogSettings
    | WebhookSettings,
    Field(discriminator="kind"),
]
"""The settings of a source, told apart by `kind`."""

_OF_STATES = (SirenSettings, UkraineAlarmSettings, AlertsInUaSettings)

KINDS: Mapping[str, type[SourceSettings]] = {
    get_args(settings.model_fields["kind"].annotation)[0]: settings
    for settings in get_args(get_args(AnySource)[0])
}


def polled(settings: Iterable[AnySource], fetcher: Fetcher, clock: Clock) -> list[Polled]:
    """Those that are asked."""
    return [one.source(fetcher, clock) for one in settings if isinstance(one, PolledSettings)]


def recorders(settings: Iterable[AnySource], clock: Clock) -> dict[str, Recorder]:
    """By name, of those whose polls are kept."""
    return {
        one.name: Recorder(one.record, clock)
        for one in settings
        if isinstance(one, PolledSettings) and one.record
    }


def watched(settings: Iterable[AnySource]) -> list[Watched]:
    """As their health is kept."""
    return [
        Watched(one.name, one.kind, one.every if isinstance(one, PolledSettings) else None)
        for one in settings
    ]


def channels(settings: Iterable[AnySource]) -> list[TelegramChannelSettings]:
    """Those that Telegram brings with its updates."""
    return [one for one in settings if isinstance(one, TelegramChannelSettings)]


def hooks(
    settings: Iterable[AnySource], pollers: Iterable[Poller], take: Take, clock: Clock
) -> list[Hook]:
    """Those that are told by POST, some of them in between being asked."""
    told = [Webhook(one, take, clock) for one in settings if isinstance(one, WebhookSettings)]
    asked = ((one.source, one.tell) for one in pollers)
    also = (one.hook(tell) for one, tell in asked if isinstance(one, UkraineAlarm))
    return [*told, *filter(None, also)]


def of_states(settings: Iterable[AnySource]) -> dict[str, timedelta]:
    """Those that tell what is on, not what happens, with how often they are asked."""
    return {one.name: one.every for one in settings if isinstance(one, _OF_STATES)}
