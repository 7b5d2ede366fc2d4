"""CAP source: warnings of Meteoalarm, the NWS and other publishers."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

import structlog
from pydantic import Field

from bot.sources.adapters.cap.alert import AlertLink, CapAlert
from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import CapDocument, parse_page, split_items
from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.base.source_settings import RegionName
from bot.sources.core.dedup_keys import text_hash
from bot.sources.core.errors import Refused, SourceError, Unusable
from bot.sources.core.source import Clock
from bot.sources.http.client import HttpClient, Page
from matching.query.properties import LEVEL
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_MAX_ALERT_BYTES = 1024 * 1024
_MAX_LINKS = 20  # followed in one poll
_GONE = frozenset((404, 410))
_FORBIDDEN = frozenset((401, 403))

log = structlog.get_logger(__name__)


class CapSettings(PageSettings, frozen=True):
    """`[[source]] kind = "cap"`."""

    properties: ClassVar[frozenset[str]] = frozenset((LEVEL,))

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
        document = await self._parse(page)
        linked, pending = await self._fetch_new_links(document, cursor)
        read = [link for link in document.index if cursor is None or link.address not in pending]
        diff = await asyncio.to_thread(
            diff_entries, _versions(read), cursor["links"] if cursor else {}
        )
        context = ConversionContext(self.name, self._language, now, self._region)
        # In a thread: a page may have thousands of alerts.
        bulletins, roots = await asyncio.to_thread(
            to_bulletins,
            [*document.alerts, *linked],
            cursor["roots"] if cursor else {},
            context,
        )
        fields: dict[str, object] = {"links": diff.hashes, "roots": roots}
        if pending:  # fetch the index again even if it has not changed
            fields["validators"] = {}
        return PageResult(bulletins, fields)

    async def _fetch_new_links(
        self, document: CapDocument, cursor: Cursor | None
    ) -> tuple[list[CapAlert], frozenset[str]]:
        """Return the alerts behind new and changed links, and the links for the next poll."""
        remembered = cursor["links"] if cursor else {}
        diff = await asyncio.to_thread(diff_entries, _versions(document.index), remembered)
        # Before there were versions, all of them were empty.
        edited = {link for link in diff.changed if remembered[text_hash(link)] != text_hash("")}
        links = [link for link in document.index if link.address in diff.added]
        links += [link for link in document.index if link.address in edited]
        alerts: list[CapAlert] = []
        failed = []
        for link in links[:_MAX_LINKS]:
            try:
                alerts += await self._fetch_link(link)
            except SourceError as error:
                log.warning("cap_link_failed", source=self.name, error=str(error))
                failed.append(link.address)
        later = (link.address for link in links[_MAX_LINKS:])
        return alerts, frozenset((*failed, *later))

    async def _fetch_link(self, link: AlertLink) -> Iterable[CapAlert]:
        """Return the alerts of a page; if it has none, the one that the index describes."""
        described = (link.entry,) if link.entry else ()
        try:
            page = await self._client.get(
                link.address, max_bytes=_MAX_ALERT_BYTES, linked_from=self._url
            )
            alerts = (await self._parse(page)).alerts if page else ()
        except Refused as error:
            if error.status in _GONE:  # expired since the index was made
                return ()
            if not described or error.status not in _FORBIDDEN:
                raise
            return described
        except Unusable:  # a page for people
            if not described:
                raise
            return described
        return alerts or described

    async def _parse(self, page: Page) -> CapDocument:
        return split_items(await self._parsers.run(parse_page, page.body, page.charset, page.base))


def _versions(index: Sequence[AlertLink]) -> dict[str, str]:
    """Return the version of each link, oldest first."""
    return {link.address: link.version for link in reversed(index)}
