"""USGS source: earthquakes from a GeoJSON summary that is rebuilt every minute."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from bot.sources.adapters.disasters.quake_changes import diff_quakes, to_bulletins
from bot.sources.adapters.disasters.usgs_parser import parse_quakes
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core.source import Clock
from bot.sources.http.client import HttpClient, Page
from bot.web_address import WebAddress
from matching.query.properties import DEPTH, LEVEL, MAGNITUDE
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range


class UsgsSettings(PageSettings, frozen=True):
    """`[[source]] kind = "usgs"`."""

    properties: ClassVar[frozenset[str]] = frozenset((LEVEL, MAGNITUDE, DEPTH))

    kind: Literal["usgs"]
    url: WebAddress = "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/4.5_day.geojson"
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=1)

    def build_source(self, client: HttpClient, clock: Clock) -> "Usgs":
        """Return the USGS source."""
        return Usgs(self, client, clock)


class Usgs(PageSource):
    """The source of `kind = "usgs"`.

    Cursor: the fields of `page_source`; `told`, the reported quakes.
    """

    max_bytes = 16 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new quakes, and those whose revision matters."""
        quakes = await self._parsers.run(parse_quakes, page.body)
        # In a thread: a summary of a month has ten thousand.
        changes, reported = await asyncio.to_thread(
            diff_quakes, quakes, cursor["told"] if cursor else ()
        )
        return PageResult(to_bulletins(self.name, changes, now), {"told": reported})
