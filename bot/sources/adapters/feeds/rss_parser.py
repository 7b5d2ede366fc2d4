"""RSS parser: entries of RSS and Atom feeds, read by feedparser, and of JSON Feed. Pure."""

import re
from calendar import timegm
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import feedparser  # type: ignore[import-untyped] # it ships no types

from bot.sources.adapters.feeds.json_feed import is_json, read_json_feed
from bot.sources.core.errors import Unusable
from bot.sources.parsing.charset import decode
from bot.sources.parsing.dates import parse_date
from bot.sources.parsing.html_text import html_to_text
from bot.sources.parsing.markup import markup_to_text
from bot.sources.parsing.node_limit import check_element_count
from bot.sources.parsing.page_parser import page_parser
from bot.sources.parsing.sanitize import (
    MAX_LANG_LENGTH,
    MAX_RAW_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
    clean_line,
)
from bot.sources.parsing.xml_repair import repair_xml
from bot.web_address import is_web_address, web_address_or_none

_MAX_ENTRIES = 5_000
"""More than people read: an entry that enters the limit when another one leaves would seem new."""

_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_ROOT_END = re.compile(r"</\s*(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ENTRY_END = re.compile(r"</\s*(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_TRACKING_PARAMETERS = ("utm_", "fbclid", "gclid", "yclid", "mc_cid", "mc_eid")


@dataclass(frozen=True)
class FeedEntry:
    """Entry of a feed, sanitized."""

    id: str  # as given; "" if it has none
    link: str  # without tracking parameters; "" if it has none
    url: str | None  # the link as given
    title: str
    text: str
    lang: str | None  # of the feed
    published_at: datetime | None  # aware


@page_parser
def parse_feed(body: bytes, charset: str | None, base: str) -> list[FeedEntry]:
    """Return the entries with a title or a text, oldest first if the feed is newest first.

    `charset` is from the HTTP header; `base` is the address of the feed, for relative links. Raises
    Unusable if it is not a feed.
    """
    feed = read_json_feed(body) if is_json(body) else _read_xml_feed(body, charset)
    lang = clean_line(feed["language"])[:MAX_LANG_LENGTH] or None
    records = feed["entries"]
    times = [_time(entry) for entry in records]
    entries = [
        _entry(records[position], times[position], lang, base) for position in _newest(times)
    ]
    return [entry for entry in reversed(entries) if entry.title or entry.text]


def _read_xml_feed(body: bytes, charset: str | None) -> dict[str, Any]:
    # Pass bytes: feedparser opens a string that looks like an address or a path.
    feed = feedparser.parse(_to_utf8(body, charset))
    if not feed.get("version"):
        raise Unusable("is not a feed in RSS, Atom or JSON Feed")
    return {"language": feed.feed.get("language") or "", "entries": feed.entries}


def _to_utf8(body: bytes, charset: str | None) -> bytes:
    """Return the feed in UTF-8 with stray bytes replaced; else feedparser falls back to Latin-1.

    Raises Unusable if it is not text.
    """
    text = decode(body, charset).lstrip("\ufeff \t\r\n")
    check_element_count(text)
    text = repair_xml(_drop_cut_entry(text))  # feedparser reads D&D as D&D;
    return _XML_DECLARATION.sub('<?xml version="1.0" encoding="utf-8"?>', text, count=1).encode()


def _drop_cut_entry(text: str) -> str:
    """Return the text without an entry that a lost connection has cut: half of one has no id.

    Raises Unusable if it ends before the first entry.
    """
    if _ROOT_END.search(text) or not (text.startswith("<") and _starts_entry(text)):
        return text
    ends = [match.end() for match in _ENTRY_END.finditer(text)]
    if not ends:
        raise Unusable("ends before its first entry")
    return text[: ends[-1]]


def _starts_entry(text: str) -> bool:
    return "<item" in text or "<entry" in text


def _newest(times: Sequence[datetime | None]) -> Sequence[int]:
    """Return the positions of at most `_MAX_ENTRIES` entries, newest first if they have times.

    An entry without a time stands beside its neighbour. Without any time both ends of the feed are
    kept, because either may be the newer one.
    """
    positions = list(range(len(times)))
    last = next(filter(None, times), None)
    if last is None:
        half = _MAX_ENTRIES // 2
        cut = len(times) - half if len(times) > _MAX_ENTRIES else half
        return [*positions[:half], *positions[cut:]]
    filled = [last := time or last for time in times]
    positions.sort(key=lambda position: filled[position], reverse=True)
    return positions[:_MAX_ENTRIES]


def _entry(entry: Any, time: datetime | None, lang: str | None, base: str) -> FeedEntry:
    link = clean_line(_link(entry, base))
    url = web_address_or_none(link)
    title = _plain(entry.get("title_detail") or {}) or _plain_text(entry.get("media_title") or "")
    text = next(filter(None, _texts(entry)), "")
    return FeedEntry(
        id=clean_line(entry.get("id") or ""),
        link=_canonical(link),
        url=url,
        title=" ".join(title.split())[:MAX_TITLE_LENGTH],
        # A picture or a page without any words is news, too.
        text=(text or ("" if title else url or ""))[:MAX_TEXT_LENGTH],
        lang=lang,
        published_at=time,
    )


def _texts(entry: Any) -> Iterator[str]:
    """Yield the texts of an entry, the fullest first. Any may be empty, or a picture only."""
    yield from map(_plain, entry.get("content") or [])
    yield _plain(entry.get("summary_detail") or {})
    yield _plain_text(entry.get("media_description") or "")


def _time(entry: Any) -> datetime | None:
    """Return the time of an entry; feedparser reads dates in languages that have no digits first.

    What it makes of other dates is not trusted: 2026/11/29 would be the first of the month.
    """
    for name in ("published", "updated"):
        written = clean_line(entry.get(name) or "")
        if time := parse_date(written):
            return time.replace(microsecond=0)
        if (parsed := entry.get(f"{name}_parsed")) and not written[:1].isdigit():
            try:
                return datetime.fromtimestamp(timegm(parsed), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _plain(detail: Any) -> str:
    value, kind = detail.get("value") or "", detail.get("type") or "text/html"
    text = value[:MAX_RAW_LENGTH]
    return markup_to_text(html_to_text(text) if "html" in kind else text)


def _plain_text(text: str) -> str:
    return markup_to_text(text[:MAX_RAW_LENGTH])


def _link(entry: Any, base: str) -> str:
    """Return the address of the entry's page, else of its permanent id, else of its file."""
    links = [link for link in entry.get("links") or [] if link.get("href")]
    pages = [link["href"] for link in links if link.get("rel") == "alternate"]
    id_, link = entry.get("id") or "", entry.get("link") or ""
    if _is_absolute(id_) and entry.get("guidislink"):
        pages.append(id_)
    if link != id_:  # feedparser gives an id, too, for a link
        pages.append(link)
    files = [item["href"] for item in links if item.get("rel") == "enclosure"]
    candidates = filter(None, (_join(base, page.strip()) for page in (*pages, *files)))
    return next(filter(_is_absolute, candidates), "")


def _is_absolute(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address.replace(" ", "%20")) if address else ""
    except ValueError:  # no valid address, such as http://[
        return ""


def _canonical(link: str) -> str:
    """Return the link without tracking parameters and fragment; "" if it is not an address."""
    if not is_web_address(link):
        return ""
    parts = urlsplit(link)
    query = [
        pair for pair in parse_qsl(parts.query) if not pair[0].startswith(_TRACKING_PARAMETERS)
    ]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))
