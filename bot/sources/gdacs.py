"""Disasters from GDACS, of the EC and the UN: those it calls orange or red."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Literal
from xml.etree.ElementTree import Element

from bot.sources import keys, placing
from bot.sources.addresses import is_web_address
from bot.sources.cleaning import clean_line
from bot.sources.fetching import Fetcher
from bot.sources.noticing import notice
from bot.sources.settings import PolledSettings, WebAddress
from bot.sources.source import Batch, Clock, Unusable
from bot.sources.trees import child_text, children, name, read_xml
from storage.bulletins import Bulletin, Kind
from storage.durations import Duration, between
from storage.sources import Cursor

LARGEST = 5 * 1024 * 1024  # bytes

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


class GdacsSettings(PolledSettings, frozen=True):
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


class Gdacs:
    """The source of `kind = "gdacs"`.

    Its cursor: `place`, as in `placing`; `validators`, as in `fetching`; `known`, as in `noticing`.
    """

    def __init__(self, settings: GdacsSettings, fetcher: Fetcher, clock: Clock) -> None:
        self.name = settings.name
        self.every = settings.every
        self._url = settings.url
        self._fetcher = fetcher
        self._clock = clock
        self._place = placing.mark(settings.kind, settings.url)

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """New disasters, and those with another episode or level. Raises SourceError."""
        cursor = placing.own(cursor, self._place)
        page = await self._fetcher.get(
            self._url, limit=LARGEST, validators=cursor["validators"] if cursor else None
        )
        if page is None:
            return Batch(self.name, (), cursor, baseline=False)
        found = {one.id: one for one in await asyncio.to_thread(read_disasters, page.body)}
        noticed = notice(
            {id_: one.stage for id_, one in found.items()}, cursor["known"] if cursor else {}
        )
        now = self._clock()
        return Batch(
            self.name,
            tuple(
                _bulletin(self.name, one, now)
                for id_, one in found.items()
                if one.level in _TOLD and (id_ in noticed.new or id_ in noticed.changed)
            ),
            {"place": self._place, "validators": page.validators, "known": noticed.known},
            baseline=cursor is None,
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
    link = child_text(item, "link")
    return Disaster(
        id=id_,
        kind=kind.upper(),
        stage=f"{child_text(item, 'episodeid')} {level}",
        level=level,
        title=title,
        text=child_text(item, "description"),
        url=link if is_web_address(link) else None,
        countries=tuple(_countries(child_text(item, "country"))),
        at=_time(child_text(item, "datemodified")) or _time(child_text(item, "pubDate")),
    )


def _countries(written: str) -> Iterator[str]:
    return (country[:200] for country in _COUNTRIES.split(clean_line(written)) if country)


def _time(written: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(written) if written else None
        return at and (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _bulletin(source: str, one: Disaster, now: datetime) -> Bulletin:
    return Bulletin(
        source=source,
        key=f"{keys.id_key(one.id, None)}~{keys.content_key(one.stage)[-16:]}",
        title=one.title[:500],
        text=one.text[:20_000],
        url=one.url,
        lang="en",
        kind=Kind.ALERT if one.level == "red" else Kind.NEWS,
        level=one.level,
        hazard=_HAZARDS.get(one.kind, one.kind.lower()) or None,
        regions=one.countries,
        published_at=one.at,
        received_at=now,
    )
