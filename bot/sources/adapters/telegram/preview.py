"""Public Telegram channels by their web preview, https://t.me/s/CHANNEL: no account is needed.

It shows the last twenty posts or so, the oldest first. Of the libraries that read HTML as browsers
do, selectolax brings selectors and types; lxml needs two packages more for them.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.sources.adapters.telegram.posts import post_bulletin
from bot.sources.base.entry_diff import notice
from bot.sources.base.page_source import Found, OnePage, PageSettings
from bot.sources.base.source_settings import WebAddress
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock, Unusable
from bot.sources.http.client import Fetcher, Page
from bot.sources.http.ssrf_guard import web_address
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import page_text
from bot.sources.parsing.lenient_json import moment
from bot.sources.parsing.sanitize import clean_text
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, between

_POST = "div.tgme_widget_message[data-post]"
_TEXT = "div.tgme_widget_message_text.js-message_text"
_TIME = "a.tgme_widget_message_date time[datetime]"
_FORWARDED = "a.tgme_widget_message_forwarded_from_name[href]"
_LINK = "a.tgme_widget_message_date[href]"


def _preview(url: str) -> str:
    if "//t.me/" in url and "//t.me/s/" not in url:
        raise ValueError("the address of a preview, such as https://t.me/s/CHANNEL")
    return url


class TelegramPreviewSettings(PageSettings, frozen=True):
    """`[[source]] kind = "telegram_preview"`."""

    kind: Literal["telegram_preview"]
    url: Annotated[WebAddress, AfterValidator(_preview)]
    every: Annotated[Duration, between("10s", "1d")] = timedelta(seconds=30)

    def source(self, fetcher: Fetcher, clock: Clock) -> "TelegramPreview":
        return TelegramPreview(self, fetcher, clock)


@dataclass(frozen=True)
class Post:
    id: str  # "channel/17"
    number: int | None  # 17: it grows
    text: str  # plain; empty when it is a picture alone
    url: str | None  # the post, or the one it forwards
    at: datetime | None  # aware


class TelegramPreview(OnePage):
    """The source of `kind = "telegram_preview"`.

    Its cursor: as in `one_page`; `last`, the greatest number seen; `known`, as in `noticing`.
    """

    limit = 4 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> Found:
        """New posts, and those that say something else now."""
        posts = await asyncio.to_thread(read_posts, page.body, page.charset)
        last = cursor["last"] if cursor else -1
        noticed = notice({post.id: post.text for post in posts}, cursor["known"] if cursor else {})
        # An old post that turns up when a newer one is deleted is not new.
        new = [post for post in posts if post.id in noticed.new and _is_after(post, last)]
        changed = [post for post in posts if post.id in noticed.changed]
        return Found(
            (
                *(
                    self._told(post, dedup_keys.id_key(post.id, None), now)
                    for post in new
                    if post.text
                ),
                *(
                    self._told(post, dedup_keys.wording_key(post.id, post.text), now)
                    for post in changed
                    if post.text
                ),
            ),
            {
                "last": max(last, *(post.number or 0 for post in posts)),
                "known": noticed.known,
            },
        )

    def _told(self, post: Post, key: str, now: datetime) -> Bulletin:
        return post_bulletin(self.name, key, post.text, post.url, post.at, now)


def read_posts(body: bytes, charset: str | None = None) -> list[Post]:
    """The posts of a preview, service messages left out. Raises Unusable when it shows none."""
    parser = LexborHTMLParser(decode(body, charset))
    nodes = [node for node in parser.css(_POST) if node.attributes["data-post"]]
    if not nodes:  # Telegram leads to another page then
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
        text=clean_text(page_text(text.html or "")) if text else "",
        url=_address(node, _FORWARDED) or _address(node, _LINK),
        at=moment(time.attributes["datetime"]) if time else None,
    )


def _is_after(post: Post, last: int) -> bool:
    return post.number is None or post.number > last


def _address(node: LexborNode, selector: str) -> str | None:
    """A forward leads to its original: who told it first is known by that."""
    link = node.css_first(selector)
    return web_address((link.attributes["href"] or "") if link else "")
