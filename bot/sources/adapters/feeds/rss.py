"""RSS source: RSS and Atom feeds, parsed by feedparser in a subprocess."""

import asyncio
import codecs
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.sources.adapters.feeds.rss_subprocess import run_isolated
from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core import dedup_keys
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
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]{1,40})""")
_PARSE_TIMEOUT = timedelta(seconds=20)
_WORKER_SCRIPT = Path(__file__).with_name("rss_worker.py")


class RssSettings(PageSettings, frozen=True):
    """`[[source]] kind = "rss"`."""

    kind: Literal["rss"]
    every: Annotated[Duration, duration_range("30s", "1d")] = timedelta(minutes=2)

    def build_source(self, client: HttpClient, clock: Clock) -> "Rss":
        """Return the feed source."""
        return Rss(self, client, clock)


class Rss(PageSource):
    """The source of `kind = "rss"`.

    Cursor: the fields of `page_source`; `known`, see `entry_diff`.
    """

    max_bytes = 5 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new entries; a changed wording does not make an entry new."""
        async with self._client.parse_lock:
            body = _normalize_charset(page)
            feed = json.loads(await run_isolated(_WORKER_SCRIPT, body, _PARSE_TIMEOUT))
        if not feed["is_feed"]:
            raise Unusable("is no feed")
        bulletins = await asyncio.to_thread(_bulletins, feed, self.name, now)
        diff = diff_entries(dict.fromkeys(bulletins, ""), cursor["known"] if cursor else {})
        return PageResult(
            tuple(bulletin for key, bulletin in bulletins.items() if key in diff.added),
            {"known": diff.hashes},
        )


def _normalize_charset(page: Page) -> bytes:
    """Return the feed in UTF-8 with stray bytes replaced; else feedparser falls back to Latin-1.

    Raises Unusable if it is no text.
    """
    declared = _XML_ENCODING.match(page.body)
    if page.body.startswith(_UTF16_MARKS) or (declared and declared[1].lower() != b"utf-8"):
        return page.body
    return decode(page.body, "utf-8" if declared else page.charset).encode()


def _bulletins(feed: Mapping[str, Any], source: str, now: datetime) -> dict[str, Bulletin]:
    """Return the bulletins by key, oldest first."""
    lang = clean_line(feed["lang"])[:MAX_LANG_LENGTH] or None
    items = [_bulletin(entry, source, lang, now) for entry in reversed(feed["entries"])]
    not_empty = [item for item in items if item.title or item.text]
    return {item.key: item for item in _in_order(not_empty)}


def _in_order(items: list[Bulletin]) -> Iterable[Bulletin]:
    dated = [(item.published_at, item) for item in items if item.published_at]
    if len(dated) < len(items):  # keep the order of the feed, which is newest first
        return items
    return [item for _, item in sorted(dated, key=lambda pair: pair[0])]


def _bulletin(entry: Mapping[str, Any], source: str, lang: str | None, now: datetime) -> Bulletin:
    title = " ".join(_plain(entry["title"]).split())[:MAX_TITLE_LENGTH]
    link = clean_line(entry["link"])
    return Bulletin(
        source=source,
        key=_key(entry, link, title),
        title=title,
        text=_plain(entry["text"])[:MAX_TEXT_LENGTH],
        url=web_address_or_none(link),
        lang=lang,
        published_at=as_time(entry["time"]),
        received_at=now,
    )


def _plain(field: Mapping[str, Any]) -> str:
    return clean_text(html_to_text(field["value"]) if field["html"] else field["value"])


def _key(entry: Mapping[str, Any], link: str, title: str) -> str:
    if given := clean_line(entry["id"]) or _canonical(link):
        return dedup_keys.id_key(given, None)
    return dedup_keys.content_key(title, entry["time"] or "")


def _canonical(link: str) -> str:
    """Return the link without tracking parameters and fragment; "" if it is no address."""
    if not is_web_address(link):
        return ""
    parts = urlsplit(link)
    query = [pair for pair in parse_qsl(parts.query) if not pair[0].startswith("utm_")]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))
