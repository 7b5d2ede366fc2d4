"""Telegram preview source: posts of a public channel's web preview, https://t.me/s/CHANNEL.

It needs no account. The preview shows about the last twenty posts, oldest first. selectolax parses
HTML like a browser and has selectors and types; lxml would need two more packages for them.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.sources.adapters.telegram.posts import post_bulletin
from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import HttpClient, Page
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import html_to_text
from bot.sources.parsing.lenient_json import as_time
from bot.sources.parsing.sanitize import clean_text
from bot.web_address import WebAddress, web_address_or_none
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range

_POST = "div.tgme_widget_message[data-post]"
_TEXT = "div.tgme_widget_message_text.js-message_text"
_TIME = "a.tgme_widget_message_date time[datetime]"
_FORWARDED = "a.tgme_widget_message_forwarded_from_name[href]"
_LINK = "a.tgme_widget_message_date[href]"


def _validate_preview(url: str) -> str:
    if "//t.me/" in url and "//t.me/s/" not in url:
        raise ValueError("the address of a preview, such as https://t.me/s/CHANNEL")
    return url


class TelegramPreviewSettings(PageSettings, frozen=True):
    """`[[source]] kind = "telegram_preview"`."""

    kind: Literal["telegram_preview"]
    url: Annotated[WebAddress, AfterValidator(_validate_preview)]
    every: Annotated[Duration, duration_range("10s", "1d")] = timedelta(seconds=30)

    def build_source(self, client: HttpClient, clock: Clock) -> "TelegramPreview":
        """Return the source of a web preview."""
        return TelegramPreview(self, client, clock)


@dataclass(frozen=True)
class Post:
    """One post of a preview."""

    id: str  # "channel/17"
    number: int | None  # 17; grows from post to post
    text: str  # plain; empty for a picture without text
    url: str | None  # of the post, or of the original of a forward
    posted_at: datetime | None  # aware


class TelegramPreview(PageSource):
    """The source of `kind = "telegram_preview"`.

    Cursor: the fields of `page_source`; `last`, the greatest post number; `known`, see
    `entry_diff`.
    """

    max_bytes = 4 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new posts, and those with changed text."""
        posts = await asyncio.to_thread(parse_posts, page.body, page.charset)
        last = cursor["last"] if cursor else -1
        texts = {post.id: post.text for post in posts}
        diff = diff_entries(texts, cursor["known"] if cursor else {})
        # An old post that reappears when a newer one is deleted is not new.
        added = [post for post in posts if post.id in diff.added and _is_after(post, last)]
        changed = [post for post in posts if post.id in diff.changed]
        keys = [
            *((post, dedup_keys.id_key(post.id, None)) for post in added),
            *((post, dedup_keys.revision_key(post.id, post.text)) for post in changed),
        ]
        return PageResult(
            tuple(self._bulletin(post, key, now) for post, key in keys if post.text),
            {
                "last": max(last, *(post.number or 0 for post in posts)),
                "known": diff.hashes,
            },
        )

    def _bulletin(self, post: Post, key: str, now: datetime) -> Bulletin:
        return post_bulletin(self.name, key, post.text, post.url, post.posted_at, now)


def parse_posts(body: bytes, charset: str | None = None) -> list[Post]:
    """Return the posts of a preview without service messages. Raise Unusable if it shows none."""
    parser = LexborHTMLParser(decode(body, charset))
    nodes = [node for node in parser.css(_POST) if node.attributes["data-post"]]
    if not nodes:  # Telegram has redirected to another page
        raise Unusable("shows no posts: no public channel, or its preview is off")
    return [
        _post(node)
        for node in nodes
        if "service_message" not in (node.attributes.get("class") or "").split()
    ]


def _post(node: LexborNode) -> Post:
    id_ = node.attributes["data-post"] or ""
    number = id_.rpartition("/")[2]
    text = node.css_first(_TEXT)
    time = node.css_first(_TIME)
    return Post(
        id=id_,
        number=int(number) if number.isdecimal() else None,
        text=clean_text(html_to_text(text.html or "")) if text else "",
        url=_address(node, _FORWARDED) or _address(node, _LINK),
        posted_at=as_time(time.attributes["datetime"]) if time else None,
    )


def _is_after(post: Post, last: int) -> bool:
    return post.number is None or post.number > last


def _address(node: LexborNode, selector: str) -> str | None:
    link = node.css_first(selector)
    return web_address_or_none((link.attributes["href"] or "") if link else "")
