"""Warnings in the Common Alerting Protocol: Meteoalarm, the NWS, and whoever else gives them."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal

import structlog
from pydantic import Field

from bot.sources.adapters.cap.bulletins import Manner, tell
from bot.sources.adapters.cap.parser import Answer, CapAlert, read_answer
from bot.sources.base.entry_diff import notice
from bot.sources.base.page_source import Found, OnePage, PageSettings
from bot.sources.core.source import Clock, Refused, SourceError
from bot.sources.http.client import Fetcher, Page
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, between

_LARGEST_ALERT = 1024 * 1024
_MOST_LINKS = 20  # of an index, in one poll
_GONE = frozenset((404, 410))

log = structlog.get_logger(__name__)


class CapSettings(PageSettings, frozen=True):
    """`[[source]] kind = "cap"`."""

    kind: Literal["cap"]
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$", max_length=16)] = (
        "en"
    )
    every: Annotated[Duration, between("30s", "1d")] = timedelta(minutes=5)

    def source(self, fetcher: Fetcher, clock: Clock) -> "Cap":
        return Cap(self, fetcher, clock)


class Cap(OnePage):
    """The source of `kind = "cap"`.

    Its cursor: as in `one_page`; `links`, as in `noticing`; `roots`, as in `cap_telling`.
    """

    limit = 16 * 1024 * 1024

    def __init__(self, settings: CapSettings, fetcher: Fetcher, clock: Clock) -> None:
        super().__init__(settings, fetcher, clock)
        self._language = settings.language

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> Found:
        """Alerts that are new: an address is one, many, or an index of links.

        At the first poll the links are known at once, and only the newest are followed.
        """
        answer = await asyncio.to_thread(read_answer, page.body)
        linked, left = await self._linked(answer, cursor)
        noticed = notice(
            {link: "" for link in reversed(answer.links) if cursor is None or link not in left},
            cursor["links"] if cursor else {},
        )
        manner = Manner(self.name, self._language, now)
        bulletins, roots = tell(
            [*answer.alerts, *linked], cursor["roots"] if cursor else {}, manner
        )
        more: dict[str, object] = {"links": noticed.known, "roots": roots}
        if left:  # it is asked for again, also when the index stays the same
            more["validators"] = {}
        return Found(bulletins, more)

    async def _linked(
        self, answer: Answer, cursor: Cursor | None
    ) -> tuple[list[CapAlert], frozenset[str]]:
        """The alerts behind new links, and the links that are left for the next poll."""
        known = cursor["links"] if cursor else {}
        new = notice(dict.fromkeys(answer.links, ""), known).new
        wanted = [link for link in answer.links if link in new]
        alerts: list[CapAlert] = []
        failed = []
        for link in wanted[:_MOST_LINKS]:
            try:
                alerts += await self._behind(link)
            except SourceError as error:
                log.warning("link_failed", source=self.name, error=str(error))
                failed.append(link)
        return alerts, frozenset((*failed, *wanted[_MOST_LINKS:]))

    async def _behind(self, link: str) -> Iterable[CapAlert]:
        try:
            page = await self._fetcher.get(link, limit=_LARGEST_ALERT, named_by=self._url)
        except Refused as refused:
            if refused.status in _GONE:  # it has run out meanwhile
                return ()
            raise
        return (await asyncio.to_thread(read_answer, page.body)).alerts if page else ()
