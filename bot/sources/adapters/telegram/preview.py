"""Telegram preview source: posts of a public channel's web preview, https://t.me/s/CHANNEL.

It needs no account. The preview shows about the last twenty posts, oldest first.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator

from bot.sources.adapters.telegram.posts import post_bulletin
from bot.sources.adapters.telegram.preview_parser import Post, parse_posts
from bot.sources.base.entry_diff import diff_entries
from bot.sources.base.page_source import PageResult, PageSettings, PageSource
from bot.sources.core import dedup_keys
from bot.sources.core.source import Clock
from bot.sources.http.client import HttpClient, Page
from bot.web_address import WebAddress
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from storage.values.durations import Duration, duration_range


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


class TelegramPreview(PageSource):
    """The source of `kind = "telegram_preview"`.

    Cursor: the fields of `page_source`; `last`, the greatest post number; `known`, see
    `entry_diff`.
    """

    max_bytes = 4 * 1024 * 1024

    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return new posts, and those with changed text."""
        posts = await self._parsers.run(parse_posts, page.body, page.charset)
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
                "last": max([last, *(post.number or 0 for post in posts)]),
                "known": diff.hashes,
            },
        )

    def _bulletin(self, post: Post, key: str, now: datetime) -> Bulletin:
        return post_bulletin(self.name, key, post.text, post.url, post.posted_at, now)


def _is_after(post: Post, last: int) -> bool:
    return post.number is None or post.number > last
