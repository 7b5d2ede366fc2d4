"""GDACS source: disasters of alert level orange or red, from the EC and the UN."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from xml.etree.ElementTree import Element

from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import HttpClient, Page
from bot.sources.parsing.lenient_json import as_rfc5322_time
from bot.sources.parsing.markup import markup_to_text
from bot.sources.parsing.safe_xml import child_text, children, local_name, read_xml
from bot.sources.parsing.sanitize import (
    MAX_REGION_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
    clean_line,
)
from bot.web_address import WebAddress, web_address_or_none
from storage.inbound.bulletins import Bulletin, Kind
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

# Levels rate the expected need for help, not the strength of the event.
_REPORTED_LEVELS = frozenset(("orange", "red"))
_HAZARDS = {
    "EQ": "quake",
    "TS": "tsunami",
    "TC": "cyclone",
    "FL": "flood",
    "VO": "volcano",
    "DR": "drought",
    "WF": "wildfire",
}
_COUNTRIES = re.compile(r"\s*[,;]\s*")


class GdacsSettings(PageSettings, frozen=True):
    """`[[source]] kind = "gdacs"`."""

    kind: Literal["gdacs"]
    url: WebAddress = "https://www.gdacs.org/xml/rss.xml"
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=5)

    def build_source(self, client: HttpClient, clock: Clock) -> "Gdacs":
        """Return the GDACS source."""
        return Gdacs(self, client, clock)


@dataclass(frozen=True)
class Disaster:
    """One disaster of the feed."""

    id: str  # kind and number: "EQ1234567"
    kind: str  # "EQ", "TC", ...
    revision: str  # episode and level; a different value is an update
    level: str  # "green", "orange", "red", or its own word
    title: str
    text: str
    url: str | None
    countries: tuple[str, ...]  # in English
    updated_at: datetime | None  # aware


class Gdacs(PageSource):
    """The source of `kind = "gdacs"`.

    Cursor: the fields of `page_source`; `known`, see `entry_diff`.
    """

    max_bytes = 5 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new disasters, and those with another episode or level."""
        parsed = await asyncio.to_thread(parse_disasters, page.body, page.charset)
        disasters = {disaster.id: disaster for disaster in parsed}
        diff = diff_entries(
            {id_: disaster.revision for id_, disaster in disasters.items()},
            cursor["known"] if cursor else {},
        )
        return PageResult(
            tuple(
                _bulletin(self.name, disaster, now)
                for id_, disaster in disasters.items()
                if disaster.level in _REPORTED_LEVELS and (id_ in diff.added or id_ in diff.changed)
            ),
            {"known": diff.hashes},
        )


def parse_disasters(body: bytes, charset: str | None = None) -> list[Disaster]:
    """Return the disasters of the feed, oldest first.

    Raises Unusable if it is no feed: proxies answer with HTML.
    """
    root = read_xml(body, charset)
    if local_name(root) != "rss":
        raise Unusable("is no feed")
    items = [item for channel in children(root, "channel") for item in children(channel, "item")]
    disasters = [disaster for disaster in map(_disaster, items) if disaster is not None]
    return sorted(disasters, key=lambda item: (item.updated_at is not None, item.updated_at))


def _disaster(item: Element) -> Disaster | None:
    kind, number = child_text(item, "eventtype"), child_text(item, "eventid")
    title = clean_line(child_text(item, "title"))
    id_ = f"{kind}{number}" if kind and number else child_text(item, "guid")
    if not id_ or not title:
        return None
    level = child_text(item, "alertlevel").lower()
    return Disaster(
        id=id_,
        kind=kind.upper(),
        revision=f"{child_text(item, 'episodeid')} {level}",
        level=level,
        title=title,
        text=markup_to_text(child_text(item, "description")),
        url=web_address_or_none(child_text(item, "link")),
        countries=tuple(_countries(child_text(item, "country"))),
        updated_at=as_rfc5322_time(child_text(item, "datemodified"))
        or as_rfc5322_time(child_text(item, "pubDate")),
    )


def _countries(text: str) -> Iterator[str]:
    return (
        country[:MAX_REGION_LENGTH] for country in _COUNTRIES.split(clean_line(text)) if country
    )


def _bulletin(source: str, disaster: Disaster, now: datetime) -> Bulletin:
    return Bulletin(
        source=source,
        key=dedup_keys.revision_key(disaster.id, disaster.revision),
        title=disaster.title[:MAX_TITLE_LENGTH],
        text=disaster.text[:MAX_TEXT_LENGTH],
        url=disaster.url,
        lang="en",
        kind=Kind.ALERT if disaster.level == "red" else Kind.NEWS,
        level=disaster.level,
        hazard=_HAZARDS.get(disaster.kind, disaster.kind.lower()) or None,
        regions=disaster.countries,
        published_at=disaster.updated_at,
        received_at=now,
    )
