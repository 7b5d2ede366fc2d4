"""RSS and Atom feeds."""

import asyncio
import codecs
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot.sources.adapters.feeds.rss_subprocess import isolated
from bot.sources.base.entry_diff import notice
from bot.sources.base.page_source import Found, OnePage, PageSettings
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import Fetcher, Page
from bot.sources.http.ssrf_guard import is_web_address, web_address
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import page_text
from bot.sources.parsing.lenient_json import moment
from bot.sources.parsing.limits import LONGEST_LANG, LONGEST_TEXT, LONGEST_TITLE
from bot.sources.parsing.sanitize import clean_line, clean_text
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, between

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]{1,40})""")
_PATIENCE = timedelta(seconds=20)
_WORKER = Path(__file__).with_name("rss_worker.py")


class RssSettings(PageSettings, frozen=True):
    """`[[source]] kind = "rss"`."""

    kind: Literal["rss"]
    every: Annotated[Duration, between("30s", "1d")] = timedelta(minutes=2)

    def source(self, fetcher: Fetcher, clock: Clock) -> "Rss":
        return Rss(self, fetcher, clock)


class Rss(OnePage):
    """The source of `kind = "rss"`.

    Its cursor: as in `one_page`; `known`, as in `noticing`.
    """

    limit = 5 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> Found:
        """The entries that are new; another wording of one is not."""
        async with self._fetcher.reading:
            feed = json.loads(await isolated(_WORKER, _mended(page), _PATIENCE))
        if not feed["is_feed"]:
            raise Unusable("is no feed")
        found = await asyncio.to_thread(_bulletins, feed, self.name, now)
        noticed = notice(dict.fromkeys(found, ""), cursor["known"] if cursor else {})
        return Found(
            tuple(bulletin for key, bulletin in found.items() if key in noticed.new),
            {"known": noticed.known},
        )


def _mended(page: Page) -> bytes:
    """The feed in UTF-8, a stray byte replaced: feedparser would take all of it for Latin letters.

    Raises Unusable for what is no text.
    """
    declared = _DECLARED.match(page.body)
    if page.body.startswith(_WIDE) or (declared and declared[1].lower() != b"utf-8"):
        return page.body
    return decode(page.body, "utf-8" if declared else page.charset).encode()


def _bulletins(feed: Mapping[str, Any], source: str, now: datetime) -> dict[str, Bulletin]:
    """By key, the oldest first."""
    lang = clean_line(feed["lang"])[:LONGEST_LANG] or None
    found = [_bulletin(entry, source, lang, now) for entry in reversed(feed["entries"])]
    said = [one for one in found if one.title or one.text]
    return {one.key: one for one in _in_order(said)}


def _in_order(found: list[Bulletin]) -> Iterable[Bulletin]:
    dated = [(one.published_at, one) for one in found if one.published_at]
    if len(dated) < len(found):  # then the order of the feed, which is newest first
        return found
    return [one for _, one in sorted(dated, key=lambda pair: pair[0])]


def _bulletin(entry: Mapping[str, Any], source: str, lang: str | None, now: datetime) -> Bulletin:
    title = " ".join(_plain(entry["title"]).split())[:LONGEST_TITLE]
    link = clean_line(entry["link"])
    return Bulletin(
        source=source,
        key=_key(entry, link, title),
        title=title,
        text=_plain(entry["text"])[:LONGEST_TEXT],
        url=web_address(link),
        lang=lang,
        published_at=moment(entry["time"]),
        received_at=now,
    )


def _plain(said: Mapping[str, Any]) -> str:
    return clean_text(page_text(said["value"]) if said["html"] else said["value"])


def _key(entry: Mapping[str, Any], link: str, title: str) -> str:
    if given := clean_line(entry["id"]) or _canonical(link):
        return dedup_keys.id_key(given, None)
    return dedup_keys.content_key(title, entry["time"] or "")


def _canonical(link: str) -> str:
    """Without what only tracks readers."""
    if not is_web_address(link):
        return ""
    parts = urlsplit(link)
    query = [pair for pair in parse_qsl(parts.query) if not pair[0].startswith("utm_")]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))
