"""Air alerts in Ukraine from siren.pp.ua: a volunteers' proxy of ukrainealarm.com without a key.

Its users report that it answers 200 requests in five minutes and address.
"""

from datetime import timedelta
from typing import Annotated, Literal

from bot.sources.adapters.ukraine.ukrainealarm import UkraineAlarm
from bot.sources.base.source_settings import PolledSettings, WebAddress
from bot.sources.core.source import Clock
from bot.sources.http.client import Fetcher
from storage.values.durations import Duration, between


class SirenSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "siren"`."""

    kind: Literal["siren"]
    url: WebAddress = "https://siren.pp.ua/api/v3/alerts"
    every: Annotated[Duration, between("5s", "1d")] = timedelta(seconds=15)

    def source(self, fetcher: Fetcher, clock: Clock) -> UkraineAlarm:
        return UkraineAlarm(self, self.url, "", fetcher, clock)
