"""Conversion of a Telegram post to a bulletin."""

from datetime import datetime

from bot.sources.adapters.feeds.liveblog_splitter import is_headline
from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH
from storage.inbound.bulletins import Bulletin


def post_bulletin(
    source: str, key: str, text: str, url: str | None, posted_at: datetime | None, now: datetime
) -> Bulletin:
    """Return the bulletin of a post; its first line becomes the title if it looks like a headline.

    `text` is sanitized already.
    """
    first_line, _, body = text.partition("\n")
    title = first_line if body and is_headline(first_line) else ""
    return Bulletin(
        source=source,
        key=key,
        title=title,
        text=(body.strip() if title else text)[:MAX_TEXT_LENGTH],
        url=url,
        published_at=posted_at,
        received_at=now,
    )
