"""Disasters from GDACS, of the EC and the UN: those it calls orange or red."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from xml.etree.ElementTree import Element

from bot.sources.base.entry_diff import notice
from bot.sources.base.page_source import Found, OnePage, PageSettings
from bot.sources.base.source_settings import WebAddress
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import Fetcher, Page
from bot.sources.http.ssrf_guard import web_address
from bot.sources.parsing.lenient_json import mail_moment
from bot.sources.parsing.limits import LONGEST_REGION, LONGEST_TEXT, LONGEST_TITLE
from bot.sources.parsing.safe_xml import child_text, children, name, read_xml
from bot.sources.parsing.sanitize import clean_line
from storage.inbound.bulletins import Bulletin, Kind
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, between

# By the expected need of help, not by the strength of what happened.
_TOLD = frozenset(("orange", "red"))
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
    every: Annotated[Duration, between("30s", "1d")] = timedelta(minutes=5)

    def source(self, fetcher: Fetcher, clock: Clock) -> "Gdacs":
        return Gdacs(self, fetcher, clock)


@dataclass(frozen=True)
class Disaster:
    id: str  # kind and number: "EQ1234567"
    kind: str  # "EQ", "TC", ...
    stage: str  # episode and level: another one is an update
    level: str  # "green", "orange", "red", or its own word
    title: str
    text: str
    url: str | None
    countries: tuple[str, ...]  # in English
    at: datetime | None  # aware


class Gdacs(OnePage):
    """The source of `kind = "gdacs"`.

    Its cursor: as in `one_page`; `known`, as in `noticing`.
    """

    limit = 5 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> Found:
        """New disasters, and those with another episode or level."""
        found = {one.id: one for one in await asyncio.to_thread(read_disasters, page.body)}
        noticed = notice(
            {id_: one.stage for id_, one in found.items()}, cursor["known"] if cursor else {}
        )
        return Found(
            tuple(
                _bulletin(self.name, one, now)
                for id_, one in found.items()
                if one.level in _TOLD and (id_ in noticed.new or id_ in noticed.changed)
            ),
            {"known": noticed.known},
        )


def read_disasters(body: bytes) -> list[Disaster]:
    """The disasters of the feed, the oldest first. Raises Unusable: proxies answer with HTML."""
    root = read_xml(body)
    if name(root) != "rss":
        raise Unusable("is no feed")
    items = [item for channel in children(root, "channel") for item in children(channel, "item")]
    found = [one for one in map(_disaster, items) if one is not None]
    return sorted(found, key=lambda one: (one.at is not None, one.at))


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
        stage=f"{child_text(item, 'episodeid')} {level}",
        level=level,
        title=title,
        text=child_text(item, "description"),
        url=web_address(child_text(item, "link")),
        countries=tuple(_countries(child_text(item, "country"))),
        at=mail_moment(child_text(item, "datemodified"))
        or mail_moment(child_text(item, "pubDate")),
    )


def _countries(written: str) -> Iterator[str]:
    return (
        country[:LONGEST_REGION] for country in _COUNTRIES.split(clean_line(written)) if country
    )


def _bulletin(source: str, one: Disaster, now: datetime) -> Bulletin:
    return Bulletin(
        source=source,
        key=dedup_keys.wording_key(one.id, one.stage),
        title=one.title[:LONGEST_TITLE],
        text=one.text[:LONGEST_TEXT],
        url=one.url,
        lang="en",
        kind=Kind.ALERT if one.level == "red" else Kind.NEWS,
        level=one.level,
        hazard=_HAZARDS.get(one.kind, one.kind.lower()) or None,
        regions=one.countries,
        published_at=one.at,
        received_at=now,
    )
