"""siren source: air alerts in Ukraine from siren.pp.ua, a proxy of ukrainealarm.com without a key.

Volunteers run it. Users report a limit of 200 requests in five minutes for each client address.
"""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from bot.sources.adapters.ukraine.ukrainealarm import UkraineAlarm
from bot.sources.base.source_settings import PolledSettings
from bot.sources.core.source import Clock
from bot.sources.http.client import HttpClient
from bot.web_address import WebAddress
from matching.query.properties import LEVEL
from storage.values.durations import Duration, duration_range


class SirenSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "siren"`."""

    is_state_source: ClassVar[bool] = True
    properties: ClassVar[frozenset[str]] = frozenset((LEVEL,))

    kind: Literal["siren"]
    url: WebAddress = "https://siren.pp.ua/api/v3/alerts"
    every: Annotated[Duration, duration_range("5s", "1d")] = timedelta(seconds=15)

    def build_source(self, client: HttpClient, clock: Clock) -> UkraineAlarm:
        """Return the source of siren.pp.ua."""
        return UkraineAlarm(self, self.url, "", client, clock)
