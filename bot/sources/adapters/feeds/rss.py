"""RSS source: feeds in RSS, Atom and JSON Feed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from bot.sources.adapters.feeds.entry_keys import EntryIdentity, choose_keys, publication_keys
from bot.sources.adapters.feeds.rss_parser import FeedEntry, parse_feed
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.base.entry_diff import EntryDiff, diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.base.source_settings import RegionName
from bot.sources.core.dedup_keys import text_hash
from bot.sources.core.source import Clock
from bot.sources.http.client import HttpClient, Page
from bot.sources.parsing.zero_time import unless_zero
from matching.places.areas import somewhere_in
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range


class RssSettings(PageSettings, frozen=True):
    """`[[source]] kind = "rss"`."""

    kind: Literal["rss"]
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=2)
    region: RegionName | None = None  # entries that name no place belong to it

    def build_source(self, client: HttpClient, clock: Clock) -> "Rss":
        """Return the feed source."""
        return Rss(self, client, clock)


class Rss(PageSource):
    """The source of `kind = "rss"`.

    Cursor: the fields of `page_source`; `known`, `contents` and `publications`, see `entry_diff`:
    the keys of the entries, and what identifies an entry that has got another key.
    """

    max_bytes = 5 * 1024 * 1024

    def __init__(self, settings: RssSettings, client: HttpClient, clock: Clock) -> None:
        super().__init__(settings, client, clock)
        self._regions = (somewhere_in(settings.region),) if settings.region else ()
        self._anomalies = AnomalyLog(settings.name)

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new entries; a changed wording does not make an entry new."""
        parsed = await self._parsers.run(parse_feed, page.body, page.charset, page.base)
        # A feed may have thousands of entries.
        return await asyncio.to_thread(self._find_new, parsed, cursor, now)

    def _find_new(
        self, parsed: Sequence[FeedEntry], cursor: Cursor | None, now: datetime
    ) -> PageResult:
        entries = {_identity(entry): self._bulletin(entry, now) for entry in parsed}
        identities = list(entries)
        keys = choose_keys(identities, self._anomalies)
        remembered = cursor["known"] if cursor else {}
        keys_diff = diff_entries({key.key: "" for key in keys}, remembered)
        contents = _diff([identity.content_key for identity in identities], cursor, "contents")
        published_as = publication_keys(identities)
        publications = _diff(published_as, cursor, "publications")
        new = {
            key.key: replace(entries[identity], key=key.key)
            for identity, key, publication in zip(identities, keys, published_as, strict=True)
            if key.key in keys_diff.added
            and (key.is_certain or identity.content_key in contents.added)
            and (not publication or publication in publications.added)
            and (not key.other_key or text_hash(key.other_key) not in remembered)
        }
        fields = {
            "known": keys_diff.hashes,
            "contents": contents.hashes,
            "publications": publications.hashes,
        }
        return PageResult(tuple(new.values()), fields)

    def _bulletin(self, entry: FeedEntry, now: datetime) -> Bulletin:
        """Return the bulletin of an entry, without its key."""
        return Bulletin(
            source=self.name,
            key="",
            title=entry.title,
            text=entry.text,
            url=entry.url,
            lang=entry.lang,
            regions=self._regions,
            published_at=unless_zero(entry.published_at, now),
            received_at=now,
        )


def _diff(keys: Sequence[str], cursor: Cursor | None, field: str) -> EntryDiff:
    """Compare the keys, without empty ones, with a field of the cursor."""
    return diff_entries(
        dict.fromkeys(filter(None, keys), ""), cursor.get(field, {}) if cursor else {}
    )


def _identity(entry: FeedEntry) -> EntryIdentity:
    return EntryIdentity(
        id=entry.id,
        link=entry.link,
        title=entry.title,
        text=entry.text,
        time=entry.published_at.isoformat() if entry.published_at else "",
    )
