"""FDSN source: earthquakes from an FDSN event service, by default the INGV's for Italy.

Standard: https://www.fdsn.org/webservices/. The EMSC for Europe and the Mediterranean has one, too.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import AfterValidator

from bot.sources.adapters.disasters.fdsn_parser import parse_events
from bot.sources.adapters.disasters.quake_changes import diff_quakes, to_bulletins
from bot.sources.base import cursor_scope
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core.errors import Refused
from bot.sources.core.source import Batch, Clock
from bot.sources.http.client import HttpClient, Page
from bot.web_address import WebAddress
from matching.query.properties import DEPTH, MAGNITUDE
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_NO_EVENTS = 204  # the status of an answer without any
_DEFAULTS = {"format": "text", "orderby": "time", "limit": "100"}


def _validate_query(url: str) -> str:
    """Return the address with the parameters that it needs and lacks."""
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    names = {name.lower(): value for name, value in given}
    if names.get("format", "text").lower() != "text":
        raise ValueError("an address with format=text, the only form that is read")
    missing = [(name, value) for name, value in _DEFAULTS.items() if name not in names]
    query = "&".join(filter(None, (parts.query, urlencode(missing))))
    return urlunsplit(parts._replace(query=query))


class FdsnSettings(PageSettings, frozen=True):
    """`[[source]] kind = "fdsn"`."""

    properties: ClassVar[frozenset[str]] = frozenset((MAGNITUDE, DEPTH))

    kind: Literal["fdsn"]
    url: Annotated[WebAddress, AfterValidator(_validate_query)] = _validate_query(
        "https://webservices.ingv.it/fdsnws/event/1/query?minmagnitude=2"
    )
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=1)

    def build_source(self, client: HttpClient, clock: Clock) -> "Fdsn":
        """Return the source of the service."""
        return Fdsn(self, client, clock)


class Fdsn(PageSource):
    """The source of `kind = "fdsn"`.

    Cursor: the fields of `page_source`; `told`, the reported quakes.
    """

    max_bytes = 4 * 1024 * 1024

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """Return what is new; no event at all is an answer, too. Raise SourceError."""
        try:
            return await super().fetch(cursor)
        except Refused as refusal:
            if refusal.status != _NO_EVENTS:
                raise
        cursor = cursor_scope.keep_if_in_scope(cursor, self._scope)
        if cursor is not None:
            return Batch(self.name, (), cursor, is_baseline=False)
        empty = {"place": self._scope, "validators": {}, "told": []}
        return Batch(self.name, (), empty, is_baseline=True)

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new quakes, and those whose revision matters."""
        host = urlsplit(self._url).hostname or ""
        quakes = await self._parsers.run(parse_events, page.body, page.charset, host)
        changes, reported = await asyncio.to_thread(
            diff_quakes, quakes, cursor["told"] if cursor else ()
        )
        return PageResult(to_bulletins(self.name, changes, now), {"told": reported})
