"""CAP source: warnings of Meteoalarm, the NWS and other publishers."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

import structlog
from pydantic import Field

from bot.sources.adapters.cap.alert import CapAlert
from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import CapDocument, parse_document
from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.base.source_settings import RegionName
from bot.sources.core.source import Clock, Refused, SourceError
from bot.sources.http.client import HttpClient, Page
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_MAX_ALERT_BYTES = 1024 * 1024
_MAX_LINKS = 20  # followed in one poll
_GONE = frozenset((404, 410))

log = structlog.get_logger(__name__)


class CapSettings(PageSettings, frozen=True):
    """`[[source]] kind = "cap"`."""

    kind: Literal["cap"]
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$", max_length=16)] = (
        "en"
    )
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=5)
    region: RegionName | None = None  # areas without codes lie in it

    def build_source(self, client: HttpClient, clock: Clock) -> "Cap":
        """Return the CAP source."""
        return Cap(self, client, clock)


class Cap(PageSource):
    """The source of `kind = "cap"`.

    Cursor: the fields of `page_source`; `links`, see `entry_diff`; `roots`, see `cap.chains`.
    """

    max_bytes = 16 * 1024 * 1024

    def __init__(self, settings: CapSettings, client: HttpClient, clock: Clock) -> None:
        super().__init__(settings, client, clock)
        self._language = settings.language
        self._region = settings.region or ""

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new alerts. The page is one alert, several, or an index of links.

        The first poll remembers all links and follows only the newest.
        """
        document = await asyncio.to_thread(parse_document, page.body, page.charset, page.url)
        linked, pending = await self._fetch_new_links(document, cursor)
        read_links = [link for link in document.links if cursor is None or link not in pending]
        diff = diff_entries(
            dict.fromkeys(reversed(read_links), ""), cursor["links"] if cursor else {}
        )
        context = ConversionContext(self.name, self._language, now, self._region)
        bulletins, roots = to_bulletins(
            [*document.alerts, *linked], cursor["roots"] if cursor else {}, context
        )
        fields: dict[str, object] = {"links": diff.hashes, "roots": roots}
        if pending:  # fetch the index again even if it has not changed
            fields["validators"] = {}
        return PageResult(bulletins, fields)

    async def _fetch_new_links(
        self, document: CapDocument, cursor: Cursor | None
    ) -> tuple[list[CapAlert], frozenset[str]]:
        """Return the alerts behind new links, and the links that stay for the next poll."""
        remembered = cursor["links"] if cursor else {}
        added = diff_entries(dict.fromkeys(document.links, ""), remembered).added
        links = [link for link in document.links if link in added]
        alerts: list[CapAlert] = []
        failed = []
        for link in links[:_MAX_LINKS]:
            try:
                alerts += await self._fetch_link(link)
            except SourceError as error:
                log.warning("cap_link_failed", source=self.name, error=str(error))
                failed.append(link)
        return alerts, frozenset((*failed, *links[_MAX_LINKS:]))

    async def _fetch_link(self, link: str) -> Iterable[CapAlert]:
        try:
            page = await self._client.get(link, max_bytes=_MAX_ALERT_BYTES, linked_from=self._url)
        except Refused as error:
            if error.status in _GONE:  # expired since the index was made
                return ()
            raise
        if page is None:
            return ()
        return (await asyncio.to_thread(parse_document, page.body, page.charset, page.url)).alerts
