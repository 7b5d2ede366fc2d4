"""GDACS source: disasters of alert level orange or red, from the EC and the UN."""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from bot.sources.adapters.disasters.gdacs_parser import Disaster, parse_disasters
from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock
from bot.sources.http.client import HttpClient, Page
from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH, MAX_TITLE_LENGTH
from bot.web_address import WebAddress
from matching.query.properties import DEPTH, LEVEL, MAGNITUDE
from matching.topics.hazards import hazard_tree
from storage.inbound.bulletins import Bulletin, Kind
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_MAX_KIND_LENGTH = 32
# Levels rate the expected need for help, not the strength of the event.
_REPORTED_LEVELS = frozenset(("orange", "red"))


class GdacsSettings(PageSettings, frozen=True):
    """`[[source]] kind = "gdacs"`."""

    properties: ClassVar[frozenset[str]] = frozenset((LEVEL, MAGNITUDE, DEPTH))

    kind: Literal["gdacs"]
    url: WebAddress = "https://www.gdacs.org/xml/rss.xml"
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=5)

    def build_source(self, client: HttpClient, clock: Clock) -> "Gdacs":
        """Return the GDACS source."""
        return Gdacs(self, client, clock)


class Gdacs(PageSource):
    """The source of `kind = "gdacs"`.

    Cursor: the fields of `page_source`; `known` and `words`, see `entry_diff`.
    """

    max_bytes = 5 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new disasters, and those whose next episode or level says something else."""
        parsed = await self._parsers.run(parse_disasters, page.body, page.charset)
        newest = {disaster.id: disaster for disaster in parsed}
        # What is over is no news. It is not remembered either: it may become current again.
        disasters = {id_: disaster for id_, disaster in newest.items() if disaster.is_current}
        diff = diff_entries(
            {id_: disaster.revision for id_, disaster in disasters.items()},
            cursor["known"] if cursor else {},
        )
        words = diff_entries(
            {id_: f"{item.level} {item.title} {item.text}" for id_, item in disasters.items()},
            cursor.get("words", {}) if cursor else {},
        )
        news = diff.added | (diff.changed & (words.changed | words.added))
        return PageResult(
            tuple(
                _bulletin(self.name, disaster, now)
                for id_, disaster in disasters.items()
                if disaster.level in _REPORTED_LEVELS and id_ in news
            ),
            {"known": diff.hashes, "words": words.hashes},
        )


def _bulletin(source: str, disaster: Disaster, now: datetime) -> Bulletin:
    hazards = hazard_tree().find_by_code("gdacs", disaster.kind)
    return Bulletin(
        source=source,
        key=dedup_keys.revision_key(disaster.id, disaster.revision),
        title=disaster.title[:MAX_TITLE_LENGTH],
        text=disaster.text[:MAX_TEXT_LENGTH],
        url=disaster.url,
        lang="en",
        kind=Kind.ALERT if disaster.level == "red" else Kind.NEWS,
        level=disaster.level,
        hazard=next(iter(hazards), disaster.kind.lower()[:_MAX_KIND_LENGTH]) or None,
        latitude=disaster.latitude,
        longitude=disaster.longitude,
        magnitude=disaster.magnitude,
        depth_km=disaster.depth_km,
        regions=disaster.countries,
        published_at=disaster.updated_at,
        received_at=now,
    )
