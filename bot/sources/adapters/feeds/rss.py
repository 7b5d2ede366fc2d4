"""RSS source: RSS and Atom feeds, parsed by feedparser in a subprocess."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from yarl import URL

from bot.sources.adapters.feeds.entry_keys import EntryIdentity, choose_keys
from bot.sources.adapters.feeds.rss_subprocess import run_isolated
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.base.source_settings import RegionName
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import HttpClient, Page
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import html_to_text
from bot.sources.parsing.lenient_json import as_time
from bot.sources.parsing.sanitize import (
    MAX_LANG_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
    clean_line,
    clean_text,
)
from bot.web_address import is_web_address, web_address_or_none
from matching.places.areas import somewhere_in
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_PARSE_TIMEOUT = timedelta(seconds=20)
_WORKER_SCRIPT = Path(__file__).with_name("rss_worker.py")


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

    Cursor: the fields of `page_source`; `known` and `contents`, see `entry_diff`.
    """

    max_bytes = 5 * 1024 * 1024

    def __init__(self, settings: RssSettings, client: HttpClient, clock: Clock) -> None:
        super().__init__(settings, client, clock)
        self._regions = (somewhere_in(settings.region),) if settings.region else ()
        self._anomalies = AnomalyLog(settings.name)

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new entries; a changed wording does not make an entry new."""
        async with self._client.parse_lock:
            body = _base(page.url).encode() + b"\n" + _to_utf8(page)
            feed = json.loads(await run_isolated(_WORKER_SCRIPT, body, _PARSE_TIMEOUT))
        if not feed["is_feed"]:
            raise Unusable("is no feed")
        entries = await asyncio.to_thread(self._entries, feed, now)
        keys = choose_keys(list(entries), self._anomalies)
        keys_diff = diff_entries({key.key: "" for key in keys}, cursor["known"] if cursor else {})
        contents = diff_entries(
            {identity.content_key: "" for identity in entries},
            cursor.get("contents", {}) if cursor else {},
        )
        new = {
            key.key: replace(bulletin, key=key.key)
            for (identity, bulletin), key in zip(entries.items(), keys, strict=True)
            if key.key in keys_diff.added
            and (key.is_certain or identity.content_key in contents.added)
        }
        return PageResult(
            tuple(new.values()), {"known": keys_diff.hashes, "contents": contents.hashes}
        )

    def _entries(self, feed: Mapping[str, Any], now: datetime) -> dict[EntryIdentity, Bulletin]:
        """Return the bulletins of the entries, without keys, oldest first."""
        lang = clean_line(feed["lang"])[:MAX_LANG_LENGTH] or None
        entries = {}
        for entry in reversed(feed["entries"]):
            bulletin = self._bulletin(entry, lang, now)
            if bulletin.title or bulletin.text:
                entries[_identity(entry, bulletin)] = bulletin
        return entries

    def _bulletin(self, entry: Mapping[str, Any], lang: str | None, now: datetime) -> Bulletin:
        return Bulletin(
            source=self.name,
            key="",
            title=" ".join(_plain(entry["title"]).split())[:MAX_TITLE_LENGTH],
            text=_plain(entry["text"])[:MAX_TEXT_LENGTH],
            url=web_address_or_none(clean_line(entry["link"])),
            lang=lang,
            regions=self._regions,
            published_at=as_time(entry["time"]),
            received_at=now,
        )


def _identity(entry: Mapping[str, Any], bulletin: Bulletin) -> EntryIdentity:
    return EntryIdentity(
        id=clean_line(entry["id"]),
        link=_canonical(clean_line(entry["link"])),
        title=bulletin.title,
        text=bulletin.text,
        time=entry["time"] or "",
    )


def _base(url: str) -> str:
    """Return the address for relative links, without parts that may hold a secret."""
    return str(URL(url).with_user(None).with_query(None).with_fragment(None))


def _to_utf8(page: Page) -> bytes:
    """Return the feed in UTF-8 with stray bytes replaced; else feedparser falls back to Latin-1.

    Raises Unusable if it is no text.
    """
    text = decode(page.body, page.charset).lstrip("\ufeff \t\r\n")
    return _XML_DECLARATION.sub('<?xml version="1.0" encoding="utf-8"?>', text, count=1).encode()


def _plain(field: Mapping[str, Any]) -> str:
    return clean_text(html_to_text(field["value"]) if field["html"] else field["value"])


def _canonical(link: str) -> str:
    """Return the link without tracking parameters and fragment; "" if it is no address."""
    if not is_web_address(link):
        return ""
    parts = urlsplit(link)
    query = [pair for pair in parse_qsl(parts.query) if not pair[0].startswith("utm_")]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))
